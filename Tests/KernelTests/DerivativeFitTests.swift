import Foundation
import Protocol
import Testing

@testable import Kernel

/// Derivatives of a network with respect to its input, losses made of them, and their gradients.
@Suite struct DerivativeFitTests {
  /// A fit with its gradients, drawn, in double precision.
  private struct Fixture {
    let plan: Plan<Double>
    let fit: DerivativeFit
    let values: Node
    let derivative: Node
    let loss: Node
    let gradients: [Node]
    let points: [Double]

    init(_ network: MLP, coordinates: [Int], boundaryPoints: Int = 2) {
      fit = DerivativeFit(network: network, coordinates: coordinates, boundaryWeight: 0.7)
      var graph = Graph()
      let count = 7
      let terms = fit.loss(points: count, boundaryPoints: boundaryPoints, in: &graph)
      let input = graph.inputNode("x") ?? terms.values
      values = terms.values
      loss = terms.loss
      derivative = graph.inputDerivative(
        of: terms.values, withRespectTo: input, coordinates: coordinates)
      gradients = graph.gradient(of: loss, withRespectTo: graph.parameterNodesInOrder)
      plan = Plan(
        graph: graph, outputs: [values, loss, derivative] + gradients,
        store: ParameterStore(graph.parameters), numerics: .pinned)
      var draws = Draws(seed: 41)
      points = draws.numbers(count * network.sizes[0])
      plan.setInput("x", points)
      plan.setInput("target", draws.numbers(count))
      if boundaryPoints > 0 {
        plan.setInput("boundary.x", draws.numbers(boundaryPoints * network.sizes[0]))
        plan.setInput("boundary.target", draws.numbers(boundaryPoints))
      }
      for piece in graph.parameters { set(piece.name, draws.numbers(piece.shape.count)) }
    }

    func set(_ name: String, _ values: [Double]) {
      plan.store.withMutableParameter(name) { $0.overwrite(with: values.span) }
    }

    func derivatives() -> [Double] {
      plan.run()
      return plan.value(of: derivative)
    }

    /// The values with all points moved along one coordinate.
    func moved(by step: Double, along coordinate: Int) -> [Double] {
      var moved = points
      let inputs = fit.network.sizes[0]
      for point in stride(from: coordinate, to: moved.count, by: inputs) { moved[point] += step }
      plan.setInput("x", moved)
      plan.run()
      plan.setInput("x", points)
      return plan.value(of: values)
    }
  }

  static let smooth: [Activation] = [.tanh, .gelu, .geluTanh, .sigmoid, .sin, .xTanhX]

  @Test(arguments: smooth, [0, 1])
  func `a first derivative is that of central differences`(activation: Activation, along: Int) {
    let fixture = Fixture(
      MLP(sizes: [2, 9, 5, 1], activation: activation), coordinates: [along])
    let (above, below) = (
      fixture.moved(by: 1e-5, along: along), fixture.moved(by: -1e-5, along: along)
    )
    let differences = zip(above, below).map { ($0 - $1) / 2e-5 }
    #expect(worstDifference(fixture.derivatives(), differences) < 1e-8)
  }

  @Test(arguments: smooth)
  func `a second derivative is that of central differences`(activation: Activation) {
    let fixture = Fixture(MLP(sizes: [2, 9, 5, 1], activation: activation), coordinates: [1, 1])
    let (above, middle, below) = (
      fixture.moved(by: 1e-3, along: 1), fixture.moved(by: 0, along: 1),
      fixture.moved(by: -1e-3, along: 1)
    )
    let differences = middle.indices.map { (above[$0] - 2 * middle[$0] + below[$0]) / 1e-6 }
    // The step's error is of the order of 1e-6 times a fourth derivative.
    #expect(worstDifference(fixture.derivatives(), differences) < 1e-4)
  }

  @Test func `mixed derivatives do not depend on the order`() {
    let network = MLP(sizes: [2, 9, 5, 1], activation: .tanh)
    let (first, second) = (
      Fixture(network, coordinates: [0, 1]), Fixture(network, coordinates: [1, 0])
    )
    #expect(worstDifference(first.derivatives(), second.derivatives()) < 1e-13)
  }

