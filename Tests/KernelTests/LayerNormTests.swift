import Protocol
import Testing

@testable import Kernel

/// Layer normalisation against the same written with plain operations.
@Suite struct LayerNormTests {
  static let extents = [
    Extents(1, 1), Extents(3, 5), Extents(7, 13), Extents(6, 64), Extents(9, 83),
  ]

  /// Mean, variance, root and quotient as nodes.
  private func plain(
    _ x: Node, _ weight: Node, _ bias: Node, epsilon: Double, in graph: inout Graph
  ) -> Node {
    let part = 1 / Double(x.shape.columns)
    let centred = graph.subtract(x, graph.scale(graph.sum(x, over: .columns), by: part))
    let variance = graph.scale(graph.sum(graph.square(centred), over: .columns), by: part)
    // (v + epsilon)^(-1/2) as an exponential
    let logarithm = graph.logarithm(graph.offset(variance, by: epsilon))
    let inverse = graph.exponential(graph.scale(logarithm, by: -0.5))
    return graph.add(graph.multiply(graph.multiply(centred, inverse), weight), bias)
  }

  /// The fused and the plain layer's values and gradients, one after the other.
  private func values<Element: Scalar>(
    _ type: Element.Type, _ extents: Extents, epsilon: Double
  ) -> (fused: [Double], plain: [Double]) {
    var graph = Graph()
    let shape = Shape(extents.rows, extents.columns)
    let x = graph.parameter("x", shape)
    let weight = graph.parameter("w", Shape(1, extents.columns))
    let bias = graph.parameter("b", Shape(1, extents.columns))
    let seeds = graph.input("seeds", shape)
    let layers = [
      graph.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon),
      plain(x, weight, bias, epsilon: epsilon, in: &graph),
    ]
    let outputs = layers.map { layer in
      let function = graph.sum(graph.multiply(layer, seeds), over: .all)
      return [layer] + graph.gradient(of: function, withRespectTo: [x, weight, bias])
    }
    let store = ParameterStore<Element>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: outputs.flatMap { $0 }, store: store, numerics: .pinned)
    var draws = Draws(seed: 21)
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count).map { Element($0) }
      store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    plan.setInput("seeds", draws.numbers(shape.count).map { Element($0) })
    plan.run()
    let numbers = outputs.map { nodes in
      nodes.flatMap { plan.value(of: $0).map { Double($0) } }
    }
    return (numbers[0], numbers[1])
  }

  @Test(arguments: extents, [1e-5, 0.1])
  func `values and gradients are those of the plain operations`(
    extents: Extents, epsilon: Double
  ) {
    let values = values(Double.self, extents, epsilon: epsilon)
    #expect(worstDifference(values.fused, values.plain) < 1e-12)
  }

  @Test(arguments: extents)
  func `single precision is near to double`(extents: Extents) {
    let single = values(Float.self, extents, epsilon: 1e-5).fused
    let double = values(Double.self, extents, epsilon: 1e-5).fused
    #expect(worstDifference(single, double) < 2e-6)
  }

  @Test func `a row of equal elements becomes the bias`() {
    var graph = Graph()
    let x = graph.constant(3, Shape(2, 20))
    let bias = graph.constant(0.5, Shape(1, 20))
    let output = graph.layerNorm(x, bias: bias)
    let plan = Plan<Float>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    plan.run()
    #expect(plan.value(of: output) == Array(repeating: 0.5, count: 40))
  }

  @Test func `weight and bias get their sums in the order of the rows`() {
    var (graph, rows, columns) = (Graph(), 40, 83)
    let shape = Shape(rows, columns)
    let (c, x) = (graph.input("c", shape), graph.input("x", shape))
    let statistics = graph.input("s", Shape(rows, 2))
    let both = graph.layerNormParameters(c, x, statistics)
    let plan = Plan<Float>(
      graph: graph, outputs: [both], store: ParameterStore([]), numerics: .pinned)
    var draws = Draws(seed: 23)
    let (cotangents, values, moments) = (
      draws.numbers(shape.count).map { Float($0) }, draws.numbers(shape.count).map { Float($0) },
      draws.numbers(2 * rows).map { Float($0) }
    )
    plan.setInput("c", cotangents)
    plan.setInput("x", values)
    plan.setInput("s", moments)
    plan.run()
    var expected = Array(repeating: Float(0), count: 2 * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * columns + column
        let normalised = (values[place] - moments[2 * row]) * moments[2 * row + 1]
        expected[column].addProduct(cotangents[place], normalised)
        expected[columns + column] += cotangents[place]
      }
    }
    #expect(plan.value(of: both) == expected)
  }

  @Test func `a layer that is read twice shares its statistics`() {
    var graph = Graph()
    let x = graph.parameter("x", Shape(4, 8))
    let weight = graph.parameter("w", Shape(1, 8))
    let output = graph.layerNorm(x, weight: weight)
    _ = graph.gradient(of: graph.sum(graph.square(output), over: .all), withRespectTo: [x, weight])
    #expect(graph.records.count { $0.operation is RowStatistics } == 1)
  }

  @Test func `an epsilon of zero stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      _ = graph.layerNorm(graph.input("x", Shape(2, 3)), epsilon: 0)
    }
  }

  @Test func `the per-sample derivatives of its weight and bias have their Gram matrix`() {
    var (graph, samples, columns) = (Graph(), 5, 7)
    let x = graph.input("x", Shape(samples, columns))
    let weight = graph.parameter("w", Shape(1, columns))
    let bias = graph.parameter("b", Shape(1, columns))
    let output = graph.sum(
      graph.tanh(graph.layerNorm(x, weight: weight, bias: bias)), over: .columns)
    let gram = graph.perSampleGram(of: output, withRespectTo: [weight, bias])
    let ofEach = (0..<samples).flatMap { sample in
      let one = graph.rows(of: output, start: sample, stride: 1, count: 1)
      return graph.gradient(of: one, withRespectTo: [weight, bias])
    }
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(graph: graph, outputs: ofEach + [gram], store: store, numerics: .pinned)
    var draws = Draws(seed: 25)
    for name in ["w", "b"] {
      let values = draws.numbers(columns)
      store.withMutableParameter(name) { $0.overwrite(with: values.span) }
    }
    plan.setInput("x", draws.numbers(samples * columns))
    plan.run()
    let gradients = (0..<samples).map { sample in
      ofEach[(2 * sample)..<(2 * sample + 2)].flatMap { plan.value(of: $0) }
    }
    let expected = gradients.flatMap { left in
      gradients.map { zip(left, $0).reduce(0) { $0 + $1.0 * $1.1 } / Double(samples) }
    }
    #expect(worstDifference(plan.value(of: gram), expected) < 1e-12)
  }
}
