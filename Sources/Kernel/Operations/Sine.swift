import CKernel

extension Graph {
  /// The sine: out = sin a.
  ///
  /// Shapes: a and out (R, C). Error: 2 units in the last place for |a| up to 2^17 in single and 2^30
  /// in double precision; NaN behind that. Cost: about 17 multiply-adds an element.
  public mutating func sine(_ node: Node) -> Node { append(Sine(), [node]) }

  /// The cosine: out = cos a.
  ///
  /// Shapes, range, error and cost as for ``sine(_:)``.
  public mutating func cosine(_ node: Node) -> Node { append(Cosine(), [node]) }
}

/// out = sin a.
struct Sine: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_sine) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.cosine(site.inputs[0]))
  }
}

/// out = cos a.
struct Cosine: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_cosine) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    let slope = graph.scale(graph.sine(site.inputs[0]), by: -1)
    return graph.multiply(site.cotangent, slope)
  }
}
