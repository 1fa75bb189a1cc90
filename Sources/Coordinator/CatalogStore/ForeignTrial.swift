import GRDB
import Protocol

/// A trial of another catalog with its result and the attempt that gave it.
struct ForeignTrial {
  /// Identity and specification.
  let trial: StoredTrial
  /// The columns of ``resultColumns``, as they are; all empty while it has no result.
  let result: [DatabaseValue]
  /// Its numbers; `nil` while it has no result.
  let numbers: ResultNumbers?
  /// What its training was asked to keep.
  let keeping: [String]
  /// What it kept: the columns of ``keptColumns``.
  let kept: [[DatabaseValue]]
  /// The attempt that counts: its number, then the columns of ``attemptColumns``.
  let attempt: (number: Int64, node: String, columns: [DatabaseValue])?

  /// The columns of a trial's result, but for the number of the attempt.
  static let resultColumns = [
    "outcome", "stop", "steps", "cpu_seconds", "wall_seconds", "finished_microseconds",
  ]
  /// The columns of an attempt, but for trial, number and node.
  static let attemptColumns = [
    "slot", "state", "assigned_microseconds", "started_microseconds", "closed_microseconds",
    "cpu_seconds", "wall_seconds", "peak_memory_bytes", "core", "release", "reason",
  ]
  /// The columns of what is kept, but for the trial.
  static let keptColumns = ["what", "kind", "name", "step", "bytes"]

  /// Reads a trial.
  ///
  /// - Parameters:
  ///   - trial: the trial.
  ///   - hasResult: whether its result is wanted, if it has one.
  ///   - database: its catalog.
  /// - Throws: what the database throws, and ``ColumnError``.
  init(_ trial: StoredTrial, hasResult: Bool, in database: Database) throws {
    self.trial = trial
    let row = try database.first(
      "SELECT \(Self.resultColumns.joined(separator: ", ")), attempt FROM trial WHERE id = ?",
      trial.id.value
    ) { row in
      (
        columns: Self.resultColumns.indices.map { row[$0] as DatabaseValue },
        outcome: try row.decode(String?.self, atIndex: 0),
        attempt: try row.decode(Int64?.self, atIndex: Self.resultColumns.count)
      )
    }
    guard hasResult, let row, row.outcome == "completed" || row.outcome == "diverged" else {
      (result, numbers, keeping, kept, attempt) = ([], nil, [], [], nil)
      return
    }
    result = row.columns
    numbers = try ResultNumbers(of: trial.id, in: database)
    var keeping: [String] = []
    try database.each("SELECT what FROM keeping WHERE trial = ?", trial.id.value) {
      keeping.append(try $0.decode(atIndex: 0))
    }
    self.keeping = keeping
    var kept: [[DatabaseValue]] = []
    let columns = Self.keptColumns.joined(separator: ", ")
    try database.each("SELECT \(columns) FROM kept WHERE trial = ?", trial.id.value) { row in
      kept.append(Self.keptColumns.indices.map { row[$0] })
    }
    self.kept = kept
    attempt = try database.first(
      """
      SELECT number, node, \(Self.attemptColumns.joined(separator: ", ")) FROM attempt
      WHERE trial = ? AND number = ?
      """, trial.id.value, (row.attempt ?? 0).value
    ) { row in
      (
        number: try row.decode(Int64.self, atIndex: 0),
        node: try row.decode(String.self, atIndex: 1),
        columns: Self.attemptColumns.indices.map { row[$0 + 2] }
      )
    }
  }

  /// Bytes of what it kept.
  var byteCount: Int {
    kept.reduce(0) { sum, columns in
      if case .blob(let bytes)? = columns.last?.storage { sum + bytes.count } else { sum }
    }
  }
}
