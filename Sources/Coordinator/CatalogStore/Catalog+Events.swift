import GRDB
package import Protocol

extension Catalog {
  /// Writes down that something happened.
  /// - Parameters:
  ///   - kind: what kind of thing.
  ///   - text: what happened, in words.
  ///   - sweep: the sweep that it is about.
  ///   - node: the node that it is about.
  ///   - trial: the trial that it is about.
  ///   - time: when, in microseconds since 1970.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func appendEvent(
    _ kind: EventKind, _ text: String, sweep: SweepID? = nil, node: NodeName? = nil,
    trial: TrialID? = nil, atMicroseconds time: Int64
  ) async throws(CatalogError) {
    try await write("write an event down") { database in
      try database.appendEvent(
        kind, text, sweep: sweep, node: node, trial: trial, atMicroseconds: time)
    }
  }

  /// The last events, oldest first.
  /// - Parameters:
  ///   - countMax: how many at most.
  ///   - kind: of one kind only.
  /// - Returns: at most `countMax` events.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func events(
    last countMax: Int = 100, of kind: EventKind? = nil
  ) async throws(CatalogError) -> [EventRecord] {
    try await read("list events") { database in
      var events: [EventRecord] = []
      try database.each(
        """
        SELECT \(EventRecord.columns) FROM event WHERE ?1 IS NULL OR kind = ?1
        ORDER BY id DESC LIMIT ?2
        """, (kind?.rawValue).value, countMax.value
      ) { events.append(try EventRecord(row: $0)) }
      return events.reversed()
    }
  }
}

extension EventRecord {
  fileprivate static let columns = "time_microseconds, kind, sweep, node, trial, text"

  fileprivate init(row: Row) throws {
    self.init(
      timeMicroseconds: try row.decode(atIndex: 0),
      kind: EventKind(rawValue: try row.decode(atIndex: 1)),
      sweep: try row.decode(Int64?.self, atIndex: 2).map { SweepID($0) },
      node: try row.decode(String?.self, atIndex: 3).map { NodeName($0) },
      trial: try row.decode(Int64?.self, atIndex: 4).map { TrialID($0) },
      text: try row.decode(atIndex: 5))
  }
}

extension Database {
  /// Writes down that something happened.
  func appendEvent(
    _ kind: EventKind, _ text: String, sweep: SweepID? = nil, node: NodeName? = nil,
    trial: TrialID? = nil, atMicroseconds time: Int64
  ) throws {
    try run(
      """
      INSERT INTO event (time_microseconds, kind, sweep, node, trial, text) \
      VALUES (?, ?, ?, ?, ?, ?)
      """, time.value, kind.rawValue.value, (sweep?.rawValue).value, (node?.rawValue).value,
      (trial?.rawValue).value, text.value)
  }

  /// What happened to a trial, oldest first.
  func events(of trial: TrialID) throws -> [EventRecord] {
    var events: [EventRecord] = []
    try each(
      "SELECT \(EventRecord.columns) FROM event WHERE trial = ? ORDER BY id", trial.value
    ) { events.append(try EventRecord(row: $0)) }
    return events
  }
}
