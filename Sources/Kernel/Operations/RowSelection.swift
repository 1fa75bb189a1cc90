import CKernel

extension Graph {
  /// Every stride-th row: out[i, :] = a[start + i stride, :].
  ///
  /// The last tokens of B samples of T tokens are the rows T - 1, 2 T - 1, ...: start T - 1, stride
  /// T, count B. Shapes: a (R, C), out (count, C); a stack counts as one tall matrix. Cost: count C
  /// copies. The derivative is zero in the rows that are not chosen.
  public mutating func rows(of node: Node, start: Int, stride: Int, count: Int) -> Node {
    let selection = RowSelection(start: start, stride: stride, count: count)
    if selection.isWhole(of: node.shape) { return node }
    if let value = constantValue(of: node) {
      return constant(value, Rows(selection: selection).shape(of: [node.shape]))
    }
    return append(Rows(selection: selection), [node])
  }

  /// The adjoint of a choice of rows: out[start + i stride, :] = a[i, :], zero elsewhere.
  mutating func spread(_ node: Node, by selection: RowSelection, to shape: Shape) -> Node {
    append(SpreadRows(selection: selection, shape: shape), [node])
  }
}

/// Equally spaced rows of a matrix.
struct RowSelection: Hashable, Sendable {
  /// The first.
  let start: Int
  /// The distance from each to the next.
  let stride: Int
  /// How many.
  let count: Int

  /// Whether it is every row of a single matrix, in order.
  func isWhole(of shape: Shape) -> Bool {
    shape.stack == 1 && start == 0 && count == shape.rows && (stride == 1 || count == 1)
  }

  /// Stops the program unless all chosen rows are there.
  func check(_ shape: Shape) {
    precondition(
      start >= 0 && stride > 0 && count > 0 && start + (count - 1) * stride < shape.allRows,
      "\(count) rows from \(start) at a distance of \(stride) are rows of \(shape)")
  }
}

/// out[i, :] = a[start + i stride, :].
struct Rows: Operation {
  let selection: RowSelection

  func shape(of inputs: [Shape]) -> Shape {
    selection.check(inputs[0])
    return Shape(selection.count, inputs[0].columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.spread(site.cotangent, by: selection, to: site.inputs[0].shape)]
  }

  func lower(_ lowering: inout Lowering) {
    let columns = lowering.shape.columns
    var step = lowering.draft(Int(kernel_operation_copy_rows))
    step.first = lowering.inputs[0].advanced(by: selection.start * columns)
    step.rows = selection.count
    step.columns = columns
    step.firstRowStride = selection.stride * columns
    step.outputRowStride = columns
    lowering.append(step)
  }
}

/// out[start + i stride, :] = a[i, :], zero elsewhere.
struct SpreadRows: Operation {
  let selection: RowSelection
  /// The output's shape.
  let shape: Shape

  func shape(of inputs: [Shape]) -> Shape {
    selection.check(shape)
    precondition(
      inputs[0] == Shape(selection.count, shape.columns), "\(inputs[0]) are not rows of \(shape)")
    return shape
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [
      graph.rows(
        of: site.cotangent, start: selection.start, stride: selection.stride,
        count: selection.count)
    ]
  }

  func lower(_ lowering: inout Lowering) {
    lowering.zero()
    let columns = shape.columns
    var step = lowering.draft(Int(kernel_operation_copy_rows))
    step.first = lowering.inputs[0]
    step.output = lowering.output.advanced(by: selection.start * columns)
    step.rows = selection.count
    step.columns = columns
    step.firstRowStride = columns
    step.outputRowStride = selection.stride * columns
    lowering.append(step)
  }
}

extension Lowering {
  /// Appends a step that sets the output to zero.
  mutating func zero() {
    var step = draft(Int(kernel_operation_fill))
    step.columns = shape.count
    append(step)
  }
}
