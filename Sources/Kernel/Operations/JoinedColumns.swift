import CKernel

extension Graph {
  /// Matrices side by side: out[r, :] = a[r, :], then b[r, :], and so on.
  ///
  /// Shapes: (R, C) with one R and any C, stacks of one height; out (R, sum of C). Cost: a copy. The
  /// derivative of each part is its columns of the cotangent.
  public mutating func joinColumns(_ parts: [Node]) -> Node {
    precondition(!parts.isEmpty, "at least one matrix is joined")
    return parts.count == 1 ? parts[0] : append(JoinedColumns(), parts)
  }
}

/// out = all operands side by side.
struct JoinedColumns: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    let first = inputs[0]
    precondition(
      inputs.allSatisfy { $0.stack == first.stack && $0.rows == first.rows },
      "the matrices \(inputs) are of one height")
    return Shape(
      stack: first.stack, rows: first.rows, columns: inputs.reduce(0) { $0 + $1.columns })
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    var end = 0
    return zip(site.inputs, site.wanted).map { input, isWanted in
      let range = end..<(end + input.shape.columns)
      end = range.upperBound
      return isWanted ? graph.columns(of: site.cotangent, range) : nil
    }
  }

  func lower(_ lowering: inout Lowering) {
    var start = 0
    for (place, shape) in zip(lowering.inputs, lowering.inputShapes) {
      var step = lowering.draft(Int(kernel_operation_copy_rows))
      step.first = place
      step.output = lowering.output.advanced(by: start)
      step.rows = shape.allRows
      step.columns = shape.columns
      step.firstRowStride = shape.columns
      step.outputRowStride = lowering.shape.columns
      lowering.append(step)
      start += shape.columns
    }
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}
