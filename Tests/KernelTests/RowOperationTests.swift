import Protocol
import Testing

@testable import Kernel

/// Choosing rows by index, by stride and by label, against the same written element by element.
@Suite struct RowOperationTests {
  /// Indices that name no row of four.
  static let wrong = [-1.0, 4, 1.5, -0.25, .nan, .infinity, -.infinity, 1e30, 16_777_216]

  @Test(arguments: KernelTier.available)
  func `an embedding gives the rows that the indices name`(tier: KernelTier) {
    let values = embeddings([2, 0, 2, 3], tier: tier)
    #expect(values.output == [20, 21, 22, 0, 1, 2, 20, 21, 22, 30, 31, 32])
  }

  @Test(arguments: KernelTier.available)
  func `the derivative of an embedding counts every index, and none for rows that do not occur`(
    tier: KernelTier
  ) {
    let values = embeddings([2, 0, 2, 3], tier: tier)
    #expect(values.gradient == [1, 1, 1, 0, 0, 0, 2, 2, 2, 1, 1, 1])
  }

  @Test(arguments: wrong, KernelTier.available)
  func `an index that names no row gives a row of NaN and leaves the others`(
    index: Double, tier: KernelTier
  ) {
    let values = embeddings([1, index, 3, 0], tier: tier)
    #expect(values.output.map(\.isNaN) == (0..<12).map { (3..<6).contains($0) })
    #expect(values.output[0..<3] + values.output[6...] == [10, 11, 12, 30, 31, 32, 0, 1, 2])
    #expect(values.gradient == [1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1])
  }

  /// A table of four rows, of which four are chosen, and the derivative of the sum of what is chosen.
  private func embeddings(
    _ indices: [Double], tier: KernelTier
  ) -> (output: [Double], gradient: [Double]) {
    var graph = Graph()
    let table = graph.parameter("table", Shape(4, 3))
    let output = graph.embedding(table: table, indices: graph.input("indices", Shape(4, 1)))
    let gradient = graph.gradient(of: output, withRespectTo: [table])[0]
    let store = ParameterStore<Double>(graph.parameters)
    store.withMutableParameter("table") { span in
      for index in span.indices { span[index] = Double(index / 3 * 10 + index % 3) }
    }
    let plan = Plan(
      graph: graph, outputs: [output, gradient], store: store, numerics: .pinned, tier: tier)
    plan.setInput("indices", indices)
    plan.run()
    return (plan.value(of: output), plan.value(of: gradient))
  }

  @Test(arguments: [1, 16, 37])
  func `rows of one index are added in their order`(columns: Int) {
    var graph = Graph()
    let count = 50
    let rows = graph.input("rows", Shape(count, columns))
    let indices = graph.input("indices", Shape(count, 1))
    let sums = graph.scatter(rows, indices: indices, count: 3)
    let plan = Plan<Float>(
      graph: graph, outputs: [sums], store: ParameterStore([]), numerics: .pinned)
    var draws = Draws(seed: 3)
    let values = draws.numbers(count * columns).map { Float($0) }
    plan.setInput("rows", values)
    plan.setInput("indices", (0..<count).map { Float($0 * 7 % 3) })
    plan.run()
    var expected = Array(repeating: Float(0), count: 3 * columns)
    for row in 0..<count {
      for column in 0..<columns {
        expected[row * 7 % 3 * columns + column] += values[row * columns + column]
      }
    }
    #expect(plan.value(of: sums) == expected)
  }

  @Test func `the last tokens of every sample are every T-th row`() {
    let values = evaluate(Shape(6, 2)) { $0.rows(of: $1, start: 2, stride: 3, count: 2) }
    #expect(values == [4, 5, 10, 11])
  }

  @Test func `columns are the same ones of every row`() {
    let values = evaluate(Shape(2, 5)) { $0.columns(of: $1, 1..<3) }
    #expect(values == [1, 2, 6, 7])
  }

  @Test func `positions are added to every sample`() {
    let values = evaluate(Shape(4, 2)) { graph, tokens in
      let positions = graph.scale(graph.rows(of: tokens, start: 0, stride: 1, count: 2), by: 10)
      return graph.addToTiles(tokens, positions)
    }
    #expect(values == [0, 11, 22, 33, 4, 15, 26, 37])
  }

