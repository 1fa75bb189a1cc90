import CKernel

extension Graph {
  /// The soft rectifier: out = log(1 + e^a), without overflow for any a.
  ///
  /// Shapes: a and out (R, C). Cost: about 25 multiply-adds and a division an element.
  public mutating func softplus(_ node: Node) -> Node { append(Softplus(), [node]) }

  /// The logistic function: out = 1 / (1 + e^-a).
  ///
  /// Shapes: a and out (R, C). Cost: about 12 multiply-adds and a division an element.
  public mutating func sigmoid(_ node: Node) -> Node { append(Sigmoid(), [node]) }
}

/// out = log(1 + e^a).
struct Softplus: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_softplus) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.sigmoid(site.inputs[0]))
  }
}

/// out = 1 / (1 + e^-a).
struct Sigmoid: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_sigmoid) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    let slope = graph.subtract(site.output, graph.square(site.output))
    return graph.multiply(site.cotangent, slope)
  }
}
