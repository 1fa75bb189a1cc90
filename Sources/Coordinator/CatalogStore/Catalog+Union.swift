import GRDB
package import Protocol

extension Catalog {
  /// Takes over what another catalog holds: the union of both by trial key.
  ///
  /// A result of a trial that has none here counts. One that is here too is compared bit by bit; a
  /// difference is a determinism fault, and the result that was here stays. Failures and open
  /// attempts stay where they are: such trials may be trained here. Of sweeps that are not here the
  /// grid comes too. To do it twice changes nothing.
  /// - Parameters:
  ///   - source: the other catalog; nothing of it is changed.
  ///   - sweeps: the sweeps to take, with their trials; `nil` for everything.
  ///   - wanted: the trials whose results are taken; `nil` for all.
  ///   - time: now, in microseconds since 1970.
  ///   - progress: told from time to time what has been done so far.
  /// - Returns: what was done.
  /// - Throws: `catalog.occupied` when both are one file, and the errors of every change and look.
  package func takeOver(
    from source: Catalog, sweeps: [SweepRecord]? = nil, wanted: Set<TrialKey>? = nil,
    atMicroseconds time: Int64, progress: @escaping @Sendable (UnionCounts) -> Void = { _ in }
  ) async throws(CatalogError) -> UnionCounts {
    guard source.path != path else {
      throw CatalogError(
        .occupied, "cannot take over '\(path)': it is the catalog that is to take it over",
        remedy: "Name another catalog with --catalog.")
    }
    return try await source.read("read what is taken over") { database in
      var union = CatalogUnion(target: self, source: source.id, timeMicroseconds: time, progress)
      let taken = try sweeps ?? database.sweeps().reversed()
      for sweep in taken { try union.takeTrials(of: sweep.id, wanted: wanted, from: database) }
      if sweeps == nil { try union.takeOtherTrials(wanted: wanted, from: database) }
      try union.flush()
      for sweep in taken { try union.takeGrid(of: sweep, from: database) }
      try union.finish()
      return union.counts
    }
  }
}

/// The contents of one catalog on their way into another.
private struct CatalogUnion {
  private let target: Catalog
  private let source: UniqueID
  private let timeMicroseconds: Int64
  private let progress: @Sendable (UnionCounts) -> Void
  private(set) var counts = UnionCounts()
  private var encoder = ParameterEncoder()
  private var batch: [ForeignTrial] = []
  private var batchBytes = 0
  private var seen = TrialSet()

  /// Trials of one transaction.
  private static let batchCountMax = 500
  /// Bytes of what the trials of one transaction kept.
  private static let batchBytesMax = 16 << 20
  private static let purpose = "take over results"

  init(
    target: Catalog, source: UniqueID, timeMicroseconds: Int64,
    _ progress: @escaping @Sendable (UnionCounts) -> Void
  ) {
    self.target = target
    self.source = source
    self.timeMicroseconds = timeMicroseconds
    self.progress = progress
  }

  mutating func takeTrials(
    of sweep: SweepID, wanted: Set<TrialKey>?, from database: Database
  ) throws {
    try database.each(
      """
      SELECT \(StoredTrial.columns) FROM trial WHERE id IN (
        SELECT trial FROM cell_trial WHERE sweep = ? AND is_shared = 0) ORDER BY id
      """, sweep.value
    ) { try take(StoredTrial(row: $0), wanted: wanted, from: database) }
  }

  /// The trials with a result that no sweep asks for any more.
  mutating func takeOtherTrials(wanted: Set<TrialKey>?, from database: Database) throws {
    try database.each(
      """
      SELECT \(StoredTrial.columns) FROM trial WHERE outcome IN ('completed', 'diverged') ORDER BY id
      """
    ) { try take(StoredTrial(row: $0), wanted: wanted, from: database) }
  }

  private mutating func take(
    _ trial: StoredTrial, wanted: Set<TrialKey>?, from database: Database
  ) throws {
    guard seen.insert(trial.id) else { return }
    guard trial.isNamedRightly else {
      counts.misnamed += 1
      return
    }
    let isWanted = wanted?.contains(trial.key) ?? true
    let foreign = try ForeignTrial(trial, hasResult: isWanted, in: database)
    batch.append(foreign)
    batchBytes += foreign.byteCount
    if batch.count >= Self.batchCountMax || batchBytes >= Self.batchBytesMax { try flush() }
  }

  mutating func flush() throws {
    let (batch, counts) = (self.batch, self.counts)
    (self.batch, batchBytes) = ([], 0)
    let written = try target.writeNow(Self.purpose) { database in
      var union = self
      union.counts = counts
      for trial in batch { try union.merge(trial, in: database) }
      return union
    }
    (self.counts, encoder) = (written.counts, written.encoder)
    progress(self.counts)
  }

  private mutating func merge(_ foreign: ForeignTrial, in database: Database) throws {
    let known = try database.first(
      "SELECT id, outcome FROM trial WHERE key = ?", foreign.trial.key.value
    ) { row in
      (id: TrialID(try row.decode(atIndex: 0)), outcome: try row.decode(String?.self, atIndex: 1))
    }
    let trial = foreign.trial
    let id =
      try known?.id
      ?? database.insert(
        trial.key, trial.specification, numericsRevision: trial.numericsRevision, &encoder)
    guard let numbers = foreign.numbers else { return }
    guard known?.outcome == "completed" || known?.outcome == "diverged" else {
      try write(foreign, numbers, to: id, in: database)
      counts.added += 1
      return
    }
    let stored = try StoredResult(of: id, in: database)
    if let difference = stored.numbers.difference(from: numbers) {
      counts.contradicted += 1
      try report(difference, stored, foreign, id, in: database)
    } else {
      counts.agreed += 1
      try writeKept(of: foreign, to: id, in: database)
    }
  }

