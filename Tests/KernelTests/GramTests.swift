import Protocol
import Testing

@testable import Kernel

/// The Gram matrix of per-sample gradients against the gradients themselves, one sample at a time.
@Suite struct GramTests {
  /// Networks of one output: layers, bias, activation.
  static let networks: [MLP] = [
    MLP(sizes: [3, 1], bias: false, activation: .identity),
    MLP(sizes: [5, 1], bias: true, activation: .identity),
    MLP(sizes: [2, 7, 1], bias: true, activation: .relu),
    MLP(sizes: [3, 16, 5, 1], bias: true, activation: .tanh),
    MLP(sizes: [4, 9, 8, 1], bias: false, activation: .gelu),
    MLP(sizes: [4, 33, 1], bias: true, activation: .gelu),
  ]

  @Test(arguments: networks, [1, 4, 7, 16])
  func `it is the product of the per-sample gradients`(model: MLP, samples: Int) {
    var graph = Graph()
    let x = graph.input("x", Shape(samples, model.sizes[0]))
    let output = model.output(of: x, in: &graph)
    #expect(worstGramError(&graph, output, samples: samples) < 1e-12)
  }

  @Test(arguments: [Activation.relu, .tanh], [1, 4, 13])
  func `it is that of the two-layer network with its scale`(
    activation: Activation, samples: Int
  ) {
    var graph = Graph()
    let x = graph.input("x", Shape(samples, 3))
    let model = TwoLayerNetwork(
      inputs: 3, width: 50, activation: activation, outputScale: 0.25)
    let output = model.output(of: x, in: &graph)
    #expect(worstGramError(&graph, output, samples: samples) < 1e-12)
  }

  @Test func `it is that of layers written with separate operations`() {
    var graph = Graph()
    let x = graph.input("x", Shape(6, 3))
    let weight = graph.parameter("first.weight", Shape(3, 8))
    let bias = graph.parameter("first.bias", Shape(1, 8))
    let hidden = graph.softplus(graph.add(graph.product(x, weight, scale: 0.7), bias))
    let output = graph.product(hidden, graph.parameter("second", Shape(8, 1)))
    #expect(worstGramError(&graph, output, samples: 6) < 1e-12)
  }

  private func worstGramError(_ graph: inout Graph, _ output: Node, samples: Int) -> Double {
    let parameters = graph.parameterNodesInOrder
    let gram = graph.perSampleGram(of: output, withRespectTo: parameters)
    let chosen = graph.input("chosen", output.shape)
    let one = graph.sum(graph.multiply(output, chosen), over: .all)
    let gradients = graph.gradient(of: one, withRespectTo: parameters)
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: gradients + [gram], store: store, numerics: .pinned)
    var draws = Draws(seed: 5)
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count)
      store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    let inputs = graph.inputNode("x")?.shape.count ?? 0
    plan.setInput("x", draws.numbers(inputs))
    let rows = (0..<samples).map { sample in
      plan.setInput("chosen", (0..<samples).map { $0 == sample ? 1 : 0 })
      plan.run()
      return gradients.flatMap { plan.value(of: $0) }
    }
    let expected = rows.flatMap { left in
      rows.map { right in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } / Double(samples) }
    }
    return worstDifference(plan.value(of: gram), expected)
  }
}
