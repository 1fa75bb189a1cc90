import CKernel
import Protocol

/// What the core can do at most, for comparison: nothing but fused multiply-adds, and the library's
/// product of large square matrices, both in single precision.
public final class ProcessorPeak {
  /// Floating-point operations of one call of ``multiplyAdds()``.
  public static let multiplyAddOperations = 2 * 12 * 16 * MultiplyAdds.rounds
  private let chains: Plan<Float>
  private let product: Plan<Float>

  /// Makes both ready.
  /// - Parameter order: Rows and columns of the matrices that ``squareProduct()`` multiplies.
  public init(order: Int) {
    let empty = ParameterStore<Float>([])
    var graph = Graph()
    let start = graph.input("start", Shape(1, 16))
    let end = graph.append(MultiplyAdds(), [start])
    chains = Plan(graph: graph, outputs: [end], store: empty, numerics: .openblas)
    chains.setInput("start", Array(repeating: 1, count: 16))

    graph = Graph()
    let left = graph.input("left", Shape(order, order))
    let right = graph.input("right", Shape(order, order))
    let output = graph.product(left, right)
    product = Plan(graph: graph, outputs: [output], store: empty, numerics: .openblas)
    for (index, name) in ["left", "right"].enumerated() {
      var values = Array(repeating: 0.0, count: order * order)
      RandomStream(seed: 0, purpose: .data, step: UInt64(index)).fillNormal(&values)
      product.setInput(name, values.map { Float($0) })
    }
  }

  /// Multiplies and adds, as fast as the chosen tier allows.
  public func multiplyAdds() { chains.run() }

  /// Multiplies two matrices by OpenBLAS: 2 order^3 operations.
  public func squareProduct() { product.run() }
}

/// Chains of fused multiply-adds that no result is wanted of.
struct MultiplyAdds: Operation {
  /// Long enough that calling it costs nothing.
  static let rounds = 10_000

  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs.map(\.count) == [16], "the chains begin with sixteen values")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] { [nil] }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_multiply_adds))
    step.first = lowering.inputs[0]
    step.rows = Self.rounds
    step.scalars[0] = 0.5
    lowering.append(step)
  }
}
