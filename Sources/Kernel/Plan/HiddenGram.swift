import CKernel
import Protocol

/// The Gram matrix of a hidden layer's values and that of its cotangents, as one pass.
///
/// P = f h h^T and Q = g v v^T with v[s, j] = epilogue(factor c[s] w[j]). Shapes: h (B, M), c (B, 1),
/// w (1, M) or (M, 1), P and Q (B, B), B <= 8. The planner makes it of the three products that the
/// per-sample derivatives of a layer with one number behind it need; v is never stored, h is read
/// once, and the bits are those of the parts. Cost: B (B + 1) M multiply-adds.
struct HiddenGram: Operation {
  /// c w with what follows it.
  let cotangent: MatrixProduct
  let epilogue: Epilogue
  /// h h^T, the output.
  let values: MatrixProduct
  /// v v^T, the other output.
  let cotangents: MatrixProduct

  func shape(of inputs: [Shape]) -> Shape { Shape(inputs[0].rows, inputs[0].rows) }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  /// Operands: c, w and h.
  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_hidden_gram))
    step.secondOutput = lowering.otherOutputs.first
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.third = lowering.inputs[2]
    step.rows = lowering.inputShapes[2].rows
    step.columns = lowering.inputShapes[2].columns
    step.epilogue = epilogue
    step.scalars[0] = cotangent.factor
    step.scalars[1] = values.factor
    step.scalars[2] = cotangents.factor
    lowering.append(step)
  }
}

extension HiddenGram {
  /// All places of a plan's operations where it applies.
  static func found(
    in records: [Graph.Record?], kept: Set<Int>, numerics: NumericProfile
  ) -> [JoinedOperation] {
    let readers = records.readers
    var squares: [Int: Int] = [:]
    for (index, record) in records.enumerated() {
      if let record, isSquare(record, numerics) { squares[record.inputs[0].index] = index }
    }
    return records.indices.compactMap { index in
      guard !kept.contains(index), let record = records[index],
        let joined = record.operation as? EpilogueProduct,
        [.reluBackward, .tanhBackward].contains(joined.epilogue), record.inputs.count == 3,
        joined.product.extents(of: record.inputs.map(\.shape)).depth == 1,
        record.inputs[2].shape.rows <= 8, !joined.product.transposeLeft,
        let own = squares[index], readers[index] == [own],
        let plain = squares[record.inputs[2].index],
        let cotangents = records[own], let values = records[plain],
        let ownProduct = cotangents.operation as? MatrixProduct,
        let plainProduct = values.operation as? MatrixProduct,
        record.inputs.allSatisfy({ $0.index < min(own, plain) })
      else { return nil }
      let operation = HiddenGram(
        cotangent: joined.product, epilogue: joined.epilogue, values: plainProduct,
        cotangents: ownProduct)
      return JoinedOperation(
        position: min(own, plain),
        record: Graph.Record(
          operation: operation, inputs: record.inputs, output: values.output,
          others: [cotangents.output]),
        replaced: [index, own, plain])
    }
  }

  /// Whether an operation is the product of a matrix with its own transpose, sixteen lanes a sum.
  private static func isSquare(_ record: Graph.Record, _ numerics: NumericProfile) -> Bool {
    guard let product = record.operation as? MatrixProduct, !product.transposeLeft,
      product.transposeRight, record.inputs[0] == record.inputs[1]
    else { return false }
    return numerics.route(
      of: product.extents(of: record.inputs.map(\.shape)), transposeLeft: false,
      transposeRight: true) == .dots
  }
}
