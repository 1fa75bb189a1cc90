import Protocol
import Testing

@testable import Kernel

/// Every operation's derivative rule against central differences in double precision.
///
/// A step of 1e-5 leaves errors of about 1e-10; the bound is a hundred times that.
@Suite struct GradientTests {
  @Test(arguments: OperationCase.all, Extents.all)
  func `the derivative is that of central differences`(
    operation: OperationCase, extents: Extents
  ) {
    var weighted = WeightedOperation(operation, extents)
    let gradients = weighted.graph.gradient(
      of: weighted.function, withRespectTo: weighted.parameters)
    let plan = weighted.plan(Double.self, gradients + [weighted.function])
    plan.run()
    for (piece, gradient) in zip(weighted.graph.parameters, gradients) {
      let exact = plan.value(of: gradient)
      let differences = exact.indices.map { index in
        weighted.centralDifference(plan, piece: piece.name, index: index) {
          plan.value(of: weighted.function)
        }[0]
      }
      #expect(worstDifference(exact, differences) < 1e-8, "\(piece.name)")
    }
  }

  @Test func `a node that the output does not rest on has a gradient of zero`() {
    var graph = Graph()
    let used = graph.parameter("used", Shape(2, 3))
    let other = graph.parameter("other", Shape(4, 5))
    let output = graph.sum(graph.square(used), over: .all)
    let gradients = graph.gradient(of: output, withRespectTo: [used, other])
    #expect(gradients[1].shape == other.shape)
    #expect(graph.constantValue(of: gradients[1]) == 0)
  }

  @Test func `a node that is read twice collects both cotangents`() {
    var graph = Graph()
    let a = graph.parameter("a", .scalar)
    let output = graph.multiply(graph.exponential(a), graph.square(a))
    let gradient = graph.gradient(of: output, withRespectTo: [a])[0]
    let store = ParameterStore<Double>(graph.parameters)
    store.withMutableParameter("a") { $0[0] = 1.25 }
    let plan = Plan(graph: graph, outputs: [gradient], store: store, numerics: .pinned)
    plan.run()
    // d/da a^2 e^a = (a^2 + 2a) e^a
    let expected = (1.25 * 1.25 + 2.5) * 3.4903429574618414
    #expect(abs(plan.number(gradient) - expected) < 1e-13)
  }

  @Test func `a gradient may be taken with respect to an input`() {
    var graph = Graph()
    let x = graph.input("x", Shape(1, 3))
    let output = graph.sum(graph.square(x), over: .all)
    let gradient = graph.gradient(of: output, withRespectTo: [x])[0]
    let plan = Plan(
      graph: graph, outputs: [gradient], store: ParameterStore<Double>([]), numerics: .pinned)
    plan.setInput("x", [1, -2, 3])
    plan.run()
    #expect(plan.value(of: gradient) == [2, -4, 6])
  }
}
