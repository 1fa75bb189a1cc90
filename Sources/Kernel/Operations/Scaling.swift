import CKernel

extension Graph {
  /// Every element times a number: out = factor a.
  ///
  /// Shapes: a and out (R, C). Cost: R C multiplications.
  public mutating func scale(_ node: Node, by factor: Double) -> Node {
    if factor == 1 { return node }
    if let value = constantValue(of: node) { return constant(value * factor, node.shape) }
    let record = record(of: node)
    if let inner = record.operation as? Scale {
      return scale(record.inputs[0], by: inner.scalar * factor)
    }
    return append(Scale(scalar: factor), [node])
  }

  /// A number added to every element: out = a + addend.
  ///
  /// Shapes: a and out (R, C). Cost: R C additions.
  public mutating func offset(_ node: Node, by addend: Double) -> Node {
    if addend == 0 { return node }
    if let value = constantValue(of: node) { return constant(value + addend, node.shape) }
    return append(Offset(scalar: addend), [node])
  }
}

/// out = scalar * a.
struct Scale: UnaryOperation {
  let scalar: Double
  var kernelOperation: Int { Int(kernel_operation_scale) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.scale(site.cotangent, by: scalar)
  }
}

/// out = a + scalar.
struct Offset: UnaryOperation {
  let scalar: Double
  var kernelOperation: Int { Int(kernel_operation_offset) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? { site.cotangent }
}
