import GRDB
package import Protocol

extension Catalog {
  /// Records what nodes have sent, in one transaction: when it returns, all of it may be
  /// acknowledged.
  ///
  /// A trial's first result counts, whichever attempt it is of, also when that attempt was given up
  /// or the trial set aside. Every later one is compared with it bit by bit, where all NaNs are the
  /// same. What the catalog holds of each spool moves in the same transaction.
  /// - Parameters:
  ///   - batch: the results, those of one node in the order of their sequence.
  ///   - setAside: the trials whose failure, if this batch brings one, is final.
  ///   - time: now, in microseconds since 1970.
  /// - Returns: what became of each, in the order of `batch`.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`; then
  ///   nothing of the batch is recorded, and the same call may be made again.
  package func record(
    _ batch: [ReceivedResult], setAside: Set<TrialID> = [], atMicroseconds time: Int64
  ) async throws(CatalogError) -> [RecordedResult] {
    try await write("record results") { database in
      var recording = Recording(setAside: setAside, timeMicroseconds: time)
      let recorded = try batch.map { try recording.record($0, in: database) }
      try recording.commitSequences(in: database)
      return recorded
    }
  }
}

/// One batch on its way into the catalog.
private struct Recording {
  let setAside: Set<TrialID>
  let timeMicroseconds: Int64
  private var nodes: [NodeName: NodeProgress] = [:]

  init(setAside: Set<TrialID>, timeMicroseconds: Int64) {
    self.setAside = setAside
    self.timeMicroseconds = timeMicroseconds
  }

  mutating func record(
    _ received: ReceivedResult, in database: Database
  ) throws -> RecordedResult {
    guard try advance(received, database) else {
      return RecordedResult(trial: nil, disposition: .alreadyCommitted)
    }
    let result = received.result
    guard let standing = try TrialStanding(of: result, in: database) else {
      try database.appendEvent(
        .unknownTrial,
        "a result came for the trial \(result.key), attempt \(result.attempt.rawValue), which this "
          + "catalog does not know",
        node: received.node, atMicroseconds: timeMicroseconds)
      return RecordedResult(trial: nil, disposition: .unknownTrial)
    }
    let disposition =
      if case .failed(let failure, let message) = result.outcome {
        try recordFailure(failure, message, received, standing, database)
      } else if standing.hasResult {
        try compare(received, standing, database)
      } else {
        try count(received, standing, database)
      }
    return RecordedResult(trial: standing.id, disposition: disposition)
  }

  func commitSequences(in database: Database) throws {
    for (node, progress) in nodes {
      try database.run(
        """
        UPDATE node SET spool = ?, committed_sequence = ?, last_seen_microseconds = ? \
        WHERE name = ?
        """, progress.spool?.value ?? .null, progress.committed.value, timeMicroseconds.value,
        node.value)
    }
  }

  /// Moves what is committed of the node's spool; false when it was committed before.
  private mutating func advance(_ received: ReceivedResult, _ database: Database) throws -> Bool {
    var progress =
      if let known = nodes[received.node] { known } else {
        try NodeProgress(of: received.node, in: database)
      }
    if progress.spool != received.spool {
      progress.spool = received.spool
      progress.committed = 0
    }
    let isNew = received.sequence > progress.committed
    if isNew { progress.committed = received.sequence }
    nodes[received.node] = progress
    return isNew
  }

  private func recordFailure(
    _ failure: FailureReason, _ message: String, _ received: ReceivedResult,
    _ standing: TrialStanding, _ database: Database
  ) throws -> RecordedResult.Disposition {
    // What this attempt has answered stays: a record that came twice must not undo a result.
    if standing.attemptState?.isAnswered == true { return .alreadyCommitted }
    try close(received, standing, as: .failed, database)
    if standing.outcome != nil { return .failedLate }
    guard setAside.contains(standing.id) else { return .failedAttempt }
    try database.run(
      """
      UPDATE trial SET outcome = 'failed', failure = ?, message = ?, attempt = ?, steps = ?, \
      cpu_seconds = ?, wall_seconds = ?, finished_microseconds = ? WHERE id = ?
      """, failure.rawValue.value, message.value, received.result.attempt.value,
      received.result.steps.value, received.result.cpuSeconds.value,
      received.result.wallSeconds.value, finishedMicroseconds(received.result).value,
      standing.id.value)
    return .failedForGood
  }

  private func count(
    _ received: ReceivedResult, _ standing: TrialStanding, _ database: Database
  ) throws -> RecordedResult.Disposition {
    let result = received.result
    try database.run(
      """
      UPDATE trial SET outcome = ?, stop = ?, failure = NULL, message = NULL, attempt = ?, \
      steps = ?, cpu_seconds = ?, wall_seconds = ?, finished_microseconds = ? WHERE id = ?
      """, result.outcome.word.value, result.outcome.stopWord.value, result.attempt.value,
      result.steps.value, result.cpuSeconds.value, result.wallSeconds.value,
      finishedMicroseconds(result).value, standing.id.value)
    try database.insert(MeasureSet(result.measures), of: standing.id)
    try database.insert(result.kept, of: standing.id)
    try close(
      received, standing, as: result.outcome == .diverged ? .diverged : .completed, database)
    return .counted
  }

