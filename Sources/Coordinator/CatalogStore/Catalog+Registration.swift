import GRDB
package import Planning
package import Protocol

extension Catalog {
  /// Registers what ``SweepDefinition/init(plan:studyDescriptionJSON:)`` keeps of a plan.
  /// - Parameters:
  ///   - plan: the sweep.
  ///   - trials: its trials in grid order.
  ///   - studyDescriptionJSON: the study as the worker described it.
  ///   - time: now, in microseconds since 1970.
  /// - Returns: the sweep's row, and what of the grid the catalog had.
  /// - Throws: as ``register(_:trials:atMicroseconds:)``.
  package func register(
    _ plan: SweepPlan, trials: some Sequence<PlannedTrial> & Sendable,
    studyDescriptionJSON: String, atMicroseconds time: Int64
  ) async throws(CatalogError) -> (sweep: SweepID, counts: GridCounts) {
    try await register(
      SweepDefinition(plan: plan, studyDescriptionJSON: studyDescriptionJSON), trials: trials,
      atMicroseconds: time)
  }

  /// Makes the sweep of this name ask for these trials.
  ///
  /// A sweep that exists gets the new grid in the place of its old one; trials stay for ever, so
  /// that an extended grid finds what the smaller one has trained. Registering opens a paused or
  /// cancelled sweep again.
  /// - Parameters:
  ///   - definition: what the sweep asks for.
  ///   - trials: its trials in grid order, which are asked for one by one.
  ///   - time: now, in microseconds since 1970.
  /// - Returns: the sweep's row, and what of the grid the catalog had.
  /// - Throws: `catalog.other-study` when a sweep of this name trains another study, and the errors
  ///   of every change: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func register(
    _ definition: SweepDefinition, trials: some Sequence<PlannedTrial> & Sendable,
    atMicroseconds time: Int64
  ) async throws(CatalogError) -> (sweep: SweepID, counts: GridCounts) {
    try await write("register the sweep '\(definition.name)'") { database in
      let sweep = try database.upsert(definition, atMicroseconds: time)
      try database.run("DELETE FROM cell_trial WHERE sweep = ?", sweep.value)
      try database.run("DELETE FROM cell WHERE sweep = ?", sweep.value)
      var registration = Registration(sweep: sweep, keep: definition.keep)
      for trial in trials { try registration.add(trial, to: database) }
      return (sweep, registration.counts)
    }
  }

  /// Counts what the catalog has of a grid, and changes nothing.
  /// - Parameters:
  ///   - trials: the trials in grid order.
  ///   - keep: what of each is to be kept.
  ///   - visit: told each trial once, and how it stands.
  /// - Returns: what ``register(_:trials:atMicroseconds:)`` would.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func preview(
    trials: some Sequence<PlannedTrial> & Sendable, keep: KeepRequest = .nothing,
    visit: @escaping @Sendable (PlannedTrial, TrialPresence) -> Void = { _, _ in }
  ) async throws(CatalogError) -> GridCounts {
    let words = keep.words
    return try await read("look up trials") { database in
      var preview = GridPreview()
      for trial in trials {
        let standing = try database.standing(of: trial.key, keeping: words)
        if let presence = preview.add(trial, known: standing) { visit(trial, presence) }
      }
      return preview.counts
    }
  }

  /// Counts what the catalog at a path has of a grid; where there is no file, it has nothing.
  /// - Parameters:
  ///   - trials: the trials in grid order.
  ///   - keep: what of each is to be kept.
  ///   - path: the catalog, which need not exist.
  ///   - visit: told each trial once, and how it stands.
  /// - Returns: what ``register(_:trials:atMicroseconds:)`` would.
  /// - Throws: the errors of ``open(path:access:)`` but `catalog.missing`.
  package static func preview(
    trials: some Sequence<PlannedTrial> & Sendable, keep: KeepRequest = .nothing, path: String,
    visit: @escaping @Sendable (PlannedTrial, TrialPresence) -> Void = { _, _ in }
  ) async throws(CatalogError) -> GridCounts {
    switch try CatalogFile(path: path).inspect() {
    case .catalog:
      return try await open(path: path, access: .reader)
        .preview(trials: trials, keep: keep, visit: visit)
    case .missing, .empty:
      var preview = GridPreview()
      for trial in trials {
        if let presence = preview.add(trial, known: nil) { visit(trial, presence) }
      }
      return preview.counts
    }
  }
}

/// How a trial of a grid stands before the grid is registered.
package enum TrialPresence: Hashable, Sendable {
  /// It is to be trained.
  case missing
  /// It has been trained, in so much processor time; `nil` where it has failed for good.
  case trained(cpuSeconds: Double?)
}

/// Counts the cells and trials of a grid as they pass.
private struct GridPreview {
  private(set) var counts = GridCounts()
  private var lastPosition: Int?
  private var seen = TrialSet()
  // Eight of the thirty-two bytes are enough to count by: two of a million trials share them with a
  // probability of 3e-8.
  private var unknown: Set<UInt64> = []

  /// Takes in a trial of the grid, with what the catalog knows of it.
  /// - Returns: how it stands; `nil` where it was met before.
  mutating func add(_ trial: PlannedTrial, known: TrialStanding?) -> TrialPresence? {
    if trial.cell.position != lastPosition {
      lastPosition = trial.cell.position
      counts.cells += 1
    }
    counts.rows += 1
    if let known {
      guard seen.insert(known.id) else { return nil }
      counts.count(known)
      guard let outcome = known.outcome, !known.isUnkept else { return .missing }
      return .trained(cpuSeconds: outcome == "failed" ? nil : known.cpuSeconds)
    }
    guard unknown.insert(trial.key.leadingWord).inserted else { return nil }
    counts.trials += 1
    return .missing
  }
}

