import Protocol
import Testing

@testable import Kernel

/// Attention without a softmax as in-context regression, and heads of squares as in-context parity,
/// against loops over the examples of a prompt.
@Suite struct InContextTests {
  private let prompts = 3
  private let examples = 6
  private let inputs = 4
  private let rank = 2

  /// yhat = z^T A^T B x_q with z the mean over examples of y x: linear attention of the query's token
  /// alone, with d_k the rank, d_v = 1 and the scale 1 / N.
  @Test func `linear attention of rank-limited weights is the regression in closed form`() {
    var graph = Graph()
    let tokens = examples + 1
    let x = graph.input("x", Shape(prompts * tokens, inputs))
    let y = graph.input("y", Shape(prompts * tokens, 1))
    let (a, b) = (
      graph.parameter("A", Shape(rank, inputs)), graph.parameter("B", Shape(rank, inputs))
    )
    let last = graph.rows(of: x, start: examples, stride: tokens, count: prompts)
    let form = AttentionForm(
      samples: prompts, tokens: tokens, queryTokens: 1, heads: 1, keyDimension: rank,
      valueDimension: 1, mask: .full, kind: .linear, scale: 1 / Double(examples))
    let prediction = graph.attention(
      queries: graph.linear(last, weight: b),
      keysAndValues: graph.joinColumns([graph.linear(x, weight: a), y]), form)
    let loss = graph.halfMeanSquaredError(
      prediction, graph.input("target", Shape(prompts, 1)))
    let gradient = graph.gradient(of: loss, withRespectTo: [a])[0]
    let plan = Plan<Double>(
      graph: graph, outputs: [prediction, loss, gradient],
      store: ParameterStore(graph.parameters), numerics: .pinned)
    var draws = Draws(seed: 3)
    let (points, labels) = (
      draws.numbers(prompts * tokens * inputs),
      (0..<(prompts * tokens)).map { $0 % tokens == examples ? 0 : Double($0 % 5) - 2 }
    )
    plan.setInput("x", points)
    plan.setInput("y", labels)
    plan.setInput("target", draws.numbers(prompts))
    let (first, second) = (draws.numbers(rank * inputs), draws.numbers(rank * inputs))
    plan.store.withMutableParameter("A") { $0.overwrite(with: first.span) }
    plan.store.withMutableParameter("B") { $0.overwrite(with: second.span) }
    plan.run()
    let expected = (0..<prompts).map { prompt -> Double in
      func point(_ token: Int) -> ArraySlice<Double> {
        let start = (prompt * tokens + token) * inputs
        return points[start..<(start + inputs)]
      }
      func times(_ matrix: [Double], _ row: Int, _ vector: ArraySlice<Double>) -> Double {
        zip(matrix[(row * inputs)..<((row + 1) * inputs)], vector).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return (0..<rank).reduce(0) { sum, row in
        let mean = (0..<examples).reduce(0.0) {
          $0 + labels[prompt * tokens + $1] * times(first, row, point($1)) / Double(examples)
        }
        return sum + mean * times(second, row, point(examples))
      }
    }
    #expect(worstDifference(plan.value(of: prediction), expected) < 1e-14)
    let exact = plan.value(of: gradient)
    let differences = exact.indices.map { index in
      let losses = [1e-5, -1e-5].map { step in
        plan.store.withMutableParameter("A") { $0[index] = first[index] + step }
        plan.run()
        return plan.number(loss)
      }
      plan.store.withMutableParameter("A") { $0[index] = first[index] }
      return (losses[0] - losses[1]) / 2e-5
    }
    #expect(worstDifference(exact, differences) < 1e-9)
  }

  /// yhat = sum over heads of alpha_h (mean of y psi_h(x)) psi_h(x_q), psi_h(x) = (u_h x)^2 - |u_h|^2.
  @Test func `heads of squares are the parity predictor`() {
    let heads = 5
    var graph = Graph()
    let x = graph.input("x", Shape(prompts * examples, inputs))
    let y = graph.input("y", Shape(prompts * examples, 1))
    let query = graph.input("query", Shape(prompts, inputs))
    let u = graph.parameter("u", Shape(heads, inputs))
    let alpha = graph.parameter("alpha", Shape(1, heads))
    let lengths = graph.product(
      graph.constant(1, Shape(1, inputs)), graph.square(u), transposeRight: true)
    func squares(_ points: Node) -> Node {
      graph.subtract(graph.square(graph.linear(points, weight: u)), lengths)
    }
    let weighed = graph.multiply(squares(x), y)
    let means = graph.sumGroups(
      weighed, rows: examples, columns: 1, scale: 1 / Double(examples))
    let prediction = graph.product(
      graph.multiply(means, squares(query)), alpha, transposeRight: true)
    let plan = Plan<Double>(
      graph: graph, outputs: [prediction], store: ParameterStore(graph.parameters),
      numerics: .pinned)
    let bits = (0..<(prompts * examples * inputs)).map { $0 * 7 % 5 < 2 ? 1.0 : -1 }
    let labels = (0..<(prompts * examples)).map { $0 % 3 == 0 ? 1.0 : -1 }
    let queries = (0..<(prompts * inputs)).map { $0 % 2 == 0 ? 1.0 : -1 }
    plan.setInput("x", bits)
    plan.setInput("y", labels)
    plan.setInput("query", queries)
    var draws = Draws(seed: 4)
    let (vectors, factors) = (draws.numbers(heads * inputs), draws.numbers(heads))
    plan.store.withMutableParameter("u") { $0.overwrite(with: vectors.span) }
    plan.store.withMutableParameter("alpha") { $0.overwrite(with: factors.span) }
    plan.run()
    func feature(_ head: Int, _ point: ArraySlice<Double>) -> Double {
      let vector = vectors[(head * inputs)..<((head + 1) * inputs)]
      let product = zip(vector, point).reduce(0) { $0 + $1.0 * $1.1 }
      return product * product - vector.reduce(0) { $0 + $1 * $1 }
    }
    let expected = (0..<prompts).map { prompt in
      (0..<heads).reduce(0.0) { sum, head in
        let mean = (0..<examples).reduce(0.0) { total, example in
          let row = prompt * examples + example
          return total + labels[row] * feature(head, bits[(row * inputs)..<((row + 1) * inputs)])
        }
        let asked = feature(head, queries[(prompt * inputs)..<((prompt + 1) * inputs)])
        return sum + factors[head] * mean / Double(examples) * asked
      }
    }
    #expect(worstDifference(plan.value(of: prediction), expected) < 1e-14)
  }
}
