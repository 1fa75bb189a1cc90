import CKernel

extension Graph {
  /// Rows chosen by index: out[r, :] = table[index[r], :].
  ///
  /// Shapes: table (V, d); indices (R, 1), whole numbers from 0 to V - 1 held as elements; out (R, d).
  /// An index that names no row (below zero, from V on, not whole, NaN) gives a row of NaN and adds
  /// nothing to the table's derivative. In the derivative the rows of one index are added in the
  /// order of r, and tokens that do not occur get 0. Cost: R d copies.
  public mutating func embedding(table: Node, indices: Node) -> Node {
    append(Gather(), [table, indices])
  }

  /// The adjoint of ``embedding(table:indices:)``: out[v, :] = sum of rows[r, :] where index[r] = v.
  ///
  /// Shapes: rows (R, d), indices (R, 1), out (V, d). Cost: R d additions.
  mutating func scatter(_ rows: Node, indices: Node, count: Int) -> Node {
    append(Scatter(count: count), [rows, indices])
  }
}

/// out[r, :] = table[index[r], :].
struct Gather: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    let (table, indices) = (inputs[0], inputs[1])
    precondition(
      table.stack == 1 && indices.stack == 1 && indices.columns == 1,
      "rows of one matrix are chosen by a column of indices, not of \(table) by \(indices)")
    precondition(
      table.rows <= 1 << 24, "an index is a whole number that single precision can hold")
    return Shape(indices.rows, table.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "rows are not differentiated through their indices")
    let (table, indices) = (site.inputs[0], site.inputs[1])
    return [graph.scatter(site.cotangent, indices: indices, count: table.shape.rows), nil]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_gather_rows))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.rows = lowering.shape.rows
    step.columns = lowering.shape.columns
    step.depth = lowering.inputShapes[0].rows
    lowering.append(step)
  }
}

/// out[v, :] = the sum of the rows whose index is v.
struct Scatter: AddingOperation {
  /// Rows of the output.
  let count: Int

  func shape(of inputs: [Shape]) -> Shape {
    let (rows, indices) = (inputs[0], inputs[1])
    precondition(
      rows.stack == 1 && indices == Shape(rows.rows, 1),
      "every row of \(rows) has an index among \(indices)")
    return Shape(count, rows.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "rows are not differentiated through their indices")
    return [graph.embedding(table: site.cotangent, indices: site.inputs[1]), nil]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_scatter_rows))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.rows = lowering.inputShapes[0].rows
    step.columns = lowering.shape.columns
    step.depth = count
    step.option = lowering.adds ? 1 : 0
    lowering.append(step)
  }
}
