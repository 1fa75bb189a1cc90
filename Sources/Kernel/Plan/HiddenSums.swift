import CKernel
import Protocol

/// The sums over samples that the cotangent of a hidden layer with one number behind it enters.
///
/// v[s, j] = epilogue(factor c[s] w[j]); dW[j, i] = sum over s of v[s, j] x[s, i], and where they are
/// asked for db[j] = sum over s of v[s, j] and dw[j] = sum over s of c[s] h[s, j].
/// Shapes: c (B, 1), w (1, M) or (M, 1), h (B, M), x (B, I) with I <= 8, dW (M, I) or (I, M), db
/// (1, M), dw (1, M). The planner makes it of the products and the sum that read v; v is never
/// stored, h is read once, and the bits are those of the parts. Cost: B M (I + 2) multiply-adds.
struct HiddenSums: Operation {
  /// c w with what follows it.
  let cotangent: MatrixProduct
  let epilogue: Epilogue
  /// v^T x, or its transpose.
  let weights: MatrixProduct
  /// Whether the weights' gradient is (M, I).
  let isColumnMajor: Bool
  let hasBias: Bool
  /// c^T h, whose gradient is the last output.
  let outputWeights: MatrixProduct?

  func shape(of inputs: [Shape]) -> Shape {
    let (columns, depth) = (cotangent.extents(of: inputs).columns, inputs[2].columns)
    return isColumnMajor ? Shape(columns, depth) : Shape(depth, columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  /// Operands: c, w, x and, for an epilogue, h.
  func lower(_ lowering: inout Lowering) {
    let extents = cotangent.extents(of: lowering.inputShapes)
    let inputs = lowering.inputShapes[2].columns
    var step = lowering.draft(Int(kernel_operation_hidden_sums))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.fourth = lowering.inputs[2]
    step.third = lowering.inputs.count > 3 ? lowering.inputs[3] : nil
    step.rows = extents.rows
    step.columns = extents.columns
    step.depth = inputs
    step.fourthRowStride = inputs
    step.fourthColumnStride = 1
    step.outputRowStride = isColumnMajor ? inputs : 1
    step.outputColumnStride = isColumnMajor ? 1 : extents.columns
    step.epilogue = epilogue
    step.scalars[0] = cotangent.factor
    step.scalars[1] = weights.factor
    var others = lowering.otherOutputs[...]
    if hasBias { step.secondOutput = others.popFirst() }
    if let outputWeights {
      step.thirdOutput = others.popFirst()
      step.scalars[2] = outputWeights.factor
    }
    lowering.append(step)
  }
}

extension HiddenSums {
  /// All places of a plan's operations where it applies.
  static func found(
    in records: [Graph.Record?], kept: Set<Int>, numerics: NumericProfile
  ) -> [JoinedOperation] {
    let readers = records.readers
    return records.indices.compactMap { index in
      guard !kept.contains(index) else { return nil }
      return joined(at: index, records, readers, numerics)
    }
  }

  private static func joined(
    at index: Int, _ records: [Graph.Record?], _ readers: [Int: [Int]], _ numerics: NumericProfile
  ) -> JoinedOperation? {
    guard let record = records[index], let reading = readers[index] else { return nil }
    let (product, epilogue): (MatrixProduct?, Epilogue) =
      switch record.operation {
      case let operation as EpilogueProduct: (operation.product, operation.epilogue)
      case let operation as MatrixProduct: (operation, .none)
      default: (nil, .none)
      }
    guard let product, [.none, .reluBackward, .tanhBackward].contains(epilogue),
      product.extents(of: record.inputs.map(\.shape)).depth == 1,
      isInLanes(product, record.inputs, numerics)
    else { return nil }
    var weights: (index: Int, product: MatrixProduct, isColumnMajor: Bool, input: Node)?
    var bias: Int?
    for reader in reading {
      guard let record = records[reader] else { return nil }
      if let sum = record.operation as? Sum, sum.direction == .rows, bias == nil {
        bias = reader
      } else if let found = weightGradient(record, of: index, numerics), weights == nil {
        weights = (reader, found.product, found.isColumnMajor, found.input)
      } else {
        return nil
      }
    }
    guard let weights, weights.input.index < index else { return nil }
    let own = outputWeightGradient(of: record, epilogue, at: index, records, readers, numerics)
    let operation = HiddenSums(
      cotangent: product, epilogue: epilogue, weights: weights.product,
      isColumnMajor: weights.isColumnMajor, hasBias: bias != nil,
      outputWeights: own.flatMap { records[$0]?.operation as? MatrixProduct })
    let replaced = [weights.index] + [bias, own].compactMap { $0 }
    guard let output = records[weights.index]?.output else { return nil }
    return JoinedOperation(
      position: index,
      record: Graph.Record(
        operation: operation,
        inputs: Array(record.inputs.prefix(2)) + [weights.input] + record.inputs.dropFirst(2),
        output: output, others: replaced.dropFirst().compactMap { records[$0]?.output }),
      replaced: replaced)
  }

  /// Whether an operation sums the cotangent's rows against those of a narrow operand.
  private static func weightGradient(
    _ record: Graph.Record, of index: Int, _ numerics: NumericProfile
  ) -> (product: MatrixProduct, isColumnMajor: Bool, input: Node)? {
    guard let product = record.operation as? MatrixProduct, product.transposeLeft,
      !product.transposeRight, record.inputs[0] != record.inputs[1],
      isInLanes(product, record.inputs, numerics)
    else { return nil }
    let isColumnMajor = record.inputs[0].index == index
    let input = record.inputs[isColumnMajor ? 1 : 0]
    return input.shape.columns <= 8 ? (product, isColumnMajor, input) : nil
  }

  /// The product of the same numbers behind the layer with the layer's output, if nobody reads it
  /// before the cotangent is there.
  private static func outputWeightGradient(
    of record: Graph.Record, _ epilogue: Epilogue, at index: Int, _ records: [Graph.Record?],
    _ readers: [Int: [Int]], _ numerics: NumericProfile
  ) -> Int? {
    guard epilogue != .none, record.inputs.count == 3 else { return nil }
    let wanted = [record.inputs[0], record.inputs[2]]
    return (readers[record.inputs[2].index] ?? []).first { reader in
      guard let candidate = records[reader], let product = candidate.operation as? MatrixProduct,
        candidate.inputs == wanted, product.transposeLeft, !product.transposeRight,
        isInLanes(product, candidate.inputs, numerics)
      else { return false }
      return (readers[reader] ?? []).allSatisfy { $0 > index }
    }
  }

  private static func isInLanes(
    _ product: MatrixProduct, _ inputs: [Node], _ numerics: NumericProfile
  ) -> Bool {
    let extents = product.extents(of: inputs.map(\.shape))
    return numerics.route(
      of: extents, transposeLeft: product.transposeLeft, transposeRight: product.transposeRight)
      == .lanes
  }
}
