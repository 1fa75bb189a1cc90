import CKernel

extension Graph {
  /// The maximum of every window of two by two positions, in steps of two.
  ///
  /// Shapes: x (n, H W, C); out (n, H/2 W/2, C), halves rounded down. Its derivative goes to the
  /// first of equal values of a window in row-major order, as PyTorch's does; no index is kept, it is
  /// found again from x. Cost: 3/4 n H W C comparisons.
  public mutating func maxPool2x2(_ images: Node, height: Int, width: Int) -> Node {
    pool(.maximum, [images], height, width)
  }

  /// The mean of every window of two by two positions, in steps of two.
  ///
  /// Shapes: x (n, H W, C); out (n, H/2 W/2, C), halves rounded down. Cost: n H W C additions.
  public mutating func meanPool2x2(_ images: Node, height: Int, width: Int) -> Node {
    pool(.mean, [images], height, width)
  }

  private mutating func pool(
    _ kind: Pooling.Kind, _ inputs: [Node], _ height: Int, _ width: Int
  ) -> Node {
    append(Pooling(kind: kind, size: ImageSize(height: height, width: width)), inputs)
  }

  /// Pooling, or its adjoint, as a derivative rule asks for it.
  fileprivate mutating func pool(_ kind: Pooling.Kind, _ inputs: [Node], _ size: ImageSize) -> Node
  {
    append(Pooling(kind: kind, size: size), inputs)
  }
}

/// Pooling over windows of two by two positions, and its derivatives.
struct Pooling: Operation {
  /// What comes of a window.
  enum Kind: Hashable, Sendable {
    /// out = the maximum of x.
    case maximum
    /// out = a where x has its maximum; of a and x.
    case gather
    /// out = g where x has its maximum, zero elsewhere: the adjoint of `gather`; of g and x.
    case scatter
    /// out = the mean of x.
    case mean
    /// out = a quarter of g everywhere: the adjoint of `mean`.
    case spread

    /// Whether the output has the full size.
    var widens: Bool { self == .scatter || self == .spread }
  }
  let kind: Kind
  let size: ImageSize
  /// What a planner joined to a scatter; the derivative rules never meet it.
  var epilogue = Epilogue.none

  func shape(of inputs: [Shape]) -> Shape {
    precondition(
      size.height >= 2 && size.width >= 2, "pooling needs two rows and two columns of positions")
    let pooledRows = (size.height / 2) * (size.width / 2)
    let operand = inputs[0]
    if kind.widens {
      precondition(operand.rows == pooledRows, "\(operand) has not one row a window")
    } else {
      size.check(operand)
    }
    let result = Shape(
      stack: operand.stack, rows: kind.widens ? size.positions : pooledRows,
      columns: operand.columns)
    let full = kind.widens ? result : operand
    precondition(
      inputs.dropFirst().allSatisfy { $0 == full || epilogue != .none },
      "the images beside \(operand) have the shape \(full)")
    return result
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let cotangent = site.cotangent
    // Where the maximum is does not change with x wherever there is a derivative.
    switch kind {
    case .maximum: return [graph.pool(.scatter, [cotangent, site.inputs[0]], size)]
    case .gather: return [graph.pool(.scatter, [cotangent, site.inputs[1]], size), nil]
    case .scatter: return [graph.pool(.gather, [cotangent, site.inputs[1]], size), nil]
    case .mean: return [graph.pool(.spread, [cotangent], size)]
    case .spread: return [graph.pool(.mean, [cotangent], size)]
    }
  }

  func lower(_ lowering: inout Lowering) {
    let operation =
      switch kind {
      case .maximum: kernel_operation_max_pool
      case .gather: kernel_operation_max_pool_gather
      case .scatter: kernel_operation_max_pool_scatter
      case .mean: kernel_operation_mean_pool
      case .spread: kernel_operation_mean_pool_spread
      }
    var step = size.draft(Int(operation), lowering, columns: lowering.shape.columns)
    step.epilogue = epilogue
    if epilogue != .none { step.third = lowering.inputs[2] }
    lowering.append(step)
  }
}

extension Pooling: EpilogueHolder {
  func joining(_ epilogue: Epilogue) -> (any Operation)? {
    guard kind == .scatter, self.epilogue == .none, epilogue.isStored else { return nil }
    var joined = self
    joined.epilogue = epilogue
    return joined
  }
}
