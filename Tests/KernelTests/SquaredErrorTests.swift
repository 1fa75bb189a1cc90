import Protocol
import Testing

@testable import Kernel

/// Squared losses in one pass against their operations one by one.
@Suite struct SquaredErrorTests {
  static let losses: [LossDescription] = [.meanSquaredError, .maskedHalfSquares]

  /// A value that is asked for is stored, and so nothing is joined with it.
  @Test(arguments: losses, Extents.all)
  func `loss and gradient have the bits of the parts`(loss: LossDescription, extents: Extents) {
    for tier in KernelTier.available {
      let problem = Problem(loss, extents)
      let joined = problem.bits(of: [], tier: tier)
      #expect(joined == problem.bits(of: problem.graph.records.map(\.output), tier: tier))
    }
  }

  @Test(arguments: losses)
  func `loss and gradient are one pass and the loss's factor`(loss: LossDescription) {
    let problem = Problem(loss, Extents(5, 7))
    let plan = Plan<Float>(
      graph: problem.graph, outputs: [problem.loss, problem.gradient], store: ParameterStore([]),
      numerics: .pinned)
    #expect(plan.stepCount == 2)
  }

  @Test(arguments: losses)
  func `a loss without its gradient is one pass as well`(loss: LossDescription) {
    let problem = Problem(loss, Extents(5, 7))
    let plan = Plan<Float>(
      graph: problem.graph, outputs: [problem.loss], store: ParameterStore([]), numerics: .pinned)
    #expect(plan.stepCount == 2)
  }

  /// Errors that are read elsewhere stay what they are.
  @Test func `the difference may be asked for`() {
    var problem = Problem(.meanSquaredError, Extents(3, 4))
    let difference = problem.graph.subtract(
      problem.output, problem.graph.input("target", Shape(3, 4)))
    let loss = problem.graph.sum(problem.graph.square(difference), over: .all)
    let slope = problem.graph.gradient(of: loss, withRespectTo: [problem.output])[0]
    let plan = Plan<Float>(
      graph: problem.graph, outputs: [loss, slope, difference], store: ParameterStore([]),
      numerics: .pinned)
    plan.setInput("a", Array(repeating: 3, count: 12))
    plan.setInput("target", Array(repeating: 1, count: 12))
    plan.run()
    #expect(plan.number(loss) == 48)
    #expect(plan.value(of: slope) == Array(repeating: 4, count: 12))
    #expect(plan.value(of: difference) == Array(repeating: 2, count: 12))
  }
}

/// A squared loss of an input.
private struct Problem {
  var graph = Graph()
  let output: Node
  let loss: Node
  let gradient: Node

  init(_ description: LossDescription, _ extents: Extents) {
    output = graph.input("a", Shape(extents.rows, extents.columns))
    loss = description.loss(of: output, chunks: 1, in: &graph)
    gradient = graph.gradient(of: loss, withRespectTo: [output])[0]
  }

  /// Loss and gradient, where other nodes are asked for as well.
  func bits(of others: [Node], tier: KernelTier) -> [UInt32] {
    let plan = Plan<Float>(
      graph: graph, outputs: [loss, gradient] + others, store: ParameterStore([]),
      numerics: .pinned, tier: tier)
    var draws = Draws(seed: 41)
    for name in ["a", "y", "mask"] {
      guard let node = graph.inputNode(name) else { continue }
      plan.setInput(name, draws.numbers(node.shape.count).map { Float($0) })
    }
    plan.run()
    return (plan.value(of: loss) + plan.value(of: gradient)).map(\.bitPattern)
  }
}
