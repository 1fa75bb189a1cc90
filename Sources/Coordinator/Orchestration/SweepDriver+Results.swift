import CatalogStore
import Protocol
import Scheduling
import Transport

extension ResultInbox {
  mutating func add(
    _ result: TrialResult, node: NodeName, spool: UniqueID, sequence: UInt64, at seconds: Double
  ) {
    results.append((node, spool, sequence, result))
    keptBytes += result.kept.byteCount
    sinceSeconds = sinceSeconds ?? seconds
  }
}

extension SweepDriver {
  /// Commits when many results wait, or one has waited long enough.
  func commitWhenDue() async throws {
    guard let since = inbox.sinceSeconds,
      inbox.results.count >= ResultInbox.countMax || inbox.keptBytes >= ResultInbox.keptBytesMax
        || now - since >= ResultInbox.waitSeconds
    else { return }
    try await commit()
  }

  /// Stores what has come, then tells the workers that they may forget it.
  func commit() async throws {
    guard !inbox.results.isEmpty || !inbox.setAside.isEmpty else { return }
    let batch = inbox
    inbox = ResultInbox()
    let received = batch.results.map {
      ReceivedResult(node: $0.node, spool: $0.spool, sequence: $0.sequence, result: $0.result)
    }
    let recorded = try await store(received, setAside: batch.setAside)
    for (entry, record) in zip(batch.results, recorded) {
      count(entry.result, from: entry.node, record.disposition)
    }
    let settled = recorded.compactMap { $0.disposition == .alreadyCommitted ? nil : $0.trial }
    let unsettled = batch.setAside.subtracting(settled)
    if !unsettled.isEmpty {
      // Its attempt had another answer before, under the name of another node.
      try await setAside(unsettled, "Its attempts failed on every node.")
    }
    var latest: [NodeName: UInt64] = [:]
    for entry in batch.results { latest[entry.node] = entry.sequence }
    for (name, sequence) in latest {
      connections[name]?.link.send(FrameEncoder.frame(ToWorker.acknowledge(sequence)))
    }
  }

  /// Makes the failure of trials final that no answer makes so.
  func setAside(_ trials: Set<TrialID>, _ message: String) async throws {
    try await catalog.setAside(
      trials.sorted(), failure: .crashed, message: message, atMicroseconds: microseconds)
    for trial in trials.sorted() {
      guard let key = knownTrials[trial] else { continue }
      knownTrials.remove(key)
      listener.notice("Trial \(key.abbreviated) failed for good: \(message)")
    }
    tally.recount(try await catalog.counts(of: sweep.id))
  }

  /// Stores results; while the disk is full, waits and tries again: the workers keep everything.
  private func store(
    _ results: [ReceivedResult], setAside: Set<TrialID>
  ) async throws -> [RecordedResult] {
    while true {
      switch await attempt(results, setAside: setAside) {
      case .success(let recorded): return recorded
      case .failure(let error):
        guard error.isTransient else { throw error }
        listener.notice("\(error.message). Trying again in 5 s; nothing is lost.")
        try await Task.sleep(for: .seconds(5))
      }
    }
  }

  private func attempt(
    _ results: [ReceivedResult], setAside: Set<TrialID>
  ) async -> Result<[RecordedResult], CatalogError> {
    do throws(CatalogError) {
      return .success(
        try await catalog.record(results, setAside: setAside, atMicroseconds: microseconds))
    } catch {
      return .failure(error)
    }
  }

  private func count(
    _ result: TrialResult, from name: NodeName, _ disposition: RecordedResult.Disposition
  ) {
    let isOfThisSweep = knownTrials[result.key] != nil
    let hasKept = sweep.definition.keep.words.allSatisfy(result.kept.asked.contains)
    switch disposition {
    case .counted:
      guard isOfThisSweep else { return }
      tally.count(result.outcome, hasKept: hasKept)
      forget(result.key)
    case .failedForGood:
      tally.count(result.outcome)
      forget(result.key)
      listener.notice("Trial \(result.key.abbreviated) failed for good: \(result.outcome.words)")
    case .failedAttempt:
      listener.notice(
        "Trial \(result.key.abbreviated), attempt \(result.attempt.rawValue) on \(name), failed: "
          + result.outcome.words)
    case .contradicted:
      listener.notice(
        "DETERMINISM FAULT: trial \(result.key.abbreviated) gave other numbers on \(name) than "
          + "before; the first result stays. Ask 'phasegrid why \(result.key.abbreviated)'.")
    case .repeated:
      // It was trained again for what is to be kept of it.
      guard isOfThisSweep, hasKept else { return }
      tally.countKept()
      forget(result.key)
    case .failedLate, .unknownTrial, .alreadyCommitted:
      break
    }
  }

  /// Waits for no more of a trial.
  private func forget(_ key: TrialKey) {
    knownTrials.remove(key)
    shelf.remove(key)
  }

  /// Tells the listener how far the sweep is, if it is time to.
  func report() {
    listener.progress(currentProgress())
  }

  func currentProgress() -> Progress {
    tally.progress(
      running: connections.values.reduce(0) { $0 + $1.running.count },
      nodesReady: connections.count { $0.value.held == nil && $0.value.attached != nil },
      nodes: nodes.count { $0.value.trains || connections[$0.key] != nil }, at: now)
  }
}

extension TrialOutcome {
  /// The outcome in words, for a notice.
  var words: String {
    switch self {
    case .completed(let stop): "completed (\(stop.rawValue))"
    case .diverged: "diverged"
    case .failed(let reason, let text):
      text.isEmpty ? reason.rawValue : "\(reason.rawValue): \(text)"
    }
  }
}