  private func compare(
    _ received: ReceivedResult, _ standing: TrialStanding, _ database: Database
  ) throws -> RecordedResult.Disposition {
    let stored = try StoredResult(of: standing.id, in: database)
    let difference = stored.numbers.difference(from: ResultNumbers(received.result))
    if let difference {
      try database.appendEvent(
        .determinismFault,
        "attempt \(received.result.attempt.rawValue) on '\(received.node)' gave another result "
          + "than \(stored.source): \(difference); the first result stays",
        node: received.node, trial: standing.id, atMicroseconds: timeMicroseconds)
    } else {
      // What another training kept is of the same numbers: it may be what this one was for.
      try database.insert(received.result.kept, of: standing.id)
    }
    if standing.attemptState?.isAnswered == true {
      return difference == nil ? .alreadyCommitted : .contradicted
    }
    let reason =
      "the trial had its result from \(stored.source)" + (stored.givenUp.map { "; \($0)" } ?? "")
      + (difference.map { "; it differs: \($0)" } ?? "")
    try close(received, standing, as: .repeat, reason: reason, database)
    return difference == nil ? .repeated : .contradicted
  }

  /// Writes what the attempt took; one that the catalog does not know gets its row first, and one
  /// that answers under another node's name moves there.
  ///
  /// The reason why an attempt was given up stays when it answers after all. The node is written
  /// only where it changes: a statement that might break a reference makes SQLite keep a journal of
  /// its own for it, which takes longer than the rest of it.
  private func close(
    _ received: ReceivedResult, _ standing: TrialStanding, as state: AttemptState,
    reason: String? = nil, _ database: Database
  ) throws {
    let result = received.result
    if standing.attemptState == nil {
      try database.run(
        """
        INSERT INTO attempt (trial, number, node, state, assigned_microseconds) \
        VALUES (?, ?, ?, 'running', ?)
        """, standing.id.value, result.attempt.value, received.node.value, timeMicroseconds.value)
    } else if standing.attemptNode != received.node.rawValue {
      try database.run(
        "UPDATE attempt SET node = ? WHERE trial = ? AND number = ?", received.node.value,
        standing.id.value, result.attempt.value)
    }
    var failure: FailureReason?
    var message: String?
    if case .failed(let why, let words) = result.outcome { (failure, message) = (why, words) }
    try database.run(
      """
      UPDATE attempt SET slot = ?, state = ?, started_microseconds = ?, closed_microseconds = ?, \
      cpu_seconds = ?, wall_seconds = ?, peak_memory_bytes = ?, core = ?, release = ?, \
      failure = ?, message = ?, \
      reason = CASE WHEN ?12 IS NULL THEN reason WHEN reason IS NULL THEN ?12 \
      ELSE reason || '; ' || ?12 END WHERE trial = ? AND number = ?
      """,
      result.slot.rawValue.value, state.rawValue.value, result.startedMicroseconds.value,
      timeMicroseconds.value, result.cpuSeconds.value, result.wallSeconds.value,
      result.peakMemoryBytes.value, result.core.value, (nodes[received.node]?.release).value,
      (failure?.rawValue).value, message.value, reason.value, standing.id.value,
      result.attempt.value)
  }

  /// When the training ended by the node's clock; by the coordinator's where that says nothing.
  private func finishedMicroseconds(_ result: TrialResult) -> Int64 {
    let wall = Int64(exactly: (result.wallSeconds * 1e6).rounded())
    guard result.startedMicroseconds > 0, let wall, wall >= 0 else { return timeMicroseconds }
    let (finished, overflows) = result.startedMicroseconds.addingReportingOverflow(wall)
    return overflows ? timeMicroseconds : finished
  }
}

/// What the catalog holds of a node's spool, and the node's release.
private struct NodeProgress {
  var spool: UniqueID?
  var committed: UInt64
  let release: String

  init(of node: NodeName, in database: Database) throws {
    try database.ensure(node)
    let row = try database.first(
      "SELECT spool, committed_sequence, release FROM node WHERE name = ?", node.value
    ) { row in
      (
        UniqueID(bytes: row.bytes(0)), UInt64(clamping: try row.decode(Int64.self, atIndex: 1)),
        try row.decode(String.self, atIndex: 2)
      )
    }
    (spool, committed, release) = row ?? (nil, 0, "")
  }
}

/// What the catalog knows of a trial and of the attempt that answers for it.
private struct TrialStanding {
  let id: TrialID
  let outcome: String?
  let attemptState: AttemptState?
  let attemptNode: String?

  /// Whether the outcome is a result: a failure is none.
  var hasResult: Bool { outcome == "completed" || outcome == "diverged" }

  init?(of result: TrialResult, in database: Database) throws {
    let row = try database.first(
      """
      SELECT t.id, t.outcome, a.state, a.node FROM trial t
      LEFT JOIN attempt a ON a.trial = t.id AND a.number = ?2 WHERE t.key = ?1
      """, result.key.value, result.attempt.value
    ) { row in
      (
        TrialID(try row.decode(atIndex: 0)), try row.decode(String?.self, atIndex: 1),
        try row.decode(String?.self, atIndex: 2).flatMap(AttemptState.init(rawValue:)),
        try row.decode(String?.self, atIndex: 3)
      )
    }
    guard let row else { return nil }
    (id, outcome, attemptState, attemptNode) = row
  }
}
