import Protocol
import Testing

@testable import Kernel

/// Curvatures of functions whose Hessian is known.
@Suite struct CurvatureTests {
  /// ½ Σ c_i p_i² in two pieces: the Hessian is diagonal.
  static func diagonal(
    _ entries: [Double], at values: [Double]
  ) -> (graph: Graph, loss: Node, store: ParameterStore<Double>) {
    var graph = Graph()
    let half = entries.count / 2
    let pieces = [
      graph.parameter("first.weight", Shape(1, half)),
      graph.parameter("second.weight", Shape(1, entries.count - half)),
    ]
    var loss = graph.constant(0)
    for (index, piece) in pieces.enumerated() {
      let factors = graph.input("c\(index)", piece.shape)
      let term = graph.sum(graph.multiply(factors, graph.square(piece)), over: .all)
      loss = graph.add(loss, graph.scale(term, by: 0.5))
    }
    let store = ParameterStore<Double>(graph.parameters)
    let (first, second) = (Array(values[..<half]), Array(values[half...]))
    store.withMutableParameter("first.weight") { $0.overwrite(with: first.span) }
    store.withMutableParameter("second.weight") { $0.overwrite(with: second.span) }
    return (graph, loss, store)
  }

  static func inputs(_ entries: [Double]) -> [String: [Double]] {
    let half = entries.count / 2
    return ["c0": Array(entries[..<half]), "c1": Array(entries[half...])]
  }

  static func curvature(_ entries: [Double]) -> LossCurvature {
    let (graph, loss, store) = diagonal(entries, at: entries.map { _ in 0.3 })
    let curvature = LossCurvature(graph: graph, loss: loss, store: store, numerics: .pinned)
    for (name, values) in inputs(entries) { curvature.setInput(name, values) }
    return curvature
  }

  static let entries: [Double] = [3, -1, 0.5, 7, 0, 2, 1]

  @Test func `a product is that of the diagonal`() {
    let direction: [Double] = [1, 2, 3, 4, 5, 6, 7]
    let product = Self.curvature(Self.entries).product(direction)
    #expect(worstDifference(product, zip(Self.entries, direction).map { $0 * $1 }) < 1e-14)
  }

  @Test func `power iteration finds the greatest eigenvalue`() {
    #expect(abs(Self.curvature(Self.entries).powerIteration(seed: 4) - 7) < 1e-4)
  }

  @Test func `a greater negative eigenvalue does not mislead`() {
    let value = Self.curvature([3, -10, 0.5, 7, 0, 2, 1]).powerIteration(seed: 4)
    #expect(abs(value - 7) < 1e-3)
  }

  @Test func `Lanczos with as many steps finds all eigenvalues`() {
    let (values, weights) = Self.curvature(Self.entries).lanczos(steps: 30, seed: 2)
    #expect(worstDifference(values, Self.entries.sorted(by: >)) < 1e-10)
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
  }

  @Test func `Lanczos ends where the Hessian has no further eigenvalue`() {
    let (values, _) = Self.curvature([2, 2, 5, 2, 5, 5]).lanczos(steps: 30, seed: 2)
    #expect(values.count == 2)
    #expect(worstDifference(values, [5, 2]) < 1e-10)
  }

  @Test func `the trace of a diagonal is exact`() {
    let trace = Self.curvature(Self.entries).trace(draws: 5, seed: 1)
    #expect(abs(trace.mean - 12.5) < 1e-12)
    #expect(trace.error < 1e-12)
  }

  /// Two tanh neurons on three points, some way from the targets.
  static func network() -> (
    graph: Graph, loss: Node, output: Node, store: ParameterStore<Double>
  ) {
    let network = MLP(sizes: [1, 2, 1], activation: .tanh)
    var graph = Graph()
    let output = network.output(samples: 3, in: &graph)
    let loss = graph.halfMeanSquaredError(output, graph.input("y", output.shape))
    let store = ParameterStore<Double>(graph.parameters)
    let values: [(String, [Double])] = [
      ("layers.0.weight", [0.7, -0.4]), ("layers.0.bias", [0.2, 0.1]),
      ("layers.1.weight", [1.1, -0.6]), ("layers.1.bias", [0.3]),
    ]
    for (name, numbers) in values {
      store.withMutableParameter(name) { $0.overwrite(with: numbers.span) }
    }
    return (graph, loss, output, store)
  }