  /// A function of the matrix 0, 1, 2, ...
  private func evaluate(
    _ shape: Shape, _ function: (inout Graph, Node) -> Node
  ) -> [Float] {
    var graph = Graph()
    let output = function(&graph, graph.input("x", shape))
    let plan = Plan<Float>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", (0..<shape.count).map { Float($0) })
    plan.run()
    return plan.value(of: output)
  }

  @Test(arguments: [1, 5, 16, 200])
  func `a label is a target distribution of one element`(columns: Int) {
    var (graph, rows) = (Graph(), 6)
    let logits = graph.parameter("a", Shape(rows, columns))
    let labels = graph.input("labels", Shape(rows, 1))
    let targets = graph.input("targets", Shape(rows, columns))
    let losses = [
      graph.crossEntropy(logits, labels: labels), graph.crossEntropy(logits, targets: targets),
    ]
    let gradients = losses.map { graph.gradient(of: $0, withRespectTo: [logits])[0] }
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(graph: graph, outputs: losses + gradients, store: store, numerics: .pinned)
    var draws = Draws(seed: 9)
    let values = draws.numbers(rows * columns, in: -4...4)
    store.withMutableParameter("a") { $0.overwrite(with: values.span) }
    let chosen = (0..<rows).map { $0 * 13 % columns }
    plan.setInput("labels", chosen.map { Double($0) })
    plan.setInput("targets", chosen.flatMap { label in (0..<columns).map { $0 == label ? 1 : 0 } })
    plan.run()
    #expect(abs(plan.number(losses[0]) - plan.number(losses[1])) < 1e-14)
    #expect(worstDifference(plan.value(of: gradients[0]), plan.value(of: gradients[1])) < 1e-15)
  }

  @Test(arguments: wrong)
  func `a label that names no column gives NaN and leaves the other rows`(label: Double) {
    var graph = Graph()
    let logits = graph.input("a", Shape(3, 4))
    let losses = graph.labelCrossEntropy(logits, labels: graph.input("labels", Shape(3, 1)))
    let gradient = graph.gradient(of: losses, withRespectTo: [logits])[0]
    let plan = Plan<Double>(
      graph: graph, outputs: [losses, gradient], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("a", Array(repeating: 0, count: 12))
    plan.setInput("labels", [0, label, 3])
    plan.run()
    #expect(plan.value(of: losses).map(\.isNaN) == [false, true, false])
    #expect(
      plan.value(of: gradient).map(\.isNaN) == (0..<12).map { (4..<8).contains($0) })
  }

  @Test(arguments: [0, 5, 15, 16, 31, 32, 36], KernelTier.available)
  func `a NaN anywhere in a row of logits reaches the loss`(column: Int, tier: KernelTier) {
    var graph = Graph()
    let logits = graph.input("a", Shape(2, 37))
    let losses = graph.labelCrossEntropy(logits, labels: graph.constant(3, Shape(2, 1)))
    let plan = Plan<Float>(
      graph: graph, outputs: [losses], store: ParameterStore([]), numerics: .pinned, tier: tier)
    var values = Array(repeating: Float(1), count: 74)
    values[column] = .nan
    plan.setInput("a", values)
    plan.run()
    #expect(plan.value(of: losses).map(\.isNaN) == [true, false])
  }

  @Test(arguments: [1, 4, 16, 23, 48], KernelTier.available)
  func `the greatest logit is found wherever it stands`(columns: Int, tier: KernelTier) {
    var graph = Graph()
    let logits = graph.input("a", Shape(columns, columns))
    let softmax = graph.softmax(logits)
    let plan = Plan<Float>(
      graph: graph, outputs: [softmax], store: ParameterStore([]), numerics: .pinned, tier: tier)
    // Row r has its greatest at column r; any other choice would overflow.
    let unit = (0..<columns).flatMap { row in (0..<columns).map { $0 == row ? Float(1) : 0 } }
    plan.setInput("a", unit.map { 2000 * $0 - 1000 })
    plan.run()
    #expect(plan.value(of: softmax) == unit)
  }
}
