import CKernel

extension Graph {
  /// The columns of a token tensor, or a range of them, as one matrix a sample and head:
  /// out[b heads + h, t, d] = a[b tokens + t, start + h width + d].
  ///
  /// Shapes: a (samples tokens, columns), out (samples heads, tokens, width). Its derivative is
  /// ``mergeHeads(_:heads:start:columns:)``. Cost: a copy of the output.
  /// - Parameters:
  ///   - node: The token tensor; its rows are (sample, token).
  ///   - samples: How many samples.
  ///   - heads: How many heads.
  ///   - width: Columns of each head.
  ///   - start: The first column of the first head.
  /// - Returns: The stack of matrices.
  public mutating func splitHeads(
    _ node: Node, samples: Int, heads: Int, width: Int, start: Int = 0
  ) -> Node {
    let operation = HeadSplit(samples: samples, heads: heads, width: width, start: start)
    return append(operation, [node])
  }

  /// The heads of every sample side by side, as the columns of a token tensor or a range of them:
  /// out[b tokens + t, start + h width + d] = a[b heads + h, t, d], the other columns zero.
  ///
  /// Shapes: a (samples heads, tokens, width), out (samples tokens, columns). Its derivative is
  /// ``splitHeads(_:samples:heads:width:start:)``. Cost: a copy.
  /// - Parameters:
  ///   - node: One matrix a sample and head.
  ///   - heads: How many heads.
  ///   - start: The first column of the first head.
  ///   - columns: Columns of the output, `nil` for those up to the last head's.
  /// - Returns: The token tensor.
  public mutating func mergeHeads(
    _ node: Node, heads: Int, start: Int = 0, columns: Int? = nil
  ) -> Node {
    let operation = HeadMerge(
      heads: heads, start: start, columns: columns ?? start + heads * node.shape.columns)
    return append(operation, [node])
  }
}

/// out[b heads + h, t, d] = a[b tokens + t, start + h width + d].
struct HeadSplit: Operation {
  let samples: Int
  let heads: Int
  let width: Int
  let start: Int

  func shape(of inputs: [Shape]) -> Shape {
    let input = inputs[0]
    precondition(
      input.stack == 1 && input.rows % samples == 0 && start >= 0
        && start + heads * width <= input.columns,
      "\(heads) heads of \(width) columns from \(start) of \(samples) samples are part of \(input)")
    return Shape(stack: samples * heads, rows: input.rows / samples, columns: width)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [
      graph.mergeHeads(
        site.cotangent, heads: heads, start: start, columns: site.inputs[0].shape.columns)
    ]
  }

  func lower(_ lowering: inout Lowering) {
    let columns = lowering.inputShapes[0].columns
    var step = lowering.draft(Int(kernel_operation_copy_heads))
    step.first = lowering.inputs[0].advanced(by: start)
    step.rows = lowering.shape.rows
    step.columns = width
    step.depth = samples
    step.option = Int32(heads)
    step.firstRowStride = columns
    step.firstColumnStride = width
    step.secondRowStride = lowering.shape.rows * columns
    step.outputRowStride = width
    step.outputColumnStride = lowering.shape.matrixCount
    step.secondColumnStride = heads * lowering.shape.matrixCount
    lowering.append(step)
  }
}

/// out[b tokens + t, start + h width + d] = a[b heads + h, t, d], zero elsewhere.
struct HeadMerge: Operation {
  let heads: Int
  let start: Int
  let columns: Int

  func shape(of inputs: [Shape]) -> Shape {
    let input = inputs[0]
    precondition(
      input.stack % heads == 0 && start >= 0 && start + heads * input.columns <= columns,
      "\(input) is \(heads) heads a sample that fit into columns \(start) to \(columns)")
    return Shape(input.stack / heads * input.rows, columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let input = site.inputs[0].shape
    return [
      graph.splitHeads(
        site.cotangent, samples: input.stack / heads, heads: heads, width: input.columns,
        start: start)
    ]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    if heads * input.columns < columns {
      var fill = lowering.draft(Int(kernel_operation_fill))
      fill.columns = lowering.shape.count
      lowering.append(fill)
    }
    var step = StepDraft(
      .kernel(Int(kernel_operation_copy_heads)), output: lowering.output.advanced(by: start))
    step.first = lowering.inputs[0]
    step.rows = input.rows
    step.columns = input.columns
    step.depth = input.stack / heads
    step.option = Int32(heads)
    step.firstRowStride = input.columns
    step.firstColumnStride = input.matrixCount
    step.secondRowStride = heads * input.matrixCount
    step.outputRowStride = columns
    step.outputColumnStride = input.columns
    step.secondColumnStride = input.rows * columns
    lowering.append(step)
  }
}
