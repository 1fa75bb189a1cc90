import Glibc
import Protocol
import Testing

@testable import Kernel

/// Operations that a plan makes of several neighbours have the bits of their parts.
@Suite struct LayerFusionTests {
  /// Samples, inputs, neurons.
  struct Sizes: Sendable, CustomStringConvertible {
    let samples: Int
    let inputs: Int
    let neurons: Int
    var description: String { "\(samples) samples, \(inputs) inputs, \(neurons) neurons" }
  }

  static let sizes = [
    (1, 1, 1), (8, 1, 64), (9, 2, 65), (13, 5, 100), (80, 5, 1000), (17, 8, 33), (16, 3, 2053),
    (40, 9, 70),
  ].map { Sizes(samples: $0, inputs: $1, neurons: $2) }

  @Test(arguments: sizes, [Activation.relu, .tanh, .identity])
  func `gradients of a hidden layer do not depend on its cotangent being stored`(
    sizes: Sizes, activation: Activation
  ) {
    for layout in [WeightLayout.outputsByInputs, .inputsByOutputs] {
      for hasBias in [false, true] {
        let network = Network(sizes, activation, layout, hasBias: hasBias)
        #expect(network.gradients(keepingAll: false) == network.gradients(keepingAll: true))
      }
    }
  }

  @Test(arguments: sizes.filter { $0.neurons >= 64 }, [Activation.relu, .identity])
  func `a layer and its only reader are a layer and a dot product`(
    sizes: Sizes, activation: Activation
  ) {
    for layout in [WeightLayout.outputsByInputs, .inputsByOutputs] {
      let network = Network(sizes, activation, layout, hasBias: true)
      let plan = network.plan([network.output])
      let hidden = network.plan([network.hidden]).value(of: network.hidden)
      let weights = plan.store.parameter("w")
      let bias = plan.store.parameter("c")[0]
      let expected = (0..<sizes.samples).map { sample in
        let row = hidden[(sample * sizes.neurons)..<((sample + 1) * sizes.neurons)]
        return Self.sixteenLanes(Array(row), weights) * 0.75 + bias
      }
      #expect(plan.value(of: network.output) == expected)
    }
  }

  /// Sixteen sums side by side, then a tree.
  private static func sixteenLanes(_ a: [Float], _ b: [Float]) -> Float {
    var lanes = Array(repeating: Float(0), count: 16)
    for index in a.indices { lanes[index % 16] = fmaf(a[index], b[index], lanes[index % 16]) }
    for distance in [8, 4, 2, 1] {
      for lane in 0..<distance { lanes[lane] += lanes[lane + distance] }
    }
    return lanes[0]
  }
}

/// A network of one hidden layer and one output, whose output is scaled.
private struct Network {
  var graph = Graph()
  let hidden: Node
  let output: Node
  let gradientNodes: [Node]

  init(
    _ sizes: LayerFusionTests.Sizes, _ activation: Activation, _ layout: WeightLayout, hasBias: Bool
  ) {
    let x = graph.input("x", Shape(sizes.samples, sizes.inputs))
    let weight = graph.parameter(
      "W",
      layout == .outputsByInputs
        ? Shape(sizes.neurons, sizes.inputs) : Shape(sizes.inputs, sizes.neurons))
    let bias = hasBias ? graph.parameter("b", Shape(1, sizes.neurons)) : nil
    hidden = graph.linear(x, weight: weight, bias: bias, layout: layout, activation: activation)
    let product = graph.product(
      hidden, graph.parameter("w", Shape(1, sizes.neurons)), transposeRight: true, scale: 0.75)
    output = graph.add(product, graph.parameter("c", Shape(1, 1)))
    let loss = graph.sum(graph.square(output), over: .all)
    gradientNodes = graph.gradient(of: loss, withRespectTo: graph.parameterNodesInOrder)
  }

  /// A plan with parameters and inputs drawn.
  func plan(_ outputs: [Node]) -> Plan<Float> {
    let store = ParameterStore<Float>(graph.parameters)
    let plan = Plan<Float>(graph: graph, outputs: outputs, store: store, numerics: .pinned)
    var draws = Draws(seed: 5)
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count).map { Float($0) }
      store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    if let x = graph.inputNode("x") {
      plan.setInput("x", draws.numbers(x.shape.count).map { Float($0) })
    }
    plan.run()
    return plan
  }

  /// The gradients' bits; a value that is asked for is stored, and so nothing is joined with it.
  ///
  /// The layer's values are asked for in any case: a rectified layer that need not keep them has other
  /// bits.
  func gradients(keepingAll: Bool) -> [[UInt32]] {
    let plan = plan(keepingAll ? graph.records.map(\.output) : gradientNodes + [hidden])
    return gradientNodes.map { plan.value(of: $0).map(\.bitPattern) }
  }
}
