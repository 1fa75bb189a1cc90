import Protocol
import Testing

@testable import Kernel

/// Plans of which a part of the inputs varies between runs.
@Suite struct VaryingTests {
  /// A Hessian-vector product at drawn parameters, and the direction's inputs.
  private static func product(
    _ fixture: ChunkFixture, varying: Bool
  ) -> (plan: Plan<Float>, products: [Node]) {
    let problem = ModelProblem(model: fixture.model, loss: fixture.loss, samples: 5)
    var graph = problem.graph
    let direction = graph.parameters.map { graph.input("v.\($0.name)", $0.shape) }
    let products = graph.hessianVectorProduct(
      of: problem.loss, withRespectTo: graph.parameterNodesInOrder, direction: direction)
    let store = ParameterStore<Float>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: products, store: store, numerics: .pinned,
      varying: varying ? Set(graph.parameters.map { "v.\($0.name)" }) : nil)
    var draws = Draws(seed: 5)
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count).map { Float($0) }
      store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    for (index, input) in problem.inputs.enumerated() {
      plan.setInput(input.name, input.drawn(step: UInt64(index)).map { Float($0) })
    }
    setDirection(plan, graph.parameters, seed: 1)
    return (plan, products)
  }

  private static func setDirection(
    _ plan: Plan<Float>, _ pieces: [ParameterPiece], seed: UInt64
  ) {
    var draws = Draws(seed: seed)
    for piece in pieces {
      plan.setInput("v.\(piece.name)", draws.numbers(piece.shape.count).map { Float($0) })
    }
  }

  @Test(arguments: ChunkFixture.all)
  func `a product along another direction has the bits of a full run`(fixture: ChunkFixture) {
    let (full, products) = Self.product(fixture, varying: false)
    let (cached, others) = Self.product(fixture, varying: true)
    cached.run()
    for seed in UInt64(2)...4 {
      for plan in [full, cached] { Self.setDirection(plan, plan.store.pieces, seed: seed) }
      full.run()
      cached.runVarying()
      #expect(others.map { cached.value(of: $0) } == products.map { full.value(of: $0) })
    }
  }

  @Test func `only what rests on the varying inputs is computed again`() {
    var graph = Graph()
    let x = graph.input("x", Shape(2, 2))
    let v = graph.input("v", Shape(2, 2))
    let fixed = graph.exponential(x)
    let sum = graph.add(graph.tanh(fixed), v)
    let plan = Plan<Double>(
      graph: graph, outputs: [fixed, sum], store: ParameterStore([]), numerics: .pinned,
      varying: ["v"])
    #expect(plan.stepCount == 3)
    #expect(plan.varyingStepCount == 1)
    plan.setInput("x", [0, 0, 0, 0])
    plan.setInput("v", [1, 2, 3, 4])
    plan.run()
    let first = plan.value(of: sum)
    plan.setInput("x", [1, 1, 1, 1])
    plan.runVarying()
    #expect(plan.value(of: fixed) == [1, 1, 1, 1])
    #expect(plan.value(of: sum) == first)
    plan.run()
    #expect(plan.value(of: sum) != first)
  }

  @Test func `everything varies unless it is said`() {
    var graph = Graph()
    let x = graph.input("x", Shape(2, 2))
    let output = graph.tanh(graph.exponential(x))
    let plan = Plan<Double>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    #expect(plan.varyingStepCount == plan.stepCount)
  }

  @Test func `later steps leave alone what varying steps read`() {
    var graph = Graph()
    let x = graph.input("x", Shape(4, 16))
    let v = graph.input("v", Shape(4, 16))
    let fixed = (1...6).map { graph.tanh(graph.offset(x, by: Double($0))) }
    var output = v
    for value in fixed { output = graph.multiply(graph.sine(output), value) }
    let plan = Plan<Double>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned,
      varying: ["v"])
    plan.setInput("x", (0..<64).map { Double($0) / 50 })
    plan.setInput("v", (0..<64).map { Double($0) / 9 })
    plan.run()
    let first = plan.value(of: output)
    for _ in 0..<3 {
      plan.runVarying()
      #expect(plan.value(of: output) == first)
    }
  }
}
