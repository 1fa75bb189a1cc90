import GRDB
import Planning
import Protocol

/// The rows of a sweep in grid order, read one by one.
struct ResultScan {
  /// The sweep.
  let sweep: SweepRecord
  /// Which rows; `nil` for all.
  let condition: ResultCondition?
  /// Whether to read where results come from.
  let hasProvenance: Bool

  /// Binds the condition to the sweep.
  /// - Throws: ``PassedThrough`` with an ``ExpressionError``.
  init(
    of sweep: SweepRecord, where expression: Expression?, provenance: Bool, in database: Database
  ) throws {
    self.sweep = sweep
    hasProvenance = provenance
    guard let expression else {
      condition = nil
      return
    }
    let parameters = try database.first(
      """
      SELECT t.parameters FROM cell_trial l JOIN trial t ON t.id = l.trial WHERE l.sweep = ? LIMIT 1
      """, sweep.id.value
    ) { try ColumnCoding.parameters($0.decode(atIndex: 0)) }
    do {
      condition = try ResultCondition(
        expression, sweep: sweep.definition, parameters: parameters ?? [:])
    } catch {
      throw PassedThrough(error)
    }
  }

  /// Hands every wanted row to `body`.
  func forEach(
    in database: Database, _ body: (ResultRow, ResultProvenance?) throws -> Void
  ) throws {
    let measureCount = sweep.definition.measures.count
    let arguments =
      [sweep.id.value] + sweep.definition.measures.map(\.databaseValue)
    let cursor = try Row.fetchCursor(database, sql: sql, arguments: StatementArguments(arguments))
    var position: Int?
    var values: [ParameterValue] = []
    while let row = try cursor.next() {
      let next: Int = try row.decode(atIndex: 0)
      if next != position {
        position = next
        values = try coordinates(row.decode(atIndex: 1))
      }
      var numbers: [Double] = []
      numbers.reserveCapacity(measureCount)
      for index in 0..<measureCount {
        let number: Double? = try row.decode(atIndex: ResultScan.fixedColumnCount + index)
        numbers.append(number ?? .nan)
      }
      let resultRow = ResultRow(
        cell: next, values: values, replicate: try ColumnCoding.index(row.decode(atIndex: 2)),
        key: try ColumnCoding.key(row.bytes(3)),
        outcome: try ColumnCoding.outcome(
          row.decode(atIndex: 4), stop: row.decode(atIndex: 5), failure: row.decode(atIndex: 6),
          message: row.decode(atIndex: 7)),
        numbers: numbers)
      guard try isWanted(resultRow, row) else { continue }
      try body(resultRow, provenance(row, from: ResultScan.fixedColumnCount + measureCount))
    }
  }

  private static let fixedColumnCount = 9

  /// Measures are read by a look-up each: the table is clustered by trial and name, so that all of
  /// them are on one page.
  private var sql: String {
    let measures = sweep.definition.measures.indices.map { index in
      ", (SELECT number FROM measure WHERE trial = t.id AND name = ?\(index + 2))"
    }
    let provenance =
      hasProvenance
      ? """
      , a.node, a.number, a.slot, a.started_microseconds, a.closed_microseconds, a.cpu_seconds,
        a.wall_seconds, a.peak_memory_bytes, a.core, a.release
      """ : ""
    let parameters = condition?.needsParameters == true ? "t.parameters" : "NULL"
    return """
      SELECT l.position, c.coordinates, l.replicate, t.key, t.outcome, t.stop, t.failure, t.message,
        \(parameters)\(measures.joined())\(provenance)
      FROM cell_trial l
      JOIN cell c ON c.sweep = l.sweep AND c.position = l.position
      JOIN trial t ON t.id = l.trial
      \(hasProvenance ? "LEFT JOIN attempt a ON a.trial = t.id AND a.number = t.attempt" : "")
      WHERE l.sweep = ?1 ORDER BY l.position, l.replicate
      """
  }

  private func coordinates(_ text: String) throws -> [ParameterValue] {
    let values = try ColumnCoding.values(text)
    guard values.count == sweep.definition.axes.count else {
      throw ColumnError(description: "a value for every axis was expected")
    }
    return values
  }

  private func isWanted(_ resultRow: ResultRow, _ row: Row) throws -> Bool {
    guard let condition else { return true }
    let parameters =
      condition.needsParameters ? try ColumnCoding.parameters(row.decode(atIndex: 8)) : [:]
    do {
      return try condition.holds(resultRow, parameters: parameters)
    } catch {
      throw PassedThrough(error)
    }
  }

  private func provenance(_ row: Row, from first: Int) throws -> ResultProvenance? {
    guard hasProvenance, let node: String = try row.decode(String?.self, atIndex: first) else {
      return nil
    }
    return ResultProvenance(
      node: node, attempt: try row.decode(atIndex: first + 1),
      slot: try row.decode(atIndex: first + 2),
      startedMicroseconds: try row.decode(atIndex: first + 3),
      recordedMicroseconds: try row.decode(atIndex: first + 4),
      cpuSeconds: try row.decode(atIndex: first + 5),
      wallSeconds: try row.decode(atIndex: first + 6),
      peakMemoryBytes: try row.decode(atIndex: first + 7), core: try row.decode(atIndex: first + 8),
      release: try row.decode(atIndex: first + 9))
  }
}

/// An error that is not the catalog's own, on its way through a transaction.
struct PassedThrough: Error {
  let error: any Error

  init(_ error: any Error) {
    self.error = error
  }
}
