import GRDB
package import Planning
package import Protocol

extension Catalog {
  /// Every sweep, the last one changed first.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func sweeps() async throws(CatalogError) -> [SweepRecord] {
    try await read("list the sweeps") { try $0.sweeps() }
  }

  /// The sweep of a name.
  /// - Throws: `catalog.unknown-sweep` with the nearest name that there is, and the errors of every
  ///   look into a catalog: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func sweep(named name: String) async throws(CatalogError) -> SweepRecord {
    let path = self.path
    return try await read("find the sweep '\(name)'") { database in
      let found = try database.first(
        "SELECT \(SweepRecord.columns) FROM sweep WHERE name = ?", name.value
      ) { try SweepRecord(row: $0) }
      if let found { return found }
      let names = try String.fetchAll(database, sql: "SELECT name FROM sweep ORDER BY name")
      throw CatalogError(
        .unknownSweep, "cannot find the sweep '\(name)' in the catalog '\(path)'",
        remedy: nearestName(to: name, among: names).map { "Did you mean '\($0)'?" }
          ?? "Name one of its sweeps: \(names.isEmpty ? "it has none" : shortList(names)).")
    }
  }

  /// The open sweep that was changed last among those that miss an outcome; `nil` when none does.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func latestUnfinishedSweep() async throws(CatalogError) -> SweepRecord? {
    try await read("find an unfinished sweep") { database in
      try database.sweeps().first { sweep in
        try sweep.state == .open && !database.isComplete(sweep.id)
      }
    }
  }

  /// Sets what a user wants of the progress of a sweep.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func setState(
    _ state: SweepState, of sweep: SweepID, atMicroseconds time: Int64
  ) async throws(CatalogError) {
    try await write("set the state of a sweep") { database in
      try database.run(
        "UPDATE sweep SET state = ?, updated_microseconds = ? WHERE id = ?", state.rawValue.value,
        time.value, sweep.value)
    }
  }

  /// Writes down which machines a sweep is given, so that it can be resumed without its cluster
  /// file.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func setCluster(
    _ cluster: ClusterDefinition, of sweep: SweepID
  ) async throws(CatalogError) {
    try await write("set the cluster of a sweep") { database in
      try database.run(
        "UPDATE sweep SET cluster = ? WHERE id = ?", cluster.json.text.value, sweep.value)
    }
  }

  /// Whether every trial of a sweep has an outcome, and what is to be kept of it.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func isComplete(_ sweep: SweepID) async throws(CatalogError) -> Bool {
    try await read("look for missing trials") { try $0.isComplete(sweep) }
  }

  /// How far the trials of a sweep are.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func counts(of sweep: SweepID) async throws(CatalogError) -> SweepCounts {
    try await read("count the trials of a sweep") { database in
      var counts = SweepCounts()
      let cells = try database.first("SELECT count(*) FROM cell WHERE sweep = ?", sweep.value) {
        try $0.decode(Int.self, atIndex: 0)
      }
      counts.cells = cells ?? 0
      try database.each(SweepCounts.outcomesQuery, sweep.value) { row in
        counts.waiting = try row.decode(atIndex: 0)
        counts.completedByRule = try row.decode(atIndex: 1)
        counts.completedBySteps = try row.decode(atIndex: 2)
        counts.completedByCap = try row.decode(atIndex: 3)
        counts.diverged = try row.decode(atIndex: 4)
        counts.failed = try row.decode(atIndex: 5)
      }
      if try database.keepsAnything(sweep) {
        counts.unkept =
          try database.first(SweepCounts.unkeptQuery, sweep.value) { try $0.decode(atIndex: 0) }
          ?? 0
      }
      try database.each(SweepCounts.openQuery, sweep.value) { row in
        counts.assigned = try row.decode(atIndex: 0)
        counts.running = try row.decode(atIndex: 1)
      }
      counts.waiting -= counts.assigned + counts.running
      return counts
    }
  }
}

extension SweepCounts {
  /// Counts by outcome, from the index alone: the rows of trials are long.
  fileprivate static let outcomesQuery = """
    SELECT count(*) FILTER (WHERE t.outcome IS NULL),
      count(*) FILTER (WHERE t.outcome = 'completed' AND t.stop = 'rule'),
      count(*) FILTER (WHERE t.outcome = 'completed' AND t.stop = 'steps'),
      count(*) FILTER (WHERE t.outcome = 'completed' AND t.stop = 'cap'),
      count(*) FILTER (WHERE t.outcome = 'diverged'),
      count(*) FILTER (WHERE t.outcome = 'failed')
    FROM cell_trial l CROSS JOIN trial t INDEXED BY trial_outcome ON t.id = l.trial
    WHERE l.sweep = ?1 AND l.is_shared = 0
    """

  /// Counts trials with a result that are to be trained again for what is to be kept of them.
  fileprivate static let unkeptQuery = """
    SELECT count(*)
    FROM cell_trial l CROSS JOIN trial t INDEXED BY trial_outcome ON t.id = l.trial
    WHERE l.sweep = ?1 AND l.is_shared = 0 AND \(KeptCondition.isUnkept)
    """

  /// Counts trials without an outcome by the best state of their open attempts.
  fileprivate static let openQuery = """
    WITH held (trial, is_running) AS (
      SELECT trial, max(state = 'running') FROM attempt INDEXED BY attempt_open
      WHERE state IN ('assigned', 'running') GROUP BY trial
    )
    SELECT count(*) FILTER (WHERE NOT h.is_running), count(*) FILTER (WHERE h.is_running)
    FROM cell_trial l
    JOIN held h ON h.trial = l.trial
    JOIN trial t INDEXED BY trial_outcome ON t.id = l.trial
    WHERE l.sweep = ?1 AND l.is_shared = 0 AND t.outcome IS NULL
    """
}

extension Database {
  /// Every sweep, the last one changed first.
  func sweeps() throws -> [SweepRecord] {
    var sweeps: [SweepRecord] = []
    let order = "ORDER BY updated_microseconds DESC, id DESC"
    try each("SELECT \(SweepRecord.columns) FROM sweep \(order)") { row in
      sweeps.append(try SweepRecord(row: row))
    }
    return sweeps
  }

  fileprivate func isComplete(_ sweep: SweepID) throws -> Bool {
    let missing = try first(
      """
      SELECT 1 FROM cell_trial l CROSS JOIN trial t INDEXED BY trial_outcome ON t.id = l.trial
      WHERE l.sweep = ? AND l.is_shared = 0
        AND \(KeptCondition.isPending(try keepsAnything(sweep))) LIMIT 1
      """, sweep.value
    ) { _ in true }
    return missing == nil
  }
}

/// The first few of some names, for a message.
func shortList(_ names: [String]) -> String {
  let shown = names.prefix(8).joined(separator: ", ")
  return names.count > 8 ? shown + ", ..." : shown
}
