import CKernel

extension Graph {
  /// Sums over groups of neighbouring rows and columns:
  /// out[i, j] = scale * sum of a[i T + r, j W + c] over r < T and c < W.
  ///
  /// Shapes: a (I T, J W), a stack counting as one tall matrix; out (I, J). Sixteen
  /// lanes over the columns of row after row. Cost: I T J W additions.
  public mutating func sumGroups(
    _ node: Node, rows: Int, columns: Int, scale factor: Double = 1
  ) -> Node {
    append(
      SumGroups(rows: rows, columns: columns, factor: factor, stack: node.shape.stack), [node])
  }

  /// Every element repeated over a group of rows and columns: the adjoint of the sum over groups.
  ///
  /// Shapes: a (I, J); out (I T, J W) as a stack of the given count. Cost: I T J W copies.
  mutating func spreadGroups(_ node: Node, _ sum: SumGroups) -> Node {
    append(SpreadGroups(sum: sum), [node])
  }
}

/// out[i, j] = factor * the sum of a group of a's elements.
struct SumGroups: Operation {
  /// Rows of a group.
  let rows: Int
  /// Columns of a group.
  let columns: Int
  let factor: Double
  /// Of how many matrices the operand is a stack.
  let stack: Int

  func shape(of inputs: [Shape]) -> Shape {
    let operand = inputs[0]
    precondition(
      rows > 0 && columns > 0 && operand.allRows % rows == 0 && operand.columns % columns == 0,
      "\(operand) is not made of groups of \(rows) x \(columns)")
    return Shape(operand.allRows / rows, operand.columns / columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.spreadGroups(site.cotangent, self)]
  }

  func lower(_ lowering: inout Lowering) {
    lowering.append(draft(Int(kernel_operation_sum_groups), lowering, lowering.shape))
  }

  /// A step over groups, of which there are as many as `groups` has elements.
  func draft(_ operation: Int, _ lowering: Lowering, _ groups: Shape) -> StepDraft {
    var step = lowering.draft(operation)
    step.first = lowering.inputs[0]
    step.rows = groups.rows
    step.columns = groups.columns
    step.firstRowStride = rows
    step.firstColumnStride = columns
    step.scalars[0] = factor
    return step
  }
}

/// out[r, c] = factor * a[group of r, group of c].
struct SpreadGroups: Operation {
  /// The sum whose adjoint it is.
  let sum: SumGroups
  /// What a planner joined to it; the derivative rules never meet it.
  var epilogue = Epilogue.none

  func shape(of inputs: [Shape]) -> Shape {
    let rows = inputs[0].allRows * sum.rows
    precondition(rows % sum.stack == 0, "a stack's matrices have equally many rows")
    return Shape(
      stack: sum.stack, rows: rows / sum.stack, columns: inputs[0].columns * sum.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [
      graph.sumGroups(site.cotangent, rows: sum.rows, columns: sum.columns, scale: sum.factor)
    ]
  }

  func lower(_ lowering: inout Lowering) {
    var step = sum.draft(
      Int(kernel_operation_spread_groups), lowering, lowering.inputShapes[0])
    step.epilogue = epilogue
    if epilogue != .none { step.third = lowering.inputs[1] }
    lowering.append(step)
  }
}

extension SpreadGroups: EpilogueHolder {
  func joining(_ epilogue: Epilogue) -> (any Operation)? {
    guard self.epilogue == .none, epilogue.isStored else { return nil }
    return SpreadGroups(sum: sum, epilogue: epilogue)
  }
}
