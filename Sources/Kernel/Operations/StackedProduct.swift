extension Graph {
  /// A matrix product of every pair of matrices in two stacks:
  /// out[s] = scale op(a[s]) op(b[s]), op being the transpose where it is asked for.
  ///
  /// Shapes: op(a) (S, M, K), op(b) (S, K, N), out (S, M, N). Every product of the stack takes the
  /// way that the numeric profile has for one of its shape. Cost: S M N K multiply-adds.
  public mutating func stackedProduct(
    _ first: Node, _ second: Node, transposeLeft: Bool = false, transposeRight: Bool = false,
    scale factor: Double = 1
  ) -> Node {
    let each = MatrixProduct(
      transposeLeft: transposeLeft, transposeRight: transposeRight, factor: factor)
    return append(StackedProduct(each: each), [first, second])
  }
}

/// out[s] = factor op(a[s]) op(b[s]).
struct StackedProduct: Operation {
  /// The product of one pair of matrices.
  let each: MatrixProduct

  private func extents(of inputs: [Shape]) -> ProductExtents {
    precondition(
      inputs[0].stack == inputs[1].stack, "\(inputs[0]) and \(inputs[1]) are equally many matrices")
    return each.extents(of: inputs.map(\.matrix))
  }

  func shape(of inputs: [Shape]) -> Shape {
    let extents = extents(of: inputs)
    return Shape(stack: inputs[0].stack, rows: extents.rows, columns: extents.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (a, b, c) = (site.inputs[0], site.inputs[1], site.cotangent)
    let (left, right, factor) = (each.transposeLeft, each.transposeRight, each.factor)
    var result: [Node?] = [nil, nil]
    if site.wanted[0] {
      result[0] =
        left
        ? graph.stackedProduct(b, c, transposeLeft: right, transposeRight: true, scale: factor)
        : graph.stackedProduct(c, b, transposeRight: !right, scale: factor)
    }
    if site.wanted[1] {
      result[1] =
        right
        ? graph.stackedProduct(c, a, transposeLeft: true, transposeRight: left, scale: factor)
        : graph.stackedProduct(a, c, transposeLeft: !left, scale: factor)
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    let draft = ProductDraft(
      extents: extents(of: lowering.inputShapes), transposeLeft: each.transposeLeft,
      transposeRight: each.transposeRight, factor: each.factor, first: lowering.inputs[0],
      second: lowering.inputs[1], output: lowering.output)
    let start = lowering.steps.count
    lowering.product(draft)
    // The steps of the first matrices are repeated for the others, a matrix further each time; what
    // they write besides is scratch, which they share.
    let steps = lowering.steps[start...]
    let places = [draft.first, draft.second, draft.output]
    let counts = (lowering.inputShapes + [lowering.shape]).map(\.matrixCount)
    let distances = Dictionary(zip(places, counts)) { first, _ in first }
    for matrix in 1..<max(1, lowering.shape.stack) {
      for step in steps {
        lowering.append(
          step.moved { $0.advanced(by: matrix * (distances[$0] ?? 0)) })
      }
    }
  }
}

extension Shape {
  /// One matrix of the stack.
  var matrix: Shape { Shape(rows, columns) }

  /// Elements of one matrix of the stack.
  var matrixCount: Int { rows * columns }
}