  /// Writes a result to a trial that has none, under the number of an attempt that it has not.
  private func write(
    _ foreign: ForeignTrial, _ numbers: ResultNumbers, to id: TrialID, in database: Database
  ) throws {
    let last = try database.first(
      "SELECT coalesce(max(number), 0) FROM attempt WHERE trial = ?", id.value
    ) { try $0.decode(Int64.self, atIndex: 0) }
    let number = max(foreign.attempt?.number ?? 1, (last ?? 0) + 1)
    let columns = ForeignTrial.resultColumns.map { "\($0) = ?" }.joined(separator: ", ")
    try database.execute(
      sql: "UPDATE trial SET \(columns), failure = NULL, message = NULL, attempt = ? WHERE id = ?",
      arguments: StatementArguments(foreign.result + [number.value, id.value]))
    if let attempt = foreign.attempt {
      let node = NodeName(
        attempt.node == "local" ? "local@\(source.description.prefix(8))" : attempt.node)
      try database.ensure(node)
      let names = ForeignTrial.attemptColumns.joined(separator: ", ")
      let marks = ForeignTrial.attemptColumns.map { _ in "?" }.joined(separator: ", ")
      try database.execute(
        sql: "INSERT INTO attempt (trial, number, node, \(names)) VALUES (?, ?, ?, \(marks))",
        arguments: StatementArguments([id.value, number.value, node.value] + attempt.columns))
    }
    try database.insert(numbers.measures, of: id)
    try writeKept(of: foreign, to: id, in: database)
  }

  private func writeKept(
    of foreign: ForeignTrial, to id: TrialID, in database: Database
  ) throws {
    for what in foreign.keeping {
      try database.run(
        "INSERT INTO keeping (trial, what) VALUES (?, ?) ON CONFLICT DO NOTHING", id.value,
        what.value)
    }
    let names = ForeignTrial.keptColumns.joined(separator: ", ")
    for columns in foreign.kept {
      try database.execute(
        sql: "INSERT INTO kept (trial, \(names)) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        arguments: StatementArguments([id.value] + columns))
    }
  }

  /// Writes a determinism fault down, unless it is there from the last time.
  private func report(
    _ difference: String, _ stored: StoredResult, _ foreign: ForeignTrial, _ id: TrialID,
    in database: Database
  ) throws {
    let node = foreign.attempt.map { " on '\($0.node)'" } ?? ""
    let text =
      "catalog \(source) has another result\(node) than \(stored.source): "
      + "\(difference); the result that was here stays"
    let known = try database.first(
      "SELECT 1 FROM event WHERE trial = ? AND kind = ? AND text = ?", id.value,
      EventKind.determinismFault.rawValue.value, text.value
    ) { _ in true }
    guard known == nil else { return }
    try database.appendEvent(
      .determinismFault, text, trial: id, atMicroseconds: timeMicroseconds)
  }

  mutating func takeGrid(of sweep: SweepRecord, from source: Database) throws {
    let definition = sweep.definition
    let time = timeMicroseconds
    let isSame = try target.writeNow("take over the sweep '\(definition.name)'") {
      target -> Bool? in
      let isSame = try target.first(
        "SELECT file = ? AND revision = ? FROM sweep WHERE name = ?", definition.text.value,
        definition.revision.value, definition.name.value
      ) { try $0.decode(Bool.self, atIndex: 0) }
      if let isSame { return isSame }
      let id = try target.upsert(definition, atMicroseconds: time)
      try target.run(
        "UPDATE sweep SET state = ?, created_microseconds = ? WHERE id = ?",
        sweep.state.rawValue.value, sweep.createdMicroseconds.value, id.value)
      try source.each("SELECT position, coordinates FROM cell WHERE sweep = ?", sweep.id.value) {
        row in
        try target.run(
          "INSERT INTO cell (sweep, position, coordinates) VALUES (?, ?, ?)", id.value,
          row[0] as DatabaseValue, row[1] as DatabaseValue)
      }
      try source.each(
        """
        SELECT l.position, l.replicate, l.is_shared, t.key FROM cell_trial l
        JOIN trial t ON t.id = l.trial WHERE l.sweep = ?
        """, sweep.id.value
      ) { row in
        try target.run(
          """
          INSERT INTO cell_trial (sweep, position, replicate, is_shared, trial) \
          SELECT ?, ?, ?, ?, id FROM trial WHERE key = ?
          """, id.value, row[0] as DatabaseValue, row[1] as DatabaseValue, row[2] as DatabaseValue,
          row[3] as DatabaseValue)
      }
      return nil
    }
    if isSame == nil { counts.sweeps += 1 }
    if isSame == false { counts.otherGrids.append(definition.name) }
  }

  func finish() throws {
    guard counts.hasChanged else { return }
    let text =
      "took over \(counts.added) results and \(counts.sweeps) sweeps of the catalog "
      + source.description
    try target.writeNow(Self.purpose) {
      try $0.appendEvent(.imported, text, atMicroseconds: timeMicroseconds)
    }
  }
}
