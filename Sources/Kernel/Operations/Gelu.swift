import CKernel

extension Graph {
  /// The Gaussian error linear unit, exact: out = a Phi(a), Phi the normal distribution.
  ///
  /// Shapes: a and out (R, C). Error: a few units in the last place. Cost: about 40 multiply-adds
  /// an element. Source: Hendrycks and Gimpel, arXiv 1606.08415.
  public mutating func gelu(_ node: Node) -> Node { append(Gelu(), [node]) }

  /// The derivative of ``gelu(_:)``: out = Phi(a) + a phi(a), phi the normal density.
  mutating func geluDerivative(_ node: Node) -> Node { append(GeluDerivative(), [node]) }

  /// The normal density: out = exp(-a^2 / 2) / sqrt(2 pi).
  public mutating func normalDensity(_ node: Node) -> Node { append(NormalDensity(), [node]) }

  /// The normal distribution: out = (1 + erf(a / sqrt 2)) / 2.
  public mutating func normalCumulative(_ node: Node) -> Node {
    append(NormalCumulative(), [node])
  }
}

/// out = a Phi(a).
struct Gelu: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_gelu) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.geluDerivative(site.inputs[0]))
  }
}

/// out = Phi(a) + a phi(a).
struct GeluDerivative: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_gelu_derivative) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    // d/da (Phi + a phi) = phi (2 - a^2)
    let a = site.inputs[0]
    let factor = graph.offset(graph.scale(graph.square(a), by: -1), by: 2)
    let slope = graph.multiply(graph.normalDensity(a), factor)
    return graph.multiply(site.cotangent, slope)
  }
}

/// out = exp(-a^2 / 2) / sqrt(2 pi).
struct NormalDensity: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_normal_density) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    let slope = graph.scale(graph.multiply(site.inputs[0], site.output), by: -1)
    return graph.multiply(site.cotangent, slope)
  }
}

/// out = Phi(a).
struct NormalCumulative: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_normal_cumulative) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.normalDensity(site.inputs[0]))
  }
}
