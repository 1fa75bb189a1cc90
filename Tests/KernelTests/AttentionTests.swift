import Protocol
import Testing

@testable import Kernel

/// Fused attention against the plain composition, and its masks.
@Suite struct AttentionTests {
  /// Tokens below, at and above sixteen, several samples; widths one, odd and multiples of sixteen.
  static let forms: [AttentionForm] =
    [1, 2, 7, 9, 16, 17].flatMap { tokens in
      [(1, 64), (3, 1), (3, 5), (1, 16)].flatMap { heads, width in
        AttentionMask.allCases.flatMap { mask in
          AttentionKind.allCases.map { kind in
            AttentionForm(
              samples: 2, tokens: tokens, heads: heads, keyDimension: width,
              valueDimension: heads == 3 ? width + 1 : nil, mask: mask, kind: kind)
          }
        }
      }
    } + [
      AttentionForm(samples: 1, tokens: 64, heads: 2, keyDimension: 64),
      AttentionForm(samples: 3, tokens: 9, queryTokens: 1, heads: 2, keyDimension: 16),
      AttentionForm(samples: 2, tokens: 40, queryTokens: 6, heads: 1, keyDimension: 7),
    ] + dropped

  private static let dropped: [AttentionForm] =
    [(1, 1), (9, 9), (9, 1), (16, 16), (17, 17), (40, 6)].flatMap { tokens, queries in
      AttentionMask.allCases.flatMap { mask in
        AttentionKind.allCases.map { kind in
          var form = AttentionForm(
            samples: 2, tokens: tokens, queryTokens: queries, heads: 2, keyDimension: 16,
            valueDimension: 5, mask: mask, kind: kind)
          form.dropout = AttentionDropout(keep: 0.6, site: 4)
          return form
        }
      }
    }

  @Test(arguments: forms)
  func `fused attention and its gradient are those of the plain composition`(form: AttentionForm) {
    var pair = AttentionPair(form)
    let fused = pair.gradient(of: pair.fused)
    let plain = pair.gradient(of: pair.plain)
    let plan = pair.plan(Double.self, [pair.fusedOutput, pair.plainOutput] + fused + plain)
    #expect(
      worstDifference(plan.value(of: pair.fusedOutput), plan.value(of: pair.plainOutput)) < 1e-14)
    for (fused, plain) in zip(fused, plain) {
      #expect(worstDifference(plan.value(of: fused), plan.value(of: plain)) < 1e-13)
    }
  }

  @Test(arguments: forms)
  func `in single precision both are the numbers of double precision to rounding`(
    form: AttentionForm
  ) {
    var pair = AttentionPair(form)
    let outputs = [pair.fusedOutput] + pair.gradient(of: pair.fused)
    let single = pair.plan(Float.self, outputs)
    let double = pair.plan(Double.self, outputs)
    for output in outputs {
      let values = single.value(of: output).map { Double($0) }
      #expect(worstDifference(values, double.value(of: output)) < 2e-6)
    }
  }

  @Test(arguments: forms)
  func `the gradient along a direction is the central difference`(form: AttentionForm) {
    var pair = AttentionPair(form)
    let gradient = pair.gradient(of: pair.fused)
    let plan = pair.plan(Double.self, gradient + [pair.fused])
    let exact = pair.along(gradient.map { plan.value(of: $0) })
    let difference = pair.difference(plan, step: 1e-5) { [plan.number(pair.fused)] }[0]
    #expect(abs(exact - difference) < 1e-7 * max(1, abs(exact)))
  }

  @Test(arguments: forms)
  func `the Hessian times a direction is the central difference of gradients`(
    form: AttentionForm
  ) {
    var pair = AttentionPair(form)
    let gradient = pair.gradient(of: pair.fused)
    let direction = pair.graph.parameters.map {
      pair.graph.input("along \($0.name)", $0.shape)
    }
    let products = pair.graph.hessianVectorProduct(
      of: pair.fused, withRespectTo: pair.graph.parameterNodesInOrder, direction: direction)
    let plan = pair.plan(Double.self, gradient + products)
    for (piece, values) in zip(pair.graph.parameters, pair.directions) {
      plan.setInput("along \(piece.name)", values)
    }
    plan.run()
    let exact = products.flatMap { plan.value(of: $0) }
    let differences = pair.difference(plan, step: 1e-5) {
      gradient.flatMap { plan.value(of: $0) }
    }
    #expect(worstDifference(exact, differences) < 1e-7)
  }

  @Test(arguments: [5, 20], KernelTier.available)
  func `what the mask hides has a weight of exactly zero`(tokens: Int, tier: KernelTier) {
    var graph = Graph()
    let form = AttentionForm(samples: 2, tokens: tokens, heads: 2, keyDimension: 3)
    let qkv = graph.input("qkv", Shape(2 * tokens, 18))
    let weights = graph.attentionWeights(qkv: qkv, form)
    let plan = Plan<Float>(
      graph: graph, outputs: [weights], store: ParameterStore([]), numerics: .pinned, tier: tier)
    var draws = Draws(seed: 3)
    plan.setInput("qkv", draws.numbers(qkv.shape.count).map { Float($0) })
    plan.run()
    for (index, weight) in plan.value(of: weights).enumerated() {
      let (row, column) = (index / tokens % tokens, index % tokens)
      #expect(column > row ? weight == 0 : weight > 0)
    }
  }

  @Test(arguments: [6, 30]) func `large scores do not overflow`(tokens: Int) {
    var graph = Graph()
    let form = AttentionForm(samples: 1, tokens: tokens, heads: 1, keyDimension: 1, mask: .full)
    let qkv = graph.input("qkv", Shape(tokens, 3))
    let output = graph.attention(qkv: qkv, form)
    let plan = Plan<Float>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    // One key has by far the greatest score, and its value is seven.
    let values: [Float] = (0..<tokens).flatMap { $0 == 3 ? [100, 50, 7] : [100, -50, 1] }
    plan.setInput("qkv", values)
    plan.run()
    #expect(plan.value(of: output) == Array(repeating: 7, count: tokens))
  }

  @Test func `a value that is no number is seen by the positions behind it`() {
    var graph = Graph()
    let form = AttentionForm(samples: 2, tokens: 4, heads: 1, keyDimension: 1)
    let qkv = graph.input("qkv", Shape(8, 3))
    let output = graph.attention(qkv: qkv, form)
    let plan = Plan<Float>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    var values = Array(repeating: Float(1), count: 24)
    values[2 * 3] = .nan
    plan.setInput("qkv", values)
    plan.run()
    let isNumber = plan.value(of: output).map { !$0.isNaN }
    #expect(isNumber == [true, true, false, true, true, true, true, true])
  }
}

