import CKernel

extension Graph {
  /// The Gaussian error linear unit in its tanh form: out = a (1 + tanh u) / 2,
  /// u = sqrt(2/pi) (a + 0.044715 a^3).
  ///
  /// Shapes: a and out (R, C). Computed as a / (1 + e^-2u), to within 2 units in the last place of a.
  /// Cost: about 16 multiply-adds and a division an element. Source: Hendrycks and Gimpel, arXiv
  /// 1606.08415, section 2.
  public mutating func geluTanh(_ node: Node) -> Node { append(GeluTanh(), [node]) }

  /// The derivative of ``geluTanh(_:)``: out = (1 + tanh u) / 2 + a (1 - tanh^2 u) u' / 2,
  /// u' = sqrt(2/pi) (1 + 3 * 0.044715 a^2).
  mutating func geluTanhDerivative(_ node: Node) -> Node { append(GeluTanhDerivative(), [node]) }
}

/// out = a (1 + tanh u) / 2.
struct GeluTanh: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_gelu_tanh) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.geluTanhDerivative(site.inputs[0]))
  }
}

/// out = (1 + tanh u) / 2 + a (1 - tanh^2 u) u' / 2.
struct GeluTanhDerivative: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_gelu_tanh_derivative) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    // With t = tanh u: the derivative is (1 - t^2) (u' + a u'' / 2 - a t u'^2), where
    // u' = k (1 + 3 c a^2) and a u'' / 2 = 3 k c a^2, so that both together are k (1 + 6 c a^2).
    let (k, c) = (0x1.9884533d43651p-1, 0.044715)
    let a = site.inputs[0]
    let square = graph.square(a)
    let polynomial = graph.offset(graph.scale(square, by: k * c), by: k)
    let t = graph.tanh(graph.multiply(a, polynomial))
    let slope = graph.offset(graph.scale(square, by: 3 * k * c), by: k)
    let straight = graph.offset(graph.scale(square, by: 6 * k * c), by: k)
    let bent = graph.multiply(graph.multiply(a, t), graph.square(slope))
    let factor = graph.tanhBackward(graph.subtract(straight, bent), output: t)
    return graph.multiply(site.cotangent, factor)
  }
}
