import GRDB
package import Protocol

extension Catalog {
  /// Writes down that trials are handed to a node, before they are sent.
  /// - Parameters:
  ///   - attempts: the trials with the numbers of these tries.
  ///   - node: where they go.
  ///   - time: now, in microseconds since 1970.
  /// - Throws: `catalog.attempt-exists`, and then nothing is written, when a number was used
  ///   before; `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func assign(
    _ attempts: [AttemptID], to node: NodeName, atMicroseconds time: Int64
  ) async throws(CatalogError) {
    try await write("assign trials to '\(node)'") { database in
      try database.ensure(node)
      for attempt in attempts {
        do {
          try database.run(
            """
            INSERT INTO attempt (trial, number, node, state, assigned_microseconds) \
            VALUES (?, ?, ?, 'assigned', ?)
            """, attempt.trial.value, attempt.number.value, node.value, time.value)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
          throw CatalogError(
            .attemptExists,
            "cannot assign attempt \(attempt.number.rawValue) of trial \(attempt.trial.rawValue) "
              + "to '\(node)': the trial has it already, or there is no such trial",
            remedy: "Report this with the command that led to it.", underlying: "\(error)")
        }
      }
    }
  }

  /// Writes down that slots train these attempts; those that have ended stay as they are.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func noteRunning(_ attempts: [AttemptID]) async throws(CatalogError) {
    try await write("note running trials") { database in
      for attempt in attempts {
        try database.run(
          """
          UPDATE attempt SET state = 'running' \
          WHERE trial = ? AND number = ? AND state = 'assigned'
          """, attempt.trial.value, attempt.number.value)
      }
    }
  }

  /// Ends attempts that gave no answer; those that have ended stay as they are.
  /// - Parameters:
  ///   - attempts: what a node no longer holds, or is no longer believed to hold.
  ///   - end: how they ended.
  ///   - reason: why, in words.
  ///   - time: now, in microseconds since 1970.
  /// - Returns: how many were open.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  @discardableResult
  package func closeAttempts(
    _ attempts: [AttemptID], as end: AttemptEnd, reason: String, atMicroseconds time: Int64
  ) async throws(CatalogError) -> Int {
    try await write("close attempts") { database in
      var count = 0
      for attempt in attempts {
        try database.run(
          """
          UPDATE attempt SET state = ?, reason = ?, closed_microseconds = ? \
          WHERE trial = ? AND number = ? AND state IN ('assigned', 'running')
          """, end.rawValue.value, reason.value, time.value, attempt.trial.value,
          attempt.number.value)
        count += database.changesCount
      }
      return count
    }
  }

  /// Sets trials aside that take their nodes down without an answer.
  /// - Parameters:
  ///   - trials: those whose failure is now final; trials with an outcome stay as they are.
  ///   - failure: what is believed to happen to them.
  ///   - message: the same in words.
  ///   - time: now, in microseconds since 1970.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func setAside(
    _ trials: [TrialID], failure: FailureReason, message: String, atMicroseconds time: Int64
  ) async throws(CatalogError) {
    try await write("set trials aside") { database in
      for trial in trials {
        try database.run(
          """
          UPDATE trial SET outcome = 'failed', failure = ?, message = ?, finished_microseconds = ? \
          WHERE id = ? AND outcome IS NULL
          """, failure.rawValue.value, message.value, time.value, trial.value)
      }
    }
  }

  /// Makes the trials of a sweep that failed for good pending again; their attempts are kept, and
  /// no longer count as failures.
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - trials: which of its trials; `nil` for all that failed.
  /// - Returns: how many.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  @discardableResult
  package func retryFailed(
    of sweep: SweepID, trials: Set<TrialID>? = nil
  ) async throws(CatalogError) -> Int {
    try await write("retry failed trials") { database in
      var failed: [TrialID] = []
      try database.each(
        """
        SELECT l.trial FROM cell_trial l
        CROSS JOIN trial t INDEXED BY trial_outcome ON t.id = l.trial
        WHERE l.sweep = ? AND l.is_shared = 0 AND t.outcome = 'failed'
        """, sweep.value
      ) { failed.append(TrialID(try $0.decode(atIndex: 0))) }
      let chosen = failed.filter { trials?.contains($0) ?? true }
      for trial in chosen {
        try database.run(
          """
          UPDATE trial SET outcome = NULL, failure = NULL, message = NULL, attempt = NULL, \
          steps = NULL, cpu_seconds = NULL, wall_seconds = NULL, finished_microseconds = NULL, \
          forgiven_attempts = (SELECT coalesce(max(number), 0) FROM attempt WHERE trial = ?1) \
          WHERE id = ?1
          """, trial.value)
      }
      return chosen.count
    }
  }
}

extension Database {
  /// Makes sure that a node has a row that attempts can point to.
  func ensure(_ node: NodeName) throws {
    try run("INSERT INTO node (name) VALUES (?) ON CONFLICT DO NOTHING", node.value)
  }
}
