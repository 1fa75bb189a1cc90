import Protocol

@testable import Kernel

/// A model in double precision with its loss, gradients and everything drawn, ready to be asked.
struct ModelFixture {
  let problem: ModelProblem
  let plan: Plan<Double>
  let gradients: [String: Node]

  init(_ model: any Model, loss: LossDescription = .crossEntropy, samples: Int = 3) {
    problem = ModelProblem(model: model, loss: loss, samples: samples)
    var graph = problem.graph
    let nodes = graph.gradient(of: problem.loss, withRespectTo: graph.parameterNodesInOrder)
    var gradients: [String: Node] = [:]
    for (piece, node) in zip(graph.parameters, nodes) { gradients[piece.name] = node }
    self.gradients = gradients
    let store = ParameterStore<Double>(graph.parameters)
    plan = Plan(
      graph: graph, outputs: [problem.output, problem.loss] + nodes, store: store,
      numerics: .pinned)
    for (index, input) in problem.inputs.enumerated() {
      plan.setInput(input.name, input.drawn(step: UInt64(index)))
    }
    for piece in graph.parameters { set(piece.name, Self.drawn(piece)) }
  }

  /// The numbers of a piece, which do not depend on what other pieces there are.
  private static func drawn(_ piece: ParameterPiece) -> [Double] {
    let seed = piece.name.unicodeScalars.reduce(7) { $0 &* 31 &+ UInt64($1.value) }
    var draws = Draws(seed: seed)
    _ = draws.numbers(10)
    return draws.numbers(piece.shape.count, in: -0.9...0.9)
  }

  var names: [String] { plan.store.pieces.map(\.name) }

  func set(_ name: String, _ values: [Double]) {
    plan.store.withMutableParameter(name) { $0.overwrite(with: values.span) }
  }

  func output() -> [Double] {
    plan.run()
    return plan.value(of: problem.output)
  }

  func loss() -> Double {
    plan.run()
    return plan.number(problem.loss)
  }

  /// The gradient of a piece at the parameters as they are.
  func gradient(_ name: String) -> [Double] {
    plan.run()
    return gradients[name].map { plan.value(of: $0) } ?? []
  }

  /// The same by central differences of the loss.
  func differences(_ name: String) -> [Double] {
    let start = plan.store.parameter(name)
    defer { set(name, start) }
    return start.indices.map { index in
      let losses = [1e-5, -1e-5].map { step in
        var moved = start
        moved[index] += step
        set(name, moved)
        return loss()
      }
      return (losses[0] - losses[1]) / 2e-5
    }
  }
}
