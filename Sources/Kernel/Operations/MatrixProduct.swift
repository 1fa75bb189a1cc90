import CKernel

extension Graph {
  /// A matrix product: out = scale op(a) op(b), op being the transpose where it is asked for.
  ///
  /// Shapes: op(a) (M, K), op(b) (K, N), out (M, N). How it is computed, and so in which order each
  /// element is summed, follows from the numeric profile and the shapes alone. Cost: M N K
  /// multiply-adds.
  public mutating func product(
    _ first: Node, _ second: Node, transposeLeft: Bool = false, transposeRight: Bool = false,
    scale factor: Double = 1
  ) -> Node {
    let operation = MatrixProduct(
      transposeLeft: transposeLeft, transposeRight: transposeRight, factor: factor)
    return append(operation, [first, second])
  }
}

/// out = factor op(a) op(b).
struct MatrixProduct: Operation {
  let transposeLeft: Bool
  let transposeRight: Bool
  let factor: Double

  func extents(of inputs: [Shape]) -> ProductExtents {
    let (first, second) = (inputs[0], inputs[1])
    precondition(
      first.stack == 1 && second.stack == 1, "a matrix product takes one matrix on each side")
    let rows = transposeLeft ? first.columns : first.rows
    let depth = transposeLeft ? first.rows : first.columns
    precondition(
      depth == (transposeRight ? second.columns : second.rows),
      "the product of \(first) and \(second) has one depth on both sides")
    let columns = transposeRight ? second.rows : second.columns
    return ProductExtents(rows: rows, columns: columns, depth: depth)
  }

  func shape(of inputs: [Shape]) -> Shape {
    let extents = extents(of: inputs)
    return Shape(extents.rows, extents.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (a, b, c) = (site.inputs[0], site.inputs[1], site.cotangent)
    let (left, right) = (transposeLeft, transposeRight)
    var result: [Node?] = [nil, nil]
    if site.wanted[0] {
      result[0] =
        left
        ? graph.product(b, c, transposeLeft: right, transposeRight: true, scale: factor)
        : graph.product(c, b, transposeRight: !right, scale: factor)
    }
    if site.wanted[1] {
      result[1] =
        right
        ? graph.product(c, a, transposeLeft: true, transposeRight: left, scale: factor)
        : graph.product(a, c, transposeLeft: !left, scale: factor)
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    lowering.product(
      ProductDraft(
        extents: extents(of: lowering.inputShapes), transposeLeft: transposeLeft,
        transposeRight: transposeRight, factor: factor, first: lowering.inputs[0],
        second: lowering.inputs[1], output: lowering.output, adds: lowering.adds))
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool {
    !transposeLeft && !areSamples[1]
  }

  func gram(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    // out = X op(W): the derivative of sample i is X_i^T delta_i, and so the Gram matrix is
    // (delta delta^T) .* (X X^T), whatever op is.
    guard site.wanted[1], !site.wanted[0], !transposeLeft else { return nil }
    let inputs = graph.product(
      site.inputs[0], site.inputs[0], transposeRight: true, scale: factor * factor)
    let deltas = graph.product(site.cotangent, site.cotangent, transposeRight: true)
    return graph.multiply(deltas, inputs)
  }
}

/// A product whose result passes an elementwise function while it is stored: the planner makes it
/// of a product and the function that alone reads it.
struct EpilogueProduct: Operation {
  let product: MatrixProduct
  let epilogue: Epilogue

  func shape(of inputs: [Shape]) -> Shape { product.shape(of: inputs) }
  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  func lower(_ lowering: inout Lowering) {
    lowering.product(
      ProductDraft(
        extents: product.extents(of: lowering.inputShapes), transposeLeft: product.transposeLeft,
        transposeRight: product.transposeRight, factor: product.factor, first: lowering.inputs[0],
        second: lowering.inputs[1], output: lowering.output, epilogue: epilogue,
        third: lowering.inputs.count > 2 ? lowering.inputs[2] : nil))
  }
}