  /// u = a sin(w x + b) + c has the derivatives a w cos(w x + b), -a w^2 sin, -a w^3 cos.
  @Test(arguments: [0, 1, 2, 3])
  func `a sine is differentiated as on paper`(order: Int) {
    let fixture = Fixture(
      MLP(sizes: [1, 1, 1], activation: .sin),
      coordinates: Array(repeating: 0, count: order))
    let (w, b, a, c) = (2.5, 0.3, -1.7, 0.9)
    for (name, value) in [
      ("layers.0.weight", w), ("layers.0.bias", b), ("layers.1.weight", a), ("layers.1.bias", c),
    ] { fixture.set(name, [value]) }
    let expected = fixture.points.map { x -> Double in
      let angle = w * x + b
      return [
        a * sin(angle) + c, a * w * cos(angle), -a * w * w * sin(angle),
        -a * w * w * w * cos(angle),
      ][order]
    }
    #expect(worstDifference(fixture.derivatives(), expected) < 1e-14)
  }

  @Test(arguments: [[], [0], [0, 0], [1, 0]], [0, 2])
  func `the loss has the gradient of central differences`(
    coordinates: [Int], boundaryPoints: Int
  ) {
    let fixture = Fixture(
      MLP(sizes: [2, 6, 5, 1], activation: .tanh), coordinates: coordinates,
      boundaryPoints: boundaryPoints)
    let plan = fixture.plan
    plan.run()
    let exact = fixture.gradients.map { plan.value(of: $0) }
    for (piece, exact) in zip(plan.store.pieces, exact) {
      let start = plan.store.parameter(piece.name)
      let differences = start.indices.map { index in
        let losses = [1e-5, -1e-5].map { step in
          var moved = start
          moved[index] += step
          fixture.set(piece.name, moved)
          plan.run()
          return plan.number(fixture.loss)
        }
        fixture.set(piece.name, start)
        return (losses[0] - losses[1]) / 2e-5
      }
      #expect(worstDifference(exact, differences) < 1e-7, "\(piece.name)")
    }
  }

  @Test func `a solution of the equation has no loss and no gradient`() {
    // u = sin(3 x) solves u'' = -9 sin(3 x) with its own boundary values.
    let fixture = Fixture(
      MLP(sizes: [1, 1, 1], activation: .sin), coordinates: [0, 0])
    for (name, value) in [
      ("layers.0.weight", 3.0), ("layers.0.bias", 0), ("layers.1.weight", 1),
      ("layers.1.bias", 0),
    ] { fixture.set(name, [value]) }
    fixture.plan.setInput("target", fixture.points.map { -9 * sin(3 * $0) })
    fixture.plan.setInput("boundary.x", [-1, 1])
    fixture.plan.setInput("boundary.target", [sin(-3), sin(3)])
    fixture.plan.run()
    #expect(fixture.plan.number(fixture.loss) < 1e-28)
    let gradients = fixture.gradients.flatMap { fixture.plan.value(of: $0) }
    #expect(gradients.allSatisfy { abs($0) < 1e-12 })
  }

  @Test func `points and boundary read the same parameters`() {
    let fixture = Fixture(MLP(sizes: [1, 4, 1], activation: .tanh), coordinates: [0, 0])
    #expect(
      fixture.plan.store.pieces.map(\.name) == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
      ])
  }

  @Test func `a training on an equation lowers its loss in single precision`() throws {
    var graph = Graph()
    let network = MLP(sizes: [1, 20, 20, 1], activation: .tanh)
    let fit = DerivativeFit(network: network, coordinates: [0, 0])
    let (values, loss) = fit.loss(points: 40, boundaryPoints: 2, in: &graph)
    let stage = Stage(
      graph: graph, loss: loss, output: values, optimizer: Adam(learningRate: 2e-3),
      stop: StopRule(limit: .steps(600)))
    let trainer = Trainer<Float>(stage, numerics: .pinned)
    try ModelInitialization(
      weights: .normal(.power(of: .fans, -0.5, factor: 2.0.squareRoot()))
    ).draw(network, into: trainer.store, seed: 0)
    let points = (0..<40).map { -1 + 2 * Double($0) / 39 }
    trainer.setInput("x", points.map { Float($0) })
    trainer.setInput("target", points.map { Float(-9.8696 * sin(.pi * $0)) })
    trainer.setInput("boundary.x", [-1, 1])
    trainer.setInput("boundary.target", [0, 0])
    let ending = trainer.train()
    #expect(ending.lastLoss < 0.05 * ending.firstLoss)
    let worst = zip(trainer.output, points).map { abs(Double($0) - sin(.pi * $1)) }.max() ?? 1
    #expect(worst < 0.2)
  }
}
