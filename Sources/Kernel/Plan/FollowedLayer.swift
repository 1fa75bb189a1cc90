import CKernel
import Protocol

/// A layer of few inputs and the product of its output with one row, as one pass.
///
/// h = act(x op(W) + b), out = factor h w^T + c. Shapes: x (B, I) with I <= 8, W (M, I) or (I, M), b
/// (1, M), w (1, M), c (1, 1), h (B, M), out (B, 1); both h and out are outputs. The planner makes it
/// of two neighbouring layers, with the bits of the parts: h is not read again. Cost: B M (I + 1)
/// multiply-adds.
struct FollowedLayer: Operation {
  let layer: MatrixProduct
  let layerHasBias: Bool
  let isRectified: Bool
  let product: MatrixProduct
  let hasBias: Bool

  func shape(of inputs: [Shape]) -> Shape { Shape(inputs[0].rows, 1) }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  /// Operands: x, W, perhaps b, w, perhaps c; outputs: out, then h.
  func lower(_ lowering: inout Lowering) {
    let extents = layer.extents(of: lowering.inputShapes)
    var operands = lowering.inputs[...]
    var step = StepDraft(
      .kernel(Int(kernel_operation_product_followed)), output: lowering.otherOutputs.first)
    step.first = operands.popFirst()
    step.second = operands.popFirst()
    if layerHasBias { step.secondOutput = operands.popFirst() }
    step.fourth = operands.popFirst()
    if hasBias { step.third = operands.popFirst() }
    step.thirdOutput = lowering.output
    if layer.transposeRight, let weight = step.second {
      step.second = lowering.turned(weight, rows: extents.columns, columns: extents.depth)
    }
    step.scratch = lowering.scratch(16 * extents.rows)
    step.rows = extents.rows
    step.columns = extents.columns
    step.depth = extents.depth
    step.outputRowStride = extents.columns
    step.outputColumnStride = 1
    step.firstRowStride = extents.depth
    step.firstColumnStride = 1
    step.secondRowStride = extents.columns
    step.secondColumnStride = 1
    step.epilogue = isRectified ? .relu : .none
    step.scalars[0] = layer.factor
    step.scalars[1] = product.factor
    lowering.append(step)
  }
}

extension FollowedLayer {
  /// All places of a plan's operations where it applies.
  /// - Parameters:
  ///   - records: The plan's operations.
  ///   - numerics: How products are computed.
  ///   - inAnyOrder: Whether also where the output by itself would be summed in another order.
  /// - Returns: The places, each in the place of the first layer alone.
  static func found(
    in records: [Graph.Record?], numerics: NumericProfile, inAnyOrder: Bool = false
  ) -> [JoinedOperation] {
    var firstReader: [Int: Int] = [:]
    for (index, record) in records.enumerated() {
      for input in record?.inputs ?? [] where firstReader[input.index] == nil {
        firstReader[input.index] = index
      }
    }
    return records.indices.compactMap { index in
      guard let record = records[index], let outer = affine(record.operation), !outer.isRectified,
        let inner = records[record.inputs[0].index], let layer = affine(inner.operation),
        firstReader[record.inputs[0].index] == index, layer.product.isPlainLeft,
        outer.product.isPlainLeft
      else { return nil }
      let hidden = layer.product.extents(of: inner.inputs.map(\.shape))
      let extents = outer.product.extents(of: record.inputs.map(\.shape))
      // Weights that have to be turned for it must be worth that.
      guard hidden.depth <= 8, hidden.rows >= 8 || !layer.product.transposeRight,
        hidden.columns >= 8, extents.columns == 1,
        numerics.route(
          of: hidden, transposeLeft: false, transposeRight: layer.product.transposeRight) == .lanes,
        inAnyOrder
          || numerics.route(
            of: extents, transposeLeft: false, transposeRight: outer.product.transposeRight)
            == .dots
      else { return nil }
      let operation = FollowedLayer(
        layer: layer.product, layerHasBias: layer.hasBias, isRectified: layer.isRectified,
        product: outer.product, hasBias: outer.hasBias)
      return JoinedOperation(
        position: index,
        record: Graph.Record(
          operation: operation, inputs: inner.inputs + record.inputs.dropFirst(),
          output: record.output, others: [inner.output]),
        replaced: [record.inputs[0].index])
    }
  }

  /// What an operation is as a product with a bias and a rectifier, if it is one.
  private static func affine(
    _ operation: any Operation
  ) -> (product: MatrixProduct, hasBias: Bool, isRectified: Bool)? {
    switch operation {
    case let linear as Linear where linear.activation == .relu || linear.activation == .identity:
      (linear.product, linear.hasBias, linear.activation == .relu)
    case let joined as EpilogueProduct where joined.epilogue == .relu:
      (joined.product, false, true)
    case let product as MatrixProduct: (product, false, false)
    default: nil
    }
  }
}

extension MatrixProduct {
  /// Whether the left operand is taken as it lies.
  fileprivate var isPlainLeft: Bool { !transposeLeft }
}