/// Attention twice, fused and plain, with the weighted sums of the outputs as functions.
private struct AttentionPair {
  var graph = Graph()
  let fusedOutput: Node
  let plainOutput: Node
  let fused: Node
  let plain: Node
  /// A direction for every parameter.
  let directions: [[Double]]

  init(_ form: AttentionForm) {
    let sources = AttentionFixture.sources(of: form, in: &graph)
    fusedOutput = graph.fusedAttention(sources, form)
    plainOutput = graph.plainAttention(sources, form)
    let weights = graph.input("weights", fusedOutput.shape)
    fused = graph.sum(graph.multiply(fusedOutput, weights), over: .all)
    plain = graph.sum(graph.multiply(plainOutput, weights), over: .all)
    var draws = Draws(seed: 29)
    directions = graph.parameters.map { draws.numbers($0.shape.count, in: -1...1) }
  }

  mutating func gradient(of node: Node) -> [Node] {
    graph.gradient(of: node, withRespectTo: graph.parameterNodesInOrder)
  }

  /// A plan that has run.
  func plan<Element: Scalar>(_ type: Element.Type, _ outputs: [Node]) -> Plan<Element> {
    let store = ParameterStore<Element>(graph.parameters)
    let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned)
    var draws = Draws(seed: 31)
    plan.setInput("weights", draws.numbers(fusedOutput.shape.count).map { Element($0) })
    if graph.inputNode("dropout.counter") != nil {
      plan.setInput("dropout.counter", [5, 1, 12345, 0, 0, 0, 3, 0])
    }
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count)
      store.withMutableParameter(piece.name) { span in
        // Numbers that both precisions hold.
        for index in span.indices { span[index] = Element(Float(values[index])) }
      }
    }
    plan.run()
    return plan
  }

  /// The sum of gradients times directions.
  func along(_ gradients: [[Double]]) -> Double {
    zip(gradients, directions).reduce(0) { sum, pair in
      sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// The derivative of `values` along the directions, by central differences.
  func difference(
    _ plan: Plan<Double>, step: Double, values: () -> [Double]
  ) -> [Double] {
    let starts = graph.parameters.map { plan.store.parameter($0.name) }
    func at(_ distance: Double) -> [Double] {
      for (index, piece) in graph.parameters.enumerated() {
        plan.store.withMutableParameter(piece.name) { span in
          for element in span.indices {
            span[element] = starts[index][element] + distance * directions[index][element]
          }
        }
      }
      plan.run()
      return values()
    }
    let (above, below) = (at(step), at(-step))
    return zip(above, below).map { ($0 - $1) / (2 * step) }
  }
}
