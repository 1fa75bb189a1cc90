import Protocol

@testable import Kernel

/// A rectified layer with one output, a squared loss and its gradients.
struct RectifiedNetwork {
  let name: String
  private(set) var graph = Graph()
  let neurons: Int
  /// The layer's values.
  let hidden: Node
  /// The output, then the gradients: of the weights, the output's weights and, where there are any, of
  /// the biases.
  let wanted: [Node]
  /// The gradients by the parameters' names.
  var gradients: [String: Node] {
    Dictionary(uniqueKeysWithValues: zip(["W", "w", "b"], wanted.dropFirst()))
  }

  init(
    samples: Int, inputs: Int, neurons: Int, layout: WeightLayout = .outputsByInputs,
    hasBias: Bool = true, scale: Double = 0.75
  ) {
    name = "\(samples) samples, \(inputs) inputs, \(neurons) neurons, \(layout), bias \(hasBias)"
    self.neurons = neurons
    let x = graph.input("x", Shape(samples, inputs))
    let weight = graph.parameter(
      "W", layout == .outputsByInputs ? Shape(neurons, inputs) : Shape(inputs, neurons))
    let output = graph.parameter("w", Shape(1, neurons))
    var parameters = [weight, output]
    var bias: Node?
    if hasBias {
      let node = graph.parameter("b", Shape(1, neurons))
      parameters.append(node)
      bias = node
    }
    hidden = graph.linear(x, weight: weight, bias: bias, layout: layout, activation: .relu)
    var value = graph.product(hidden, output, transposeRight: true, scale: scale)
    if hasBias { value = graph.add(value, graph.parameter("c", Shape(1, 1))) }
    let loss = graph.sum(
      graph.square(graph.subtract(value, graph.input("y", value.shape))), over: .all)
    wanted = [value] + graph.gradient(of: loss, withRespectTo: parameters)
  }

  /// Both layouts, with and without biases, scaled and not.
  static func variants(samples: Int, inputs: Int, neurons: Int) -> [RectifiedNetwork] {
    [WeightLayout.outputsByInputs, .inputsByOutputs].flatMap { layout in
      [true, false].map { hasBias in
        RectifiedNetwork(
          samples: samples, inputs: inputs, neurons: neurons, layout: layout, hasBias: hasBias,
          scale: hasBias ? 0.75 : 1)
      }
    }
  }

  /// A plan with parameters and inputs drawn, neuron by neuron, as for a layer of `drawingFor` neurons;
  /// only the first neurons get output weights.
  func plan<Element: Scalar>(
    _ type: Element.Type, _ outputs: [Node], tier: KernelTier = .chosen, drawingFor: Int? = nil,
    onlyFirst: Int? = nil
  ) -> Plan<Element> {
    let store = ParameterStore<Element>(graph.parameters)
    let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned, tier: tier)
    for (position, piece) in graph.parameters.enumerated() {
      var draws = Draws(seed: UInt64(position + 3))
      let count = piece.shape.count / neurons * (drawingFor ?? neurons)
      var values = draws.numbers(max(count, piece.shape.count)).map { Element($0) }
      if piece.name == "w", let onlyFirst {
        for index in onlyFirst..<neurons { values[index] = 0 }
      }
      store.withMutableParameter(piece.name) { span in
        for index in span.indices { span[index] = values[index] }
      }
    }
    for name in ["x", "y"] {
      guard let input = graph.inputNode(name) else { continue }
      var draws = Draws(seed: 99)
      plan.setInput(name, draws.numbers(input.shape.count).map { Element($0) })
    }
    plan.run()
    return plan
  }

  /// The values of ``wanted``; a layer whose values are asked for as well stores them.
  func results<Element: Scalar>(
    _ type: Element.Type, storing: Bool, tier: KernelTier = .chosen, drawingFor: Int? = nil,
    onlyFirst: Int? = nil
  ) -> [[Element]] {
    let plan = plan(
      type, storing ? graph.records.map(\.output) : wanted, tier: tier, drawingFor: drawingFor,
      onlyFirst: onlyFirst)
    return wanted.map { plan.value(of: $0) }
  }
}
