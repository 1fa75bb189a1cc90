import CKernel

extension Graph {
  /// The exponential: out = e^a.
  ///
  /// Shapes: a and out (R, C). Error: 2 units in the last place; results below the least normal
  /// number are zero. Cost: about 12 multiply-adds an element.
  public mutating func exponential(_ node: Node) -> Node { append(Exponential(), [node]) }

  /// The natural logarithm: out = log a.
  ///
  /// Shapes: a and out (R, C). Cost: about 12 multiply-adds and a division an element.
  public mutating func logarithm(_ node: Node) -> Node { append(Logarithm(), [node]) }

  /// The reciprocal: out = 1 / a.
  ///
  /// Shapes: a and out (R, C). Cost: R C divisions.
  public mutating func reciprocal(_ node: Node) -> Node { append(Reciprocal(), [node]) }
}

/// out = e^a.
struct Exponential: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_exponential) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, site.output)
  }
}

/// out = log a.
struct Logarithm: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_logarithm) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.reciprocal(site.inputs[0]))
  }
}

/// out = 1 / a.
struct Reciprocal: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_reciprocal) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    let slope = graph.scale(graph.square(site.output), by: -1)
    return graph.multiply(site.cotangent, slope)
  }
}
