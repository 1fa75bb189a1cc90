/// Repetitions that need not be laid out: elementwise arithmetic repeats an operand by itself.
enum Repetitions {
  /// The operations with arithmetic that reads what is repeated, and without the repetitions that
  /// nobody reads any more; the bits are the same.
  /// - Parameters:
  ///   - records: What a plan performs, `nil` where nothing is needed.
  ///   - kept: Nodes whose values are asked for.
  /// - Returns: What it performs instead.
  static func readThrough(_ records: [Graph.Record?], kept: Set<Int>) -> [Graph.Record?] {
    var records = records
    for (index, record) in records.enumerated() {
      guard var record, record.operation is Arithmetic else { continue }
      for position in record.inputs.indices {
        // The output has the shape of the other operand.
        guard record.inputs[1 - position].shape == record.output.shape,
          let inner = records[record.inputs[position].index], inner.operation is Broadcast
        else { continue }
        record.inputs[position] = inner.inputs[0]
      }
      records[index] = record
    }
    let read = Set(records.flatMap { $0?.inputs ?? [] }.map(\.index))
    for (index, record) in records.enumerated() where record?.operation is Broadcast {
      if !read.contains(index) && !kept.contains(index) { records[index] = nil }
    }
    return records
  }
}
