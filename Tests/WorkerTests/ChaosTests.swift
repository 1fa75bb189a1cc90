import Glibc
import Protocol
import TestSupport
import Testing

/// A coordinator that loses everything but what it has committed, and a worker that is killed.
@Suite(.timeLimit(.minutes(2))) struct ChaosTests {
  /// What a coordinator knows.
  private struct Ledger {
    var spool: UniqueID?
    var committed: UInt64 = 0
    var results: [TrialKey: [TrialResult]] = [:]
    var attempts: [TrialKey: UInt32] = [:]

    mutating func take(_ sequence: UInt64, _ result: TrialResult) {
      #expect(sequence == committed + 1, "records come in order and without gaps")
      committed = sequence
      results[result.key, default: []].append(result)
    }
  }

  private static let count = 150

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `whatever is killed, every trial comes once`(seed: UInt64) async throws {
    try await WorkerWorld.with { world in
      var random = SeededGenerator(seed: seed)
      var ledger = Ledger()
      let keys = (0..<Self.count).map(IdleTrials.key)
      while Set(ledger.results.keys) != Set(keys) {
        let (client, attached) = try await world.attach(
          slots: .count(2), spool: ledger.spool, committed: ledger.committed)
        if attached.spool != ledger.spool { ledger.committed = 0 }
        ledger.spool = attached.spool
        try await Self.catchUp(client, attached, &ledger)
        Self.assignMissing(client, attached, &ledger)
        let target = min(Self.count, ledger.results.count + .random(in: 5...40, using: &random))
        while ledger.results.count < target {
          guard case .record(let sequence, let result) = try await client.nextNews() else {
            throw WorldError(what: "a record was expected")
          }
          ledger.take(sequence, result)
          if Bool.random(using: &random) { client.send(.acknowledge(sequence)) }
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: for slot in world.processes("slot").prefix(1) { kill(slot, SIGKILL) }
        case 1: for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
        case 2: try await client.cut()
        default: try await client.close()
        }
      }
      // Killing a slot is a result too, of an attempt that failed; a trial is finished once.
      for (key, results) in ledger.results {
        let finished = results.filter { $0.outcome == .completed(.steps) }
        #expect(finished.count <= 1, "\(key)")
        #expect(Set(results.map(\.attempt)).count == results.count, "\(key)")
      }
    }
  }

  /// Takes the records that the worker had when it was greeted.
  private static func catchUp(
    _ client: WorkerClient, _ attached: Attached, _ ledger: inout Ledger
  ) async throws {
    while ledger.committed + 1 < attached.nextSequence {
      guard case .record(let sequence, let result) = try await client.nextNews() else {
        throw WorldError(what: "a record was expected")
      }
      ledger.take(sequence, result)
    }
  }

  /// Assigns what has no result and is not held, under a new attempt number.
  private static func assignMissing(
    _ client: WorkerClient, _ attached: Attached, _ ledger: inout Ledger
  ) {
    let held = Set(attached.held.map(\.trial.key))
    let missing = (0..<count).filter {
      ledger.results[IdleTrials.key($0)] == nil && !held.contains(IdleTrials.key($0))
    }
    for index in missing {
      let attempt = (ledger.attempts[IdleTrials.key(index)] ?? 0) + 1
      ledger.attempts[IdleTrials.key(index)] = attempt
      client.send(.assign(IdleTrials.shard([index], attempt: attempt, seconds: 0.002)))
    }
  }
}
