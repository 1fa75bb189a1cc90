import Protocol
import Testing

@testable import Kernel

@Suite struct TransferMeasureTests {
  @Test func `the feature ratio compares the best filter of every feature`() {
    // Axes: two common ones, then rare ones with the greatest entries 2, 1 and 3.
    let filters: [Float] = [
      0.5, 0.1, -2, 0.5, 1, 9,
      -1, 0.2, 1, 1, -3, 9,
    ]
    let ratio = TransferMeasures.featureRatio(filters: filters, dimension: 6, rare: 3)
    #expect(abs(ratio - 2 / 0.6) < 1e-6)
  }

  @Test func `filters that see no class have no ratio`() {
    #expect(
      TransferMeasures.featureRatio(filters: [0, 0, 1] as [Float], dimension: 3, rare: 1).isNaN)
  }

  @Test func `a running mean forgets`() {
    var mean = RunningMean(memory: 0.75)
    #expect(mean.value.isNaN)
    mean.add(4)
    #expect(mean.value == 4)
    mean.add(0)
    #expect(mean.value == 3)
    mean.add(7)
    #expect(mean.value == 4)
  }

  @Test func `a network of filters for each class adds up patches and filters`() {
    let network = ClassFilterNetwork(
      patches: 2, inputs: 2, filtersPerClass: 2, classes: 2, activation: .relu)
    var graph = Graph()
    let output = network.output(samples: 1, in: &graph)
    let store = ParameterStore<Double>(graph.parameters)
    let weights: [Double] = [1, 0, 0, 1, -1, 0, 2, 2]
    let biases: [Double] = [0, -1, 0, -5]
    store.withMutableParameter("filters.weight") { $0.overwrite(with: weights.span) }
    store.withMutableParameter("filters.bias") { $0.overwrite(with: biases.span) }
    let plan = Plan(graph: graph, outputs: [output], store: store, numerics: .pinned)
    plan.setInput("x", [3, 4, -2, 1])
    plan.run()
    // Class 0: 3 + 3 of the first patch, 0 + 0 of the second; class 1: 0 + 9, and 2 + 0.
    #expect(plan.value(of: output) == [6, 11])
  }
}
