/// A dropout and the sum that alone reads it, as one pass.
///
/// out = rest + dropout(a). Shapes: a, rest and out (R, C). The planner makes it of the end of a
/// residual branch, with the bits of the parts. Cost: that of the dropout.
struct DroppedSum: Operation {
  let dropout: Dropout

  func shape(of inputs: [Shape]) -> Shape { inputs[0] }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  /// Operands: a, the counter, the rest.
  func lower(_ lowering: inout Lowering) {
    lowering.dropout(dropout, addedTo: lowering.inputs[2])
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0, 2] }
}

extension DroppedSum {
  /// All places of a plan's operations where it applies.
  static func found(in records: [Graph.Record?], kept: Set<Int>) -> [JoinedOperation] {
    var readers: [Int: Int] = [:]
    for record in records {
      for input in record?.inputs ?? [] { readers[input.index, default: 0] += 1 }
    }
    return records.indices.compactMap { index in
      guard let record = records[index], let sum = record.operation as? Arithmetic,
        sum.kind == .add, record.inputs[0].shape == record.inputs[1].shape
      else { return nil }
      // Of two dropouts the later one is joined.
      for position in [1, 0] {
        let source = record.inputs[position]
        guard let inner = records[source.index], let dropout = inner.operation as? Dropout,
          readers[source.index] == 1, !kept.contains(source.index)
        else { continue }
        return JoinedOperation(
          position: index,
          record: Graph.Record(
            operation: DroppedSum(dropout: dropout),
            inputs: inner.inputs + [record.inputs[1 - position]], output: record.output),
          replaced: [source.index])
      }
      return nil
    }
  }
}
