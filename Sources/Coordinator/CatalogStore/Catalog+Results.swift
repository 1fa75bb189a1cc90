import GRDB
import Planning
package import Protocol

extension Catalog {
  /// The results of a sweep, one row a cell and replicate, in grid order, replicates ascending.
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - condition: which rows, over axes, parameters, `replicate`, `outcome`, `stop` and measures;
  ///     `nil` for all.
  /// - Returns: the whole table, in memory.
  /// - Throws: ``ExpressionError`` when the condition names what rows do not have, or compares what
  ///   cannot be compared; ``CatalogError`` `catalog.damaged`, `catalog.input-output`,
  ///   `catalog.busy`.
  package func results(
    of sweep: SweepRecord, where condition: Expression? = nil
  ) async throws -> ResultTable {
    try await readThrough("read the results of '\(sweep.definition.name)'") { database in
      let scan = try ResultScan(of: sweep, where: condition, provenance: false, in: database)
      var rows: [ResultRow] = []
      try scan.forEach(in: database) { row, _ in rows.append(row) }
      return ResultTable(
        axes: sweep.definition.axes, measures: sweep.definition.measures, rows: rows)
    }
  }

  /// Writes the results of a sweep without holding them in memory.
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - condition: which rows, as in ``results(of:where:)``.
  ///   - format: how to write.
  ///   - provenance: whether to write where each result comes from.
  ///   - sink: takes the next bytes; what it throws ends the writing and is thrown on.
  /// - Throws: as ``results(of:where:)``, and what `sink` throws.
  package func writeResults(
    of sweep: SweepRecord, where condition: Expression? = nil, format: ResultFormat,
    provenance: Bool = false, to sink: @escaping @Sendable ([UInt8]) throws -> Void
  ) async throws {
    try await readThrough("read the results of '\(sweep.definition.name)'") { database in
      let scan = try ResultScan(of: sweep, where: condition, provenance: provenance, in: database)
      var writer = ResultWriter(
        format: format, axes: sweep.definition.axes, measures: sweep.definition.measures,
        provenance: provenance)
      if writer.needsMeasuring { try scan.forEach(in: database) { writer.measure($0, $1) } }
      writer.begin()
      try scan.forEach(in: database) { row, origin in
        writer.append(row, origin)
        if writer.bytes.count >= Catalog.chunkBytes { try writer.hand(to: sink) }
      }
      writer.end()
      try writer.hand(to: sink)
    }
  }

  /// The trials of a sweep that have an outcome, each once, as its study's statements see them.
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - condition: which, as in ``results(of:where:)``.
  /// - Returns: the trials in grid order.
  /// - Throws: as ``results(of:where:)``.
  package func studyRows(
    of sweep: SweepRecord, where condition: Expression? = nil
  ) async throws -> [StudyRow] {
    try await readThrough("read the results of '\(sweep.definition.name)'") { database in
      let scan = try ResultScan(of: sweep, where: condition, provenance: false, in: database)
      var seen: Set<TrialKey> = []
      var rows: [StudyRow] = []
      try scan.forEach(in: database) { row, _ in
        guard let outcome = row.outcome, seen.insert(row.key).inserted else { return }
        let parameters = try database.first(
          "SELECT parameters FROM trial WHERE key = ?", row.key.value
        ) { try ColumnCoding.parameters($0.decode(atIndex: 0)) }
        let measures = zip(sweep.definition.measures, row.numbers).filter { !$0.1.isNaN }
        rows.append(
          StudyRow(
            parameters: parameters ?? [:], replicate: row.replicate, outcome: outcome,
            measures: Dictionary(measures) { first, _ in first }))
      }
      return rows
    }
  }

  private static let chunkBytes = 256 << 10

  /// A look into the catalog whose body may throw ``PassedThrough``.
  private func readThrough<Value: Sendable>(
    _ purpose: String, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    let outcome: Result<Value, any Error> = try await read(purpose) { database in
      do {
        return .success(try body(database))
      } catch let passed as PassedThrough {
        return .failure(passed.error)
      }
    }
    return try outcome.get()
  }
}

extension ResultWriter {
  /// Gives away what has been written.
  fileprivate mutating func hand(to sink: ([UInt8]) throws -> Void) throws {
    guard !bytes.isEmpty else { return }
    do {
      try sink(bytes)
    } catch {
      throw PassedThrough(error)
    }
    bytes.removeAll(keepingCapacity: true)
  }
}
