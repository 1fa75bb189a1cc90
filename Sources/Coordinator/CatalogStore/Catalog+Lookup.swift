import GRDB
import Planning
package import Protocol

extension Catalog {
  /// The trial whose key begins with some hexadecimal digits.
  /// - Throws: `catalog.unknown-trial`; `catalog.ambiguous-trial` with some of the keys;
  ///   `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func trial(keyPrefix prefix: String) async throws(CatalogError) -> TrialID {
    guard let range = KeyRange(prefix: prefix) else { throw CatalogError.unknownTrial(prefix) }
    return try await read("find the trial '\(prefix)'") { database in
      var found: [(id: TrialID, key: TrialKey)] = []
      try database.each(
        "SELECT id, key FROM trial WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 5",
        range.first.value, range.last.value
      ) { row in
        found.append(
          (TrialID(try row.decode(atIndex: 0)), try ColumnCoding.key(row.bytes(1))))
      }
      guard let only = found.first else { throw CatalogError.unknownTrial(prefix) }
      guard found.count == 1 else {
        let keys = found.map(\.key.abbreviated).joined(separator: ", ")
        throw CatalogError(
          .ambiguousTrial, "cannot tell which trial '\(prefix)' means: \(keys)",
          remedy: "Give more digits of the key.")
      }
      return only.id
    }
  }

  /// The trials of the cells of a sweep that have these values.
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - values: a value for some of its axes; cells are compared on these.
  ///   - replicate: the replicate; `nil` for every one.
  /// - Returns: the trials in grid order, at most a thousand.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func trials(
    of sweep: SweepRecord, where values: [String: ParameterValue], replicate: UInt32? = nil
  ) async throws(CatalogError) -> [TrialID] {
    let axes = sweep.definition.axes
    let wanted = axes.indices.compactMap { index in
      values[axes[index].name].map { (index, $0) }
    }
    guard wanted.count == values.count else { return [] }
    return try await read("find trials of '\(sweep.definition.name)'") { database in
      var found: [TrialID] = []
      try database.each(
        """
        SELECT l.trial, c.coordinates FROM cell c
        JOIN cell_trial l ON l.sweep = c.sweep AND l.position = c.position
        WHERE c.sweep = ?1 AND (?2 IS NULL OR l.replicate = ?2)
        ORDER BY l.position, l.replicate
        """, sweep.id.value, replicate.map { Int64($0) }.value
      ) { row in
        guard found.count < Catalog.foundTrialsMax else { return }
        let coordinates = try ColumnCoding.values(row.decode(atIndex: 1))
        let isWanted = wanted.allSatisfy { index, value in
          coordinates.indices.contains(index) && coordinates[index] == value
        }
        if isWanted { found.append(TrialID(try row.decode(atIndex: 0))) }
      }
      return found
    }
  }

  /// All that the catalog knows of a trial.
  /// - Throws: `catalog.unknown-trial`, `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func record(of trial: TrialID) async throws(CatalogError) -> TrialRecord {
    try await read("read a trial") { database in
      let found = try database.first(
        """
        SELECT \(StoredTrial.columns), outcome, stop, failure, message, attempt, steps
        FROM trial WHERE id = ?
        """, trial.value
      ) { row in
        TrialRecord(
          trial: try StoredTrial(row: row),
          outcome: try ColumnCoding.outcome(
            row.decode(atIndex: 10), stop: row.decode(atIndex: 11),
            failure: row.decode(atIndex: 12),
            message: row.decode(atIndex: 13)),
          countedAttempt: try row.decode(Int64?.self, atIndex: 14).map {
            AttemptNumber(try ColumnCoding.index($0))
          },
          steps: try row.decode(atIndex: 15), measures: try database.measures(of: trial),
          attempts: try database.attempts(of: trial), places: try database.places(of: trial),
          events: try database.events(of: trial))
      }
      guard let found else { throw CatalogError.unknownTrial("\(trial.rawValue)") }
      return found
    }
  }

  private static let foundTrialsMax = 1_000
}