  @Test func `the trace of random signs is the sum of the diagonal within its error`() {
    let (graph, loss, _, store) = Self.network()
    let curvature = LossCurvature(graph: graph, loss: loss, store: store, numerics: .pinned)
    curvature.setInput("x", [-1, 0.5, 2])
    curvature.setInput("y", [0.2, -0.3, 0.9])
    let exact = (0..<curvature.count).reduce(0.0) { sum, index in
      let axis = (0..<curvature.count).map { $0 == index ? 1.0 : 0 }
      return sum + curvature.product(axis)[index]
    }
    let trace = curvature.trace(draws: 400, seed: 0)
    #expect(trace.error > 0)
    #expect(abs(trace.mean - exact) < 4 * trace.error)
  }

  @Test func `the sensitivity is that of the closed form of two layers`() {
    let (graph, _, output, store) = Self.network()
    let points = [-1, 0.5, 2]
    let value = OutputSensitivity.value(
      graph: graph, output: output, store: store, inputs: ["x": points], numerics: .pinned)
    var sum = 0.0
    for x in points {
      sum += 1
      for (w, b, a) in [(0.7, 0.2, 1.1), (-0.4, 0.1, -0.6)] {
        let power = Elementary.exponential(2 * (w * x + b))
        let h = (power - 1) / (power + 1)
        let slope = a * (1 - h * h)
        sum += h * h + slope * slope * (x * x + 1)
      }
    }
    #expect(abs(value - sum / 3) < 1e-12)
  }

  @Test func `at a loss of zero the sensitivity is the trace of the Hessian`() {
    let (graph, loss, output, store) = Self.network()
    let points = [-1, 0.5, 2]
    let plan = Plan(graph: graph, outputs: [output], store: store, numerics: .pinned)
    plan.setInput("x", points)
    plan.run()
    let curvature = LossCurvature(graph: graph, loss: loss, store: store, numerics: .pinned)
    curvature.setInput("x", points)
    curvature.setInput("y", plan.value(of: output))
    let trace = (0..<curvature.count).reduce(0.0) { sum, index in
      sum + curvature.product((0..<curvature.count).map { $0 == index ? 1.0 : 0 })[index]
    }
    let value = OutputSensitivity.value(
      graph: graph, output: output, store: store, inputs: ["x": points], numerics: .pinned)
    #expect(abs(value - trace) < 1e-12)
  }

  @Test func `a slice moves every layer by its own length`() {
    // ½ c |p|² with c = 2 in a layer of length 3 and c = 0 elsewhere: |p + α d|² = 9 (1 + α²) + 6 α
    // times a cosine, which the opposite direction takes away.
    let entries: [Double] = [2, 2, 0, 0]
    let (graph, loss, store) = Self.diagonal(entries, at: [3, 0, 1, 1])
    let losses = LossSlice.losses(
      graph: graph, loss: loss, store: store, inputs: Self.inputs(entries), at: [-0.3, 0, 0.3],
      draws: 5, seed: 0, numerics: .pinned)
    for draw in losses {
      #expect(draw[1] == 9)
      #expect(abs((draw[0] + draw[2]) / 2 - 9 * 1.09) < 1e-12)
    }
    #expect(losses[0] != losses[1])
    #expect(abs(LossSlice.mean(losses.map { [$0[0], $0[2]] }) - 9.81) < 1e-12)
    #expect(store.parameter("first.weight") == [3, 0])
  }

  @Test func `another precision has the same parameters`() {
    let (_, _, _, store) = Self.network()
    let single = store.converted(to: Float.self)
    #expect(single.parameter("layers.1.weight") == [1.1, -0.6])
    #expect(single.pieces == store.pieces)
  }
}
