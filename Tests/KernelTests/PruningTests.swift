import Protocol
import Testing

@testable import Kernel

/// A choice of rows that moves towards the inputs against one that stays where it was asked for.
@Suite struct PruningTests {
  /// A small network of tokens with the residual sums of a transformer; what mixes the tokens of a
  /// sample is the sum over samples.
  private struct Network {
    var graph = Graph()
    let samples = 5
    let tokens = 3
    let width = 8
    /// After the embedding, before the tokens are mixed.
    let early: Node
    /// Before the choice of rows.
    let late: Node

    init() {
      let (vocabulary, width) = (11, width)
      let table = graph.parameter("table", Shape(vocabulary, width))
      let indices = graph.input("indices", Shape(samples * tokens, 1))
      early = graph.addToTiles(
        graph.embedding(table: table, indices: indices),
        graph.parameter("positions", Shape(tokens, width)))
      let projection = graph.parameter("projection", Shape(width, width))
      let mixed = graph.tile(
        graph.sumOfTiles(graph.product(early, projection), times: samples), times: samples)
      let first = graph.layerNorm(
        graph.add(early, mixed), weight: graph.parameter("first", Shape(1, width)))
      let inner = graph.linear(
        first, weight: graph.parameter("up", Shape(13, width)),
        bias: graph.parameter("upper", Shape(1, 13)), activation: .gelu)
      let outer = graph.linear(inner, weight: graph.parameter("down", Shape(width, 13)))
      late = graph.linear(
        graph.layerNorm(graph.add(first, outer)),
        weight: graph.parameter("head", Shape(vocabulary, width)), activation: .tanh)
    }

    /// The loss of the last tokens, and its gradients.
    mutating func outputs(of chosen: Node) -> [Node] {
      let loss = graph.sum(graph.square(chosen), over: .all)
      return [loss] + graph.gradient(of: loss, withRespectTo: graph.parameterNodesInOrder)
    }

    /// The values of the outputs, the parameters drawn, and the bytes of the plan.
    func values(_ outputs: [Node]) -> (numbers: [Double], bytes: Int) {
      let store = ParameterStore<Double>(graph.parameters)
      let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned)
      var draws = Draws(seed: 31)
      for piece in graph.parameters {
        let values = draws.numbers(piece.shape.count)
        store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
      }
      plan.setInput("indices", (0..<(samples * tokens)).map { Double($0 * 7 % 11) })
      plan.run()
      return (outputs.flatMap { plan.value(of: $0) }, plan.workspaceBytes)
    }
  }

  @Test(arguments: [(2, 3, 5), (0, 3, 5), (4, 1, 1), (1, 2, 7), (3, 6, 2)])
  func `values and gradients are those of all rows`(start: Int, stride: Int, count: Int) {
    var network = Network()
    let late = network.late
    let whole = network.outputs(
      of: network.graph.rows(of: late, start: start, stride: stride, count: count))
    let pruned = network.outputs(
      of: network.graph.prunedRows(of: late, start: start, stride: stride, count: count))
    #expect(whole != pruned)
    let (expected, values) = (network.values(whole), network.values(pruned))
    #expect(worstDifference(values.numbers, expected.numbers) < 1e-13)
    #expect(values.bytes < expected.bytes)
  }

  @Test func `what follows the mixing has the chosen rows alone`() {
    var network = Network()
    let before = network.graph.records.count
    _ = network.graph.prunedRows(of: network.late, start: 2, stride: 3, count: 5)
    let added = network.graph.records.dropFirst(before)
    #expect(added.allSatisfy { $0.output.shape.rows == network.samples })
  }

  @Test func `what is needed in full is not computed again`() {
    var network = Network()
    let before = network.graph.records.count
    _ = network.graph.prunedRows(of: network.late, start: 2, stride: 3, count: 5)
    let added = network.graph.records.dropFirst(before)
    let chosenOfEarly = added.filter {
      $0.operation is Rows && $0.inputs == [network.early]
    }
    #expect(chosenOfEarly.count == 1)
    #expect(!added.contains { $0.operation is Gather })
  }

  @Test func `without mixing the choice moves to the indices`() {
    var network = Network()
    let before = network.graph.records.count
    _ = network.graph.prunedRows(of: network.early, start: 2, stride: 3, count: 5)
    let added = network.graph.records.dropFirst(before)
    #expect(added.contains { $0.operation is Gather && $0.output.shape.rows == 5 })
  }

  @Test func `all rows are the node itself`() {
    var network = Network()
    let late = network.late
    #expect(network.graph.prunedRows(of: late, start: 0, stride: 1, count: 15) == late)
  }

  @Test func `rows that are not there stop the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      _ = graph.prunedRows(of: graph.input("x", Shape(6, 2)), start: 2, stride: 3, count: 3)
    }
  }
}
