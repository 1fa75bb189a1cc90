import CKernel

extension Graph {
  /// The elementwise sum: out = a + b.
  ///
  /// Shapes: a and b (R, C), or either of them (1, C), (R, 1) or (1, 1) and repeated to fit. Cost:
  /// R C additions.
  public mutating func add(_ first: Node, _ second: Node) -> Node {
    if first == second { return scale(first, by: 2) }
    if constantValue(of: first) == 0, second.shape.holds(first.shape) { return second }
    if constantValue(of: second) == 0, first.shape.holds(second.shape) { return first }
    if let value = constantValue(of: second), first.shape.holds(second.shape) {
      return offset(first, by: value)
    }
    return append(Arithmetic(kind: .add), [first, second])
  }

  /// The elementwise difference: out = a - b.
  ///
  /// Shapes as for ``add(_:_:)``. Cost: R C subtractions.
  public mutating func subtract(_ first: Node, _ second: Node) -> Node {
    if constantValue(of: second) == 0, first.shape.holds(second.shape) { return first }
    return append(Arithmetic(kind: .subtract), [first, second])
  }

  /// The elementwise product: out = a b.
  ///
  /// Shapes as for ``add(_:_:)``. Cost: R C multiplications.
  public mutating func multiply(_ first: Node, _ second: Node) -> Node {
    if let value = constantValue(of: second), first.shape.holds(second.shape) {
      return scale(first, by: value)
    }
    if let value = constantValue(of: first), second.shape.holds(first.shape) {
      return scale(second, by: value)
    }
    return append(Arithmetic(kind: .multiply), [first, second])
  }

  /// The elementwise square: out = a^2.
  public mutating func square(_ node: Node) -> Node { multiply(node, node) }
}

extension Shape {
  /// Whether a tensor of the other shape can be repeated to this one.
  func holds(_ other: Shape) -> Bool {
    if other == self { return true }
    if other.allRows == 1 { return other.columns == columns || other.columns == 1 }
    return other.stack == stack && other.rows == rows && other.columns == 1
  }
}

/// An elementwise operation on two operands, one of which may be repeated over rows or columns.
struct Arithmetic: Operation {
  /// Which.
  enum Kind: Hashable, Sendable {
    case add, subtract, multiply
  }
  let kind: Kind

  func shape(of inputs: [Shape]) -> Shape {
    let (first, second) = (inputs[0], inputs[1])
    if first.holds(second) { return first }
    precondition(
      second.holds(first), "\(first) and \(second) do not fit each other element by element")
    return second
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (first, second) = (site.inputs[0], site.inputs[1])
    var result: [Node?] = [nil, nil]
    switch kind {
    case .add, .subtract:
      if site.wanted[0] { result[0] = graph.sum(site.cotangent, to: first.shape) }
      if site.wanted[1] {
        let sum = graph.sum(site.cotangent, to: second.shape)
        result[1] = kind == .add ? sum : graph.scale(sum, by: -1)
      }
    case .multiply:
      if site.wanted[0] {
        result[0] = graph.sum(graph.multiply(site.cotangent, second), to: first.shape)
      }
      if site.wanted[1] {
        result[1] = graph.sum(graph.multiply(site.cotangent, first), to: second.shape)
      }
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    let operation =
      switch kind {
      case .add: kernel_operation_add
      case .subtract: kernel_operation_subtract
      case .multiply: kernel_operation_multiply
      }
    lowering.pairwise(Int(operation))
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool {
    let shape = shape(of: inputs)
    return zip(inputs, areSamples).allSatisfy { $0.rows == shape.rows || !$1 }
  }

  func overwritable(_ inputs: [Shape]) -> [Int] {
    let shape = shape(of: inputs)
    return inputs.indices.filter { inputs[$0] == shape }
  }

  func gram(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    // A bias: every sample's derivative is its row of delta.
    guard kind == .add, site.wanted[1], !site.wanted[0] else { return nil }
    guard site.inputs[1].shape == Shape(1, site.output.shape.columns) else { return nil }
    return graph.product(site.cotangent, site.cotangent, transposeRight: true)
  }
}
