import Protocol
import Testing

@testable import Kernel

/// Fused operations against the same written with plain ones.
@Suite struct OracleTests {
  @Test(arguments: Activation.allCases, Extents.all)
  func `a linear layer has the bits of product, sum and activation`(
    activation: Activation, extents: Extents
  ) {
    for (layout, hasBias) in [
      (WeightLayout.outputsByInputs, true), (.inputsByOutputs, true), (.inputsByOutputs, false),
    ] {
      var graph = Graph()
      let inputs = 6
      let x = graph.input("x", Shape(extents.rows, inputs))
      let w = graph.input(
        "w",
        layout == .outputsByInputs
          ? Shape(extents.columns, inputs) : Shape(inputs, extents.columns))
      let b = hasBias ? graph.input("b", Shape(1, extents.columns)) : nil
      let fused = graph.linear(x, weight: w, bias: b, layout: layout, activation: activation)
      var plain = graph.product(x, w, transposeRight: layout == .outputsByInputs)
      if let b { plain = graph.add(plain, b) }
      plain = graph.activation(activation, of: plain)
      let plan = Plan<Float>(
        graph: graph, outputs: [fused, plain], store: ParameterStore([]), numerics: .pinned)
      var draws = Draws(seed: 11)
      for name in ["x", "w"] + (hasBias ? ["b"] : []) {
        let count = graph.inputNode(name)?.shape.count ?? 0
        plan.setInput(name, draws.numbers(count).map { Float($0) })
      }
      plan.run()
      #expect(plan.value(of: fused) == plan.value(of: plain))
    }
  }

  @Test(arguments: [1, 4, 40], [2, 40, 700])
  func `a function joined to a product has the bits of the function behind it`(
    rows: Int, depth: Int
  ) {
    var graph = Graph()
    let a = graph.input("a", Shape(rows, depth))
    let b = graph.input("b", Shape(depth, 57))
    let y = graph.input("y", Shape(rows, 57))
    // Products that differ in their scale are different nodes: one is joined, one is asked for.
    let joined = [
      graph.relu(graph.product(a, b)), graph.tanh(graph.product(a, b, scale: 2)),
      graph.reluBackward(graph.product(a, b, scale: 3), output: y),
      graph.tanhBackward(graph.product(a, b, scale: 4), output: y),
    ]
    let products = (1...4).map { graph.product(a, b, scale: Double($0)) }
    func values(_ outputs: [Node]) -> [[Float]] {
      let plan = Plan<Float>(
        graph: graph, outputs: outputs, store: ParameterStore([]), numerics: .pinned)
      var draws = Draws(seed: 13)
      for name in ["a", "b", "y"] {
        let count = graph.inputNode(name)?.shape.count ?? 0
        plan.setInput(name, draws.numbers(count, in: -1...1).map { Float($0) })
      }
      plan.run()
      return outputs.prefix(joined.count).map { plan.value(of: $0) }
    }
    #expect(values(joined) == values(joined + products))
  }

  @Test func `the cross-entropy is that of its formula`() {
    var graph = Graph()
    let logits = graph.input("a", Shape(3, 5))
    let targets = graph.input("t", Shape(3, 5))
    let fused = graph.softmaxCrossEntropy(logits, targets: targets)
    let total = graph.sum(graph.exponential(logits), over: .columns)
    let plain = graph.subtract(
      graph.logarithm(total), graph.sum(graph.multiply(targets, logits), over: .columns))
    let plan = Plan<Double>(
      graph: graph, outputs: [fused, plain], store: ParameterStore([]), numerics: .pinned)
    var draws = Draws(seed: 17)
    plan.setInput("a", draws.numbers(15, in: -3...3))
    plan.setInput("t", [0.2, 0.3, 0.5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0.25, 0.75])
    plan.run()
    #expect(worstDifference(plan.value(of: fused), plan.value(of: plain)) < 1e-15)
  }

  @Test func `a softmax of large numbers does not overflow`() {
    var graph = Graph()
    let logits = graph.input("a", Shape(1, 3))
    let softmax = graph.softmax(logits)
    let plan = Plan<Float>(
      graph: graph, outputs: [softmax], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("a", [1000, 1000, -1000])
    plan.run()
    #expect(plan.value(of: softmax) == [0.5, 0.5, 0])
  }
}