/// The row of a trial and its outcome.
private struct TrialStanding {
  let id: TrialID
  var outcome: String?
  var cpuSeconds: Double?
  /// Whether it has a result, and its training kept less than is asked for.
  var isUnkept = false
}

/// Writes the cells, links and missing trials of one sweep.
private struct Registration {
  let sweep: SweepID
  let keepWords: [String]
  private(set) var counts = GridCounts()
  private var lastPosition: Int?
  private var seen = TrialSet()
  private var encoder = ParameterEncoder()

  init(sweep: SweepID, keep: KeepRequest) {
    self.sweep = sweep
    keepWords = keep.words
  }

  mutating func add(_ trial: PlannedTrial, to database: Database) throws {
    let position = trial.cell.position
    if position != lastPosition {
      lastPosition = position
      counts.cells += 1
      try database.run(
        "INSERT INTO cell (sweep, position, coordinates) VALUES (?, ?, ?)",
        sweep.value, position.value, ColumnCoding.text(of: trial.cell.values).value)
    }
    let standing =
      try database.standing(of: trial.key, keeping: keepWords)
      ?? TrialStanding(
        id: database.insert(
          trial.key, trial.specification,
          numericsRevision: trial.specification.numerics.revision, &encoder))
    let isFirst = seen.insert(standing.id)
    try database.run(
      """
      INSERT INTO cell_trial (sweep, position, replicate, trial, is_shared) VALUES (?, ?, ?, ?, ?)
      """, sweep.value, position.value, trial.specification.replicate.value, standing.id.value,
      (isFirst ? 0 : 1).value)
    counts.rows += 1
    if isFirst { counts.count(standing) }
  }
}

extension Database {
  /// Adds a trial that has no outcome.
  func insert(
    _ key: TrialKey, _ specification: TrialSpecification, numericsRevision: UInt32,
    _ encoder: inout ParameterEncoder
  ) throws -> TrialID {
    let keyed = Set(specification.keyParameters)
    let unkeyed = specification.parameters.keys.filter { !keyed.contains($0) }.sorted()
    try run(
      """
      INSERT INTO trial (key, study, revision, numerics, numerics_revision, replicate, seeds, \
      unkeyed, parameters) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      key.value, specification.study.value, specification.revision.value,
      specification.numerics.rawValue.value, numericsRevision.value,
      specification.replicate.value, ColumnCoding.text(of: specification.seeds).value,
      ColumnCoding.text(of: unkeyed).value, encoder.text(of: specification.parameters).value)
    return TrialID(lastInsertedRowID)
  }
}

extension GridCounts {
  /// Counts a trial that was not counted yet.
  fileprivate mutating func count(_ standing: TrialStanding) {
    trials += 1
    if standing.isUnkept { unkept += 1 }
    switch standing.outcome {
    case "completed": completed += 1
    case "diverged": diverged += 1
    case "failed": failed += 1
    default: break
    }
  }
}

extension Database {
  fileprivate func standing(
    of key: TrialKey, keeping words: [String]
  ) throws -> TrialStanding? {
    try first("SELECT id, outcome, cpu_seconds FROM trial WHERE key = ?", key.value) { row in
      let id = TrialID(try row.decode(atIndex: 0))
      let outcome: String? = try row.decode(atIndex: 1)
      let hasResult = outcome == "completed" || outcome == "diverged"
      return TrialStanding(
        id: id, outcome: outcome, cpuSeconds: try row.decode(atIndex: 2),
        isUnkept: try hasResult && !hasKept(words, of: id))
    }
  }

  /// Writes a sweep's row.
  func upsert(
    _ definition: SweepDefinition, atMicroseconds time: Int64
  ) throws -> SweepID {
    let study = try first("SELECT study FROM sweep WHERE name = ?", definition.name.value) { row in
      try row.decode(String.self, atIndex: 0)
    }
    if let study, study != definition.study {
      throw CatalogError(
        .otherStudy,
        "cannot register the sweep '\(definition.name)' of the study '\(definition.study)': the "
          + "catalog has a sweep of this name that trains '\(study)'",
        remedy: "Give the sweep another name, or name another catalog with --catalog.")
    }
    try run(
      """
      INSERT INTO sweep (name, study, revision, numerics, state, memory_limit_bytes, \
      time_limit_seconds, created_microseconds, updated_microseconds, axes, measures, replicates, \
      file, study_description, files, keep) \
      VALUES (?1, ?2, ?3, ?4, 'open', ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
      ON CONFLICT (name) DO UPDATE SET revision = ?3, numerics = ?4, state = 'open', \
      memory_limit_bytes = ?5, time_limit_seconds = ?6, updated_microseconds = ?7, axes = ?8, \
      measures = ?9, replicates = ?10, file = ?11, study_description = ?12, files = ?13, keep = ?14
      """,
      definition.name.value, definition.study.value, definition.revision.value,
      definition.numerics.rawValue.value,
      definition.limits.memoryBytes.map { Int64(clamping: $0) }.value,
      definition.limits.timeSeconds.value, time.value, Axis.text(of: definition.axes).value,
      ColumnCoding.text(of: definition.measures).value,
      SweepRecord.text(of: definition.replicates).value, definition.text.value,
      definition.studyDescriptionJSON.value, DataFile.text(of: definition.files).value,
      SweepRecord.text(of: definition.keep).value)
    let id = try first("SELECT id FROM sweep WHERE name = ?", definition.name.value) { row in
      SweepID(try row.decode(atIndex: 0))
    }
    guard let id else { throw DatabaseError(message: "a sweep that was written is not there") }
    return id
  }
}
