import Protocol
import Testing

@testable import Kernel

/// The derivative rules applied to their own results.
@Suite struct HessianVectorTests {
  static let extents = [Extents(1, 1), Extents(3, 5), Extents(8, 16), Extents(2, 37)]

  /// Central differences of gradients, of a step of 1e-5: errors of about 1e-10.
  @Test(arguments: OperationCase.all, extents)
  func `the Hessian times a direction is the difference of gradients along it`(
    operation: OperationCase, extents: Extents
  ) {
    var weighted = WeightedOperation(operation, extents)
    let parameters = weighted.parameters
    // A square makes the Hessian of the linear operations differ from zero.
    let function = weighted.graph.square(weighted.function)
    let gradients = weighted.graph.gradient(of: function, withRespectTo: parameters)
    let first = weighted.graph.parameters[0]
    let direction = weighted.graph.parameters.map {
      weighted.graph.input("along \($0.name)", $0.shape)
    }
    let products = weighted.graph.hessianVectorProduct(
      of: function, withRespectTo: parameters, direction: direction)
    let plan = weighted.plan(Double.self, gradients + products)
    for piece in weighted.graph.parameters {
      var values = Array(repeating: 0.0, count: piece.shape.count)
      if piece == first { values[piece.shape.count / 2] = 1 }
      plan.setInput("along \(piece.name)", values)
    }
    plan.run()
    let exact = products.flatMap { plan.value(of: $0) }
    let differences = weighted.centralDifference(
      plan, piece: first.name, index: first.shape.count / 2
    ) {
      gradients.flatMap { plan.value(of: $0) }
    }
    #expect(worstDifference(exact, differences) < 2e-8)
  }

  @Test func `the third derivative of gelu is that of its formula`() {
    var graph = Graph()
    let a = graph.parameter("a", .scalar)
    var node = graph.gelu(a)
    for _ in 0..<3 { node = graph.gradient(of: node, withRespectTo: [a])[0] }
    let store = ParameterStore<Double>(graph.parameters)
    store.withMutableParameter("a") { $0[0] = 0.7 }
    let plan = Plan(graph: graph, outputs: [node], store: store, numerics: .pinned)
    plan.run()
    // gelu'' = phi (2 - a^2), so gelu''' = phi (a^3 - 4 a); phi(0.7) = 0.31225393336676127
    let expected = 0.31225393336676127 * (0.343 - 2.8)
    #expect(abs(plan.number(node) - expected) < 1e-14)
  }
}
