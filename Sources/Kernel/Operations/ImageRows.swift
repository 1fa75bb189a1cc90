import CKernel

extension Graph {
  /// Images as rows, one image a row, in the order channel, row, column of PyTorch.
  ///
  /// out[n, c P + p] = x[n, p, c]. Shapes: x (n, P, C), out (n, C P). Cost: n P C copies.
  public mutating func imageRows(_ images: Node) -> Node {
    append(ImageRows(positions: images.shape.rows, isInverse: false), [images])
  }

  /// Rows of channel, row, column as images: undoes ``imageRows(_:)``.
  ///
  /// out[n, p, c] = x[n, c P + p]. Shapes: x (n, C P), out (n, P, C). Cost: n P C copies.
  public mutating func images(fromRows rows: Node, positions: Int) -> Node {
    append(ImageRows(positions: positions, isInverse: true), [rows])
  }
}

/// out[n, c P + p] = x[n, p, c], or its inverse, which is its adjoint.
struct ImageRows: Operation {
  let positions: Int
  let isInverse: Bool

  func shape(of inputs: [Shape]) -> Shape {
    let operand = inputs[0]
    guard isInverse else { return Shape(operand.stack, operand.rows * operand.columns) }
    precondition(
      operand.stack == 1 && operand.columns % positions == 0,
      "\(operand) has no row of channels of \(positions) positions")
    return Shape(stack: operand.rows, rows: positions, columns: operand.columns / positions)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [
      isInverse
        ? graph.imageRows(site.cotangent)
        : graph.images(fromRows: site.cotangent, positions: positions)
    ]
  }

  func lower(_ lowering: inout Lowering) {
    let images = isInverse ? lowering.shape : lowering.inputShapes[0]
    var step = lowering.draft(Int(kernel_operation_transpose_stack))
    step.first = lowering.inputs[0]
    step.rows = isInverse ? images.columns : images.rows
    step.columns = isInverse ? images.rows : images.columns
    step.depth = images.stack
    lowering.append(step)
  }
}
