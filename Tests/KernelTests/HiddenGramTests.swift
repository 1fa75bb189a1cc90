import Protocol
import Testing

@testable import Kernel

/// The Gram matrices of a hidden layer as one pass have the bits of three products.
@Suite struct HiddenGramTests {
  /// Samples, inputs, neurons.
  struct Sizes: Sendable, CustomTestStringConvertible {
    let samples: Int
    let inputs: Int
    let neurons: Int
    var testDescription: String { "\(samples) samples, \(inputs) inputs, \(neurons) neurons" }
  }

  static let sizes = [
    (1, 1, 64), (2, 2, 65), (3, 2, 97), (4, 2, 1000), (5, 3, 130), (6, 1, 80), (7, 5, 67),
    (8, 2, 512),
  ].map { Sizes(samples: $0, inputs: $1, neurons: $2) }

  @Test(arguments: sizes, KernelTier.available)
  func `per-sample derivatives do not depend on the layer's cotangent being stored`(
    sizes: Sizes, tier: KernelTier
  ) {
    for activation in [Activation.relu, .tanh] {
      for scale in [1, 0.75] {
        let network = Network(sizes, activation, scale)
        let joined = network.plan([network.gram], Float.self, tier)
        let parts = network.plan(network.graph.records.map(\.output), Float.self, tier)
        #expect(joined.stepCount < parts.stepCount)
        #expect(joined.value(of: network.gram) == parts.value(of: network.gram))
        let double = network.plan([network.gram], Double.self, tier)
        let doubleParts = network.plan(network.graph.records.map(\.output), Double.self, tier)
        #expect(double.value(of: network.gram) == doubleParts.value(of: network.gram))
      }
    }
  }

  @Test(arguments: KernelTier.available)
  func `samples may have factors of their own`(tier: KernelTier) {
    let network = Network(Sizes(samples: 4, inputs: 2, neurons: 70), .relu, 0.5, ownFactors: true)
    let joined = network.plan([network.gram], Float.self, tier)
    let parts = network.plan(network.graph.records.map(\.output), Float.self, tier)
    #expect(joined.stepCount < parts.stepCount)
    #expect(joined.value(of: network.gram) == parts.value(of: network.gram))
  }

  /// A network of one hidden layer, and the Gram matrix of its per-sample gradients.
  private struct Network {
    var graph = Graph()
    let gram: Node

    init(_ sizes: Sizes, _ activation: Activation, _ scale: Double, ownFactors: Bool = false) {
      let x = graph.input("x", Shape(sizes.samples, sizes.inputs))
      let hidden = graph.linear(
        x, weight: graph.parameter("W", Shape(sizes.inputs, sizes.neurons)),
        layout: .inputsByOutputs, activation: activation)
      var output = graph.product(
        hidden, graph.parameter("w", Shape(1, sizes.neurons)), transposeRight: true, scale: scale)
      if ownFactors {
        output = graph.multiply(output, graph.input("factors", Shape(sizes.samples, 1)))
      }
      gram = graph.perSampleGram(of: output, withRespectTo: graph.parameterNodesInOrder)
    }

    func plan<Element: Scalar>(
      _ outputs: [Node], _ type: Element.Type, _ tier: KernelTier
    ) -> Plan<Element> {
      let store = ParameterStore<Element>(graph.parameters)
      let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned, tier: tier)
      var draws = Draws(seed: 77)
      for piece in graph.parameters {
        let values = draws.numbers(piece.shape.count).map { Element($0) }
        store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
      }
      for name in ["x", "factors"] {
        guard let input = graph.inputNode(name) else { continue }
        plan.setInput(name, draws.numbers(input.shape.count).map { Element($0) })
      }
      plan.run()
      return plan
    }
  }
}