/// The keys that begin with some digits.
private struct KeyRange {
  let first: TrialKey
  let last: TrialKey

  init?(prefix: String) {
    let digitCount = 2 * TrialKey.byteCount
    guard !prefix.isEmpty, prefix.count <= digitCount else { return nil }
    let missing = digitCount - prefix.count
    guard let first = TrialKey(hexadecimal: prefix + String(repeating: "0", count: missing)),
      let last = TrialKey(hexadecimal: prefix + String(repeating: "f", count: missing))
    else { return nil }
    self.first = first
    self.last = last
  }
}

extension Database {
  /// Every measure of a trial: numbers, then vectors and curves, by name.
  func measures(of trial: TrialID) throws -> [MeasureValue] {
    var measures: [MeasureValue] = []
    try each("SELECT name, number FROM measure WHERE trial = ? ORDER BY name", trial.value) { row in
      let number: Double? = try row.decode(atIndex: 1)
      measures.append(MeasureValue(name: try row.decode(atIndex: 0), number: number ?? .nan))
    }
    try each("SELECT name, steps, numbers FROM curve WHERE trial = ? ORDER BY name", trial.value) {
      row in
      measures.append(
        MeasureValue(
          name: try row.decode(atIndex: 0), values: try CurveCoding.numbers(row.bytes(2)),
          steps: try CurveCoding.steps(row.bytes(1))))
    }
    return measures
  }

  fileprivate func attempts(of trial: TrialID) throws -> [AttemptRecord] {
    var attempts: [AttemptRecord] = []
    try each(
      """
      SELECT number, node, slot, state, assigned_microseconds, started_microseconds,
        closed_microseconds, cpu_seconds, wall_seconds, peak_memory_bytes, core, release, failure,
        message, reason
      FROM attempt WHERE trial = ? ORDER BY number
      """, trial.value
    ) { attempts.append(try AttemptRecord(trial: trial, row: $0)) }
    return attempts
  }

  fileprivate func places(of trial: TrialID) throws -> [TrialPlace] {
    var places: [TrialPlace] = []
    try each(
      """
      SELECT s.name, l.position, c.coordinates, l.replicate
      FROM cell_trial l
      JOIN sweep s ON s.id = l.sweep
      JOIN cell c ON c.sweep = l.sweep AND c.position = l.position
      WHERE l.trial = ? ORDER BY s.id, l.position, l.replicate
      """, trial.value
    ) { row in
      places.append(
        TrialPlace(
          sweep: try row.decode(atIndex: 0), position: try row.decode(atIndex: 1),
          values: try ColumnCoding.values(row.decode(atIndex: 2)),
          replicate: try ColumnCoding.index(row.decode(atIndex: 3))))
    }
    return places
  }
}

extension AttemptRecord {
  fileprivate init(trial: TrialID, row: Row) throws {
    let stateText: String = try row.decode(atIndex: 3)
    guard let state = AttemptState(rawValue: stateText) else {
      throw ColumnError(description: "an attempt's state was expected instead of '\(stateText)'")
    }
    self.init(
      id: AttemptID(
        trial: trial, number: AttemptNumber(try ColumnCoding.index(row.decode(atIndex: 0)))),
      node: NodeName(try row.decode(atIndex: 1)),
      slot: try row.decode(Int64?.self, atIndex: 2).map { SlotIndex(UInt16(clamping: $0)) },
      state: state, assignedMicroseconds: try row.decode(atIndex: 4),
      startedMicroseconds: try row.decode(atIndex: 5),
      closedMicroseconds: try row.decode(atIndex: 6), cpuSeconds: try row.decode(atIndex: 7),
      wallSeconds: try row.decode(atIndex: 8), peakMemoryBytes: try row.decode(atIndex: 9),
      core: try row.decode(atIndex: 10), release: try row.decode(atIndex: 11),
      failure: try row.decode(String?.self, atIndex: 12).flatMap(FailureReason.init(rawValue:)),
      message: try row.decode(atIndex: 13), reason: try row.decode(atIndex: 14))
  }
}
