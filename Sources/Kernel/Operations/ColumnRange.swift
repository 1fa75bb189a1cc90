import CKernel

extension Graph {
  /// Neighbouring columns: out[r, i] = a[r, start + i].
  ///
  /// Shapes: a (R, C), out (R, n) for a range of n columns. Cost: R n copies. The derivative is zero
  /// in the columns that are not chosen.
  public mutating func columns(of node: Node, _ range: Range<Int>) -> Node {
    if range == 0..<node.shape.columns { return node }
    if let value = constantValue(of: node) {
      return constant(value, Columns(range: range).shape(of: [node.shape]))
    }
    return append(Columns(range: range), [node])
  }

  /// The adjoint of a choice of columns: out[r, start + i] = a[r, i], zero elsewhere.
  mutating func spread(_ node: Node, to range: Range<Int>, columns: Int) -> Node {
    if range == 0..<columns { return node }
    return append(SpreadColumns(range: range, columns: columns), [node])
  }
}

/// out[r, i] = a[r, start + i].
struct Columns: Operation {
  let range: Range<Int>

  func shape(of inputs: [Shape]) -> Shape {
    let shape = inputs[0]
    precondition(
      !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape.columns,
      "the columns \(range) are columns of \(shape)")
    return Shape(stack: shape.stack, rows: shape.rows, columns: range.count)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.spread(site.cotangent, to: range, columns: site.inputs[0].shape.columns)]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_copy_rows))
    step.first = lowering.inputs[0].advanced(by: range.lowerBound)
    step.rows = lowering.shape.allRows
    step.columns = range.count
    step.firstRowStride = lowering.inputShapes[0].columns
    step.outputRowStride = range.count
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}

/// out[r, start + i] = a[r, i], zero elsewhere.
struct SpreadColumns: Operation {
  let range: Range<Int>
  /// Columns of the output.
  let columns: Int

  func shape(of inputs: [Shape]) -> Shape {
    let shape = inputs[0]
    precondition(
      shape.columns == range.count && range.lowerBound >= 0 && range.upperBound <= columns,
      "\(shape) are not the columns \(range) of \(columns)")
    return Shape(stack: shape.stack, rows: shape.rows, columns: columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.columns(of: site.cotangent, range)]
  }

  func lower(_ lowering: inout Lowering) {
    lowering.zero()
    var step = lowering.draft(Int(kernel_operation_copy_rows))
    step.first = lowering.inputs[0]
    step.output = lowering.output.advanced(by: range.lowerBound)
    step.rows = lowering.shape.allRows
    step.columns = range.count
    step.firstRowStride = range.count
    step.outputRowStride = columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}
