import Protocol
import Testing

@testable import Kernel

/// Dropout where a plan or a choice of rows changes how it is computed.
@Suite struct DropoutFusionTests {
  /// A residual branch with dropout, twice.
  private struct Network {
    var graph = Graph()
    let output: Node
    /// The values that fusion does not keep.
    let dropped: [Node]

    init(_ sharing: DropoutSharing, rows: Int = 12, columns: Int = 37) {
      let counter = graph.dropoutCounter()
      var stream = graph.parameter("stream", Shape(rows, columns))
      var dropped: [Node] = []
      for layer in 0..<2 {
        let weight = graph.parameter("weight.\(layer)", Shape(columns, columns))
        let branch = graph.dropout(
          graph.linear(stream, weight: weight, activation: .tanh), keep: 0.6, site: UInt32(layer),
          counter: counter, sharing: sharing)
        dropped.append(branch)
        stream = layer == 0 ? graph.add(stream, branch) : graph.add(branch, stream)
      }
      output = stream
      self.dropped = dropped
    }

    func plan<Element: Scalar>(
      _ type: Element.Type, _ outputs: [Node], tier: KernelTier = .chosen
    ) -> Plan<Element> {
      let store = ParameterStore<Element>(graph.parameters)
      let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned, tier: tier)
      var draws = Draws(seed: 41)
      for piece in graph.parameters {
        let values = draws.numbers(piece.shape.count)
        store.withMutableParameter(piece.name) { span in
          for index in span.indices { span[index] = Element(values[index]) }
        }
      }
      plan.setInput("dropout.counter", [7, 0, 8, 0, 0, 0, 2, 0])
      plan.run()
      return plan
    }

    mutating func gradients(of node: Node) -> [Node] {
      graph.gradient(
        of: graph.sum(graph.square(node), over: .all), withRespectTo: graph.parameterNodesInOrder)
    }
  }

  @Test(arguments: KernelTier.available)
  func `a sum with dropout as one pass has the bits of two`(tier: KernelTier) {
    var network = Network(.perSample(rows: 3))
    let outputs = [network.output] + network.gradients(of: network.output)
    let fused = network.plan(Float.self, outputs, tier: tier)
    let apart = network.plan(Float.self, outputs + network.dropped, tier: tier)
    #expect(fused.stepCount == apart.stepCount - 2)
    for node in outputs { #expect(fused.value(of: node) == apart.value(of: node)) }
  }

  @Test(
    arguments: [
      DropoutSharing.perSample(rows: 3), .acrossBatch(rows: 3), .acrossBatch(rows: 1),
      .acrossBatch(rows: 4),
    ], [(2, 3, 4), (0, 1, 5), (7, 1, 1), (1, 6, 2)])
  func `chosen rows have the masks that they have among all`(
    sharing: DropoutSharing, choice: (start: Int, stride: Int, count: Int)
  ) {
    var network = Network(sharing)
    let (output, (start, stride, count)) = (network.output, choice)
    let whole = network.graph.rows(of: output, start: start, stride: stride, count: count)
    let pruned = network.graph.prunedRows(of: output, start: start, stride: stride, count: count)
    #expect(whole != pruned)
    let outputs = [whole, pruned] + network.gradients(of: whole) + network.gradients(of: pruned)
    let plan = network.plan(Double.self, outputs)
    #expect(worstDifference(plan.value(of: pruned), plan.value(of: whole)) < 1e-14)
    for (first, second) in zip(outputs[2..<5], outputs[5...]) {
      #expect(worstDifference(plan.value(of: second), plan.value(of: first)) < 1e-13)
    }
  }

  @Test func `dropout lets a choice of rows pass`() {
    var network = Network(.perSample(rows: 3))
    let before = network.graph.records.count
    _ = network.graph.prunedRows(of: network.output, start: 2, stride: 3, count: 4)
    let added = network.graph.records.dropFirst(before)
    #expect(added.count { $0.operation is Dropout } == 2)
    #expect(added.allSatisfy { $0.output.shape.rows == 4 })
  }
}
