import CKernel

/// Which directions a sum runs over.
public enum SumDirection: Hashable, Sendable {
  /// Over the rows of all matrices: (R, C) to (1, C).
  case rows
  /// Over the columns: (R, C) to (R, 1).
  case columns
  /// Over everything: to (1, 1).
  case all
}

extension Graph {
  /// A sum over rows, columns or everything: out = sum of a.
  ///
  /// Shapes: a (R, C); out (1, C), (R, 1) or (1, 1). Sixteen lanes in the order of memory. Cost:
  /// R C additions.
  public mutating func sum(_ node: Node, over direction: SumDirection) -> Node {
    switch direction {
    case .rows where node.shape.allRows == 1, .columns where node.shape.columns == 1,
      .all where node.shape == .scalar:
      return node
    default: break
    }
    if let value = constantValue(of: node) {
      let shape = Sum(direction: direction).shape(of: [node.shape])
      return constant(value * Double(node.shape.count / shape.count), shape)
    }
    return append(Sum(direction: direction), [node])
  }

  /// The mean of all elements, or for one of several equal chunks of a batch what it adds to the mean
  /// over the whole.
  public mutating func mean(_ node: Node, chunks: Int = 1) -> Node {
    scale(sum(node, over: .all), by: 1 / Double(chunks * node.shape.count))
  }

  /// The sum that undoes a repetition of a tensor of the given shape.
  mutating func sum(_ node: Node, to shape: Shape) -> Node {
    if node.shape == shape { return node }
    if shape == .scalar { return sum(node, over: .all) }
    if shape == Shape(1, node.shape.columns) { return sum(node, over: .rows) }
    precondition(
      shape == Shape(stack: node.shape.stack, rows: node.shape.rows, columns: 1),
      "\(node.shape) is no repetition of \(shape)")
    return sum(node, over: .columns)
  }

  /// A tensor repeated over rows, columns or both: out[r, c] = a[r or 0, c or 0].
  ///
  /// Shapes: a (1, C), (R, 1) or (1, 1); out (R, C). Cost: R C copies; the elementwise operations
  /// of two operands repeat by themselves and need no copy.
  public mutating func broadcast(_ node: Node, to shape: Shape) -> Node {
    if node.shape == shape { return node }
    if let value = constantValue(of: node) { return constant(value, shape) }
    return append(Broadcast(shape: shape), [node])
  }
}

/// out = the sum of a over a direction.
struct Sum: AddingOperation {
  let direction: SumDirection

  func shape(of inputs: [Shape]) -> Shape {
    let shape = inputs[0]
    return switch direction {
    case .rows: Shape(1, shape.columns)
    case .columns: Shape(stack: shape.stack, rows: shape.rows, columns: 1)
    case .all: .scalar
    }
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.broadcast(site.cotangent, to: site.inputs[0].shape)]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    let operation =
      switch direction {
      case .rows: kernel_operation_sum_rows
      case .columns: kernel_operation_sum_columns
      case .all: kernel_operation_sum_all
      }
    var step = lowering.draft(Int(operation))
    step.first = lowering.inputs[0]
    step.rows = direction == .all ? 1 : input.allRows
    step.columns = direction == .all ? input.count : input.columns
    step.scalars[0] = 1
    step.option = lowering.adds ? 1 : 0
    lowering.append(step)
  }

  func canAdd(_ inputs: [Shape]) -> Bool { direction == .rows }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { direction == .columns }
}

/// out = a repeated to a shape.
struct Broadcast: Operation {
  let shape: Shape

  func shape(of inputs: [Shape]) -> Shape {
    precondition(shape.holds(inputs[0]), "\(inputs[0]) cannot be repeated to \(shape)")
    return shape
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.sum(site.cotangent, to: site.inputs[0].shape)]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    var step = lowering.draft(Int(kernel_operation_broadcast))
    step.first = lowering.inputs[0]
    step.rows = shape.allRows
    step.columns = shape.columns
    step.firstRowStride = input.allRows == 1 ? 0 : input.columns
    step.firstColumnStride = input.columns == 1 ? 0 : 1
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool {
    inputs[0].rows == shape.rows
  }
}
