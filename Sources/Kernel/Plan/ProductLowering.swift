import CKernel
import Protocol

/// The three extents of a matrix product (M, K) (K, N).
struct ProductExtents: Hashable, Sendable {
  /// M.
  var rows: Int
  /// N.
  var columns: Int
  /// K.
  var depth: Int
}

/// A matrix product with what surrounds it, before a way to compute it is chosen.
struct ProductDraft {
  var extents: ProductExtents
  var transposeLeft: Bool
  var transposeRight: Bool
  var factor: Double
  var first: Place
  var second: Place
  var output: Place
  var epilogue: Epilogue = .none
  /// A row that is added before the epilogue.
  var bias: Place?
  /// What a backward epilogue reads, laid out as the output.
  var third: Place?
  /// Whether the sums begin with what the output holds; without factor, bias and epilogue.
  var adds = false
}

extension Lowering {
  /// Appends the steps of a product, by the way that the numeric profile has for its shape.
  mutating func product(_ draft: ProductDraft) {
    let route = numerics.route(
      of: draft.extents, transposeLeft: draft.transposeLeft, transposeRight: draft.transposeRight)
    switch route {
    case .dots: append(dots(draft))
    case .lanes: lanes(draft)
    case .library: library(draft)
    }
  }

  private func base(_ draft: ProductDraft, _ function: StepDraft.Function) -> StepDraft {
    let extents = draft.extents
    var step = StepDraft(function, output: draft.output)
    step.first = draft.first
    step.second = draft.second
    step.rows = extents.rows
    step.columns = extents.columns
    step.depth = extents.depth
    step.scalars[0] = draft.factor
    step.option = draft.adds ? 1 : 0
    step.outputRowStride = extents.columns
    step.outputColumnStride = 1
    step.firstRowStride = draft.transposeLeft ? 1 : extents.depth
    step.firstColumnStride = draft.transposeLeft ? extents.rows : 1
    step.secondRowStride = draft.transposeRight ? 1 : extents.columns
    step.secondColumnStride = draft.transposeRight ? extents.depth : 1
    return step
  }

  private mutating func dots(_ draft: ProductDraft) -> StepDraft {
    var step = base(draft, .kernel(Int(kernel_operation_product_dots)))
    return finish(&step, draft)
  }

  /// Every element in plain order of k, by one of three loops that have the same bits.
  private mutating func lanes(_ draft: ProductDraft) {
    let (rows, columns) = (draft.extents.rows, draft.extents.columns)
    let isShort =
      draft.extents.depth <= 8 && ![.tanhBackward, .sigmoidBackward].contains(draft.epilogue)
    if isShort && draft.transposeRight && rows >= 8 && columns >= 8 {
      shortAndTurned(draft)
    } else if columns >= 4 && rows >= (draft.transposeRight ? 4 : 12) && !isShort
      && (draft.transposeRight || rows * columns * draft.extents.depth > 32_768)
    {
      panels(draft)
    } else {
      columnsInSixteens(draft)
    }
  }

  /// Sixteen columns at once; of a product that is narrow and tall the transpose is computed, which
  /// is the same numbers.
  private mutating func columnsInSixteens(_ draft: ProductDraft) {
    var step = base(draft, .kernel(Int(kernel_operation_product)))
    let narrow = draft.extents.columns < 16 && draft.extents.rows > draft.extents.columns
    if narrow && draft.bias == nil {
      swap(&step.first, &step.second)
      (step.rows, step.columns) = (step.columns, step.rows)
      (step.outputRowStride, step.outputColumnStride) =
        (step.outputColumnStride, step.outputRowStride)
      let left = (step.firstRowStride, step.firstColumnStride)
      (step.firstRowStride, step.firstColumnStride) =
        (step.secondColumnStride, step.secondRowStride)
      (step.secondRowStride, step.secondColumnStride) = (left.1, left.0)
    }
    if step.secondColumnStride != 1 { step.scratch = scratch(16 * step.depth) }
    append(finish(&step, draft))
  }

  /// A short depth has a loop of its own, for which the second operand's columns lie side by side.
  private mutating func shortAndTurned(_ draft: ProductDraft) {
    let extents = draft.extents
    var step = base(draft, .kernel(Int(kernel_operation_product)))
    step.second = turned(draft.second, rows: extents.columns, columns: extents.depth)
    step.secondRowStride = extents.columns
    step.secondColumnStride = 1
    append(finish(&step, draft))
  }

  /// Appends a copy of a matrix with its rows and columns exchanged.
  mutating func turned(_ matrix: Place, rows: Int, columns: Int) -> Place {
    let turned = scratch(rows * columns)
    turn(matrix, rows: rows, columns: columns, to: turned)
    return turned
  }

  private mutating func turn(_ matrix: Place, rows: Int, columns: Int, to output: Place) {
    var turn = StepDraft(.kernel(Int(kernel_operation_transpose)), output: output)
    turn.first = matrix
    turn.rows = rows
    turn.columns = columns
    append(turn)
  }

  /// Registers full of sums over panels of the second operand; every epilogue is applied on the way.
  private mutating func panels(_ draft: ProductDraft) {
    let isBare = draft.epilogue == .none && draft.bias == nil && !draft.adds
    if draft.extents.columns < 16 && draft.extents.rows >= 64 && draft.transposeLeft && isBare {
      panelsOfTranspose(draft)
      return
    }
    var step = base(draft, .kernel(Int(kernel_operation_product_panels)))
    step.secondOutput = draft.bias
    step.epilogue = draft.epilogue
    step.third = draft.third
    let depth = min(draft.extents.depth, Int(kernel_panel_depth))
    let width = (draft.extents.columns + 31) & ~31
    let height = min(draft.extents.rows + 13, Int(kernel_panel_rows))
    step.scratch = scratch(min(depth * width, Int(kernel_panel_values)) + depth * height)
    append(step)
  }

  /// Of a product with fewer columns than a register the transpose is computed, which is the same
  /// numbers, and turned.
  private mutating func panelsOfTranspose(_ draft: ProductDraft) {
    let (rows, columns) = (draft.extents.rows, draft.extents.columns)
    var transpose = draft
    transpose.extents = ProductExtents(rows: columns, columns: rows, depth: draft.extents.depth)
    transpose.first = draft.second
    transpose.second = draft.first
    transpose.transposeLeft = !draft.transposeRight
    transpose.transposeRight = false
    transpose.output = scratch(rows * columns)
    panels(transpose)
    turn(transpose.output, rows: columns, columns: rows, to: draft.output)
  }

  private mutating func library(_ draft: ProductDraft) {
    append(base(draft, .library))
    guard draft.epilogue != .none || draft.bias != nil else { return }
    append(pass(draft))
  }

  /// What a product's own store can do is done there; the rest in a pass over the output.
  private mutating func finish(_ step: inout StepDraft, _ draft: ProductDraft) -> StepDraft {
    if draft.epilogue == .tanh || draft.epilogue == .sigmoid {
      // The pass comes after the product, which is appended first.
      append(step)
      return pass(draft)
    }
    step.secondOutput = draft.bias
    step.epilogue = draft.epilogue
    step.third = draft.third
    return step
  }

  private func pass(_ draft: ProductDraft) -> StepDraft {
    var step = StepDraft(.kernel(Int(kernel_operation_bias_activation)), output: draft.output)
    step.first = draft.output
    step.second = draft.bias
    step.third = draft.third
    step.rows = draft.extents.rows
    step.columns = draft.extents.columns
    step.epilogue = draft.epilogue
    return step
  }
}
