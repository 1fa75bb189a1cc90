import GRDB
package import Protocol

extension Catalog {
  /// What a sweep misses, in grid order.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func pendingTrials(of sweep: SweepID) async throws(CatalogError) -> PendingTrials {
    try await read("list the missing trials") { database in
      var pending = PendingTrials()
      let keeps = try database.keepsAnything(sweep)
      try database.each(PendingTrials.trialsQuery(keeps), sweep.value) { row in
        pending.trials.append(
          PendingTrial(
            id: TrialID(try row.decode(atIndex: 0)),
            lastAttempt: try ColumnCoding.index(row.decode(atIndex: 1)),
            failedAttempts: try ColumnCoding.index(row.decode(atIndex: 2))))
      }
      try database.each(PendingTrials.openQuery(keeps), sweep.value) { row in
        pending.open.append(try OpenAttempt(row: row))
      }
      return pending
    }
  }

  /// The attempts that a node holds, as far as the catalog knows, of all sweeps.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func openAttempts(on node: NodeName) async throws(CatalogError) -> [OpenAttempt] {
    try await read("list the trials of '\(node)'") { database in
      var open: [OpenAttempt] = []
      try database.each(
        """
        SELECT a.trial, a.number, t.key, a.node, a.state
        FROM attempt a INDEXED BY attempt_open JOIN trial t ON t.id = a.trial
        WHERE a.node = ? AND a.state IN ('assigned', 'running') ORDER BY a.trial, a.number
        """, node.value
      ) { open.append(try OpenAttempt(row: $0)) }
      return open
    }
  }

  /// What a worker needs to train trials.
  /// - Returns: the trials in the order of `trials`.
  /// - Throws: `catalog.outdated-numerics` when the numbers of their profile have changed since
  ///   they were planned; `catalog.unknown-trial`, `catalog.damaged`, `catalog.input-output`,
  ///   `catalog.busy`.
  package func specifications(of trials: [TrialID]) async throws(CatalogError) -> [StoredTrial] {
    try await read("read trials") { database in
      try trials.map { id in
        let found = try database.first(
          "SELECT \(StoredTrial.columns) FROM trial WHERE id = ?", id.value
        ) { try StoredTrial(row: $0) }
        guard let trial = found else { throw CatalogError.unknownTrial("\(id.rawValue)") }
        guard trial.numericsRevision == trial.specification.numerics.revision else {
          throw CatalogError(
            .outdatedNumerics,
            "cannot train trial \(trial.key.abbreviated): it was planned for revision "
              + "\(trial.numericsRevision) of the numeric profile "
              + "'\(trial.specification.numerics.rawValue)', which is at revision "
              + "\(trial.specification.numerics.revision) now",
            remedy: "Plan the sweep anew with `phasegrid run` and its file.")
        }
        return trial
      }
    }
  }

  /// The rows of trials; keys that the catalog does not know are left out.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func trialIDs(of keys: [TrialKey]) async throws(CatalogError) -> [TrialKey: TrialID] {
    try await read("look up trials") { database in
      var found: [TrialKey: TrialID] = [:]
      for key in keys {
        found[key] = try database.first("SELECT id FROM trial WHERE key = ?", key.value) { row in
          TrialID(try row.decode(atIndex: 0))
        }
      }
      return found
    }
  }
}

extension PendingTrials {
  fileprivate static func trialsQuery(_ keeps: Bool) -> String {
    """
    SELECT t.id,
      (SELECT coalesce(max(number), 0) FROM attempt WHERE trial = t.id),
      (SELECT count(*) FROM attempt
        WHERE trial = t.id AND state = 'failed' AND number > r.forgiven_attempts)
    FROM cell_trial l
    CROSS JOIN trial t INDEXED BY trial_outcome ON t.id = l.trial
    JOIN trial r ON r.id = t.id
    WHERE l.sweep = ? AND l.is_shared = 0 AND \(KeptCondition.isPending(keeps))
    ORDER BY l.position, l.replicate
    """
  }

  fileprivate static func openQuery(_ keeps: Bool) -> String {
    """
    SELECT a.trial, a.number, t.key, a.node, a.state
    FROM cell_trial l
    JOIN attempt a INDEXED BY attempt_open ON a.trial = l.trial
    JOIN trial t ON t.id = a.trial
    WHERE l.sweep = ? AND l.is_shared = 0 AND a.state IN ('assigned', 'running')
      AND \(KeptCondition.isPending(keeps))
    ORDER BY l.position, l.replicate, a.number
    """
  }
}

extension OpenAttempt {
  fileprivate init(row: Row) throws {
    self.init(
      id: AttemptID(
        trial: TrialID(try row.decode(atIndex: 0)),
        number: AttemptNumber(try ColumnCoding.index(row.decode(atIndex: 1)))),
      key: try ColumnCoding.key(row.bytes(2)), node: NodeName(try row.decode(atIndex: 3)),
      isRunning: try row.decode(String.self, atIndex: 4) == "running")
  }
}

extension StoredTrial {
  /// The columns that ``init(row:)`` reads.
  static let columns = """
    id, key, study, revision, numerics, numerics_revision, replicate, seeds, unkeyed, parameters
    """

  init(row: Row) throws {
    let parameters = try ColumnCoding.parameters(row.decode(atIndex: 9))
    let unkeyed = Set(try ColumnCoding.names(row.decode(atIndex: 8)))
    self.init(
      id: TrialID(try row.decode(atIndex: 0)), key: try ColumnCoding.key(row.bytes(1)),
      specification: TrialSpecification(
        study: try row.decode(atIndex: 2),
        revision: try ColumnCoding.index(row.decode(atIndex: 3)),
        numerics: try ColumnCoding.profile(row.decode(atIndex: 4)), parameters: parameters,
        keyParameters: parameters.keys.filter { !unkeyed.contains($0) }.sorted(),
        seeds: try ColumnCoding.seeds(row.decode(atIndex: 7)),
        replicate: try ColumnCoding.index(row.decode(atIndex: 6))),
      numericsRevision: try ColumnCoding.index(row.decode(atIndex: 5)))
  }
}

extension CatalogError {
  /// A trial that is not in the catalog.
  static func unknownTrial(_ name: String) -> CatalogError {
    CatalogError(
      .unknownTrial, "cannot find the trial '\(name)' in the catalog",
      remedy: "Take a key from `phasegrid results NAME --provenance`.")
  }
}
