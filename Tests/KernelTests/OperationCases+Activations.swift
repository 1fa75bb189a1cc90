@testable import Kernel

extension OperationCase {
  /// Activations whose derivative needs the value before them, and the derivatives themselves.
  static let activations: [OperationCase] = [
    function("sine", draws: -6...6) { $0.sine($1) },
    function("cosine", draws: -6...6) { $0.cosine($1) },
    function("gelu in tanh form", draws: -3...3) { $0.geluTanh($1) },
    function("derivative of gelu in tanh form", draws: -3...3) { $0.geluTanhDerivative($1) },
    function("x tanh x", draws: -3...3) { $0.xTanhX($1) },
    function("derivative of x tanh x", draws: -3...3) { $0.xTanhXDerivative($1) },
    OperationCase("backward of sigmoid") { graph, extents in
      let a = graph.parameter("a", Shape(extents.rows, extents.columns))
      let b = graph.parameter("b", Shape(extents.rows, extents.columns))
      return graph.sigmoidBackward(a, output: b)
    },
  ]

  private static func function(
    _ name: String, draws: ClosedRange<Double>,
    _ function: @escaping @Sendable (inout Graph, Node) -> Node
  ) -> OperationCase {
    OperationCase(name, draws: draws) { graph, extents in
      function(&graph, graph.parameter("a", Shape(extents.rows, extents.columns)))
    }
  }
}
