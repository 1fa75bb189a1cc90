import Glibc
import Protocol
import TestSupport
import Testing

/// What a worker tells between its results.
@Suite(.timeLimit(.minutes(2))) struct NewsTests {
  @Test func `only an answer carries the number of a heartbeat`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.heartbeat(7))
      try await client.wait(for: .heartbeat(7, running: []))
      // One that comes by itself tells of the trial.
      client.send(.assign(IdleTrials.shard(0..<1, seconds: 3600)))
      var numbers: [UInt64] = []
      while !numbers.contains(0), case .heartbeat(let number, _) = try await client.next() {
        numbers.append(number)
      }
      client.send(.heartbeat(9))
      while !numbers.contains(9), case .heartbeat(let number, _) = try await client.next() {
        numbers.append(number)
      }
      #expect(numbers.last == 9 && numbers.count { $0 == 9 } == 1)
      #expect(Set(numbers).isSubset(of: [0, 9, WorkerClient.lifeNumber]))
    }
  }

  @Test func `trials that begin are told of before the next sign of life is due`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<12, seconds: 0.4)))
      var told: [TrialAttempt] = []
      var finished = 0
      while finished < 12, let message = try await client.next() {
        switch message {
        case .heartbeat(_, let running): told += running
        case .record: finished += 1
        default: throw WorldError(what: "\(message)")
        }
      }
      // The signs of life of such a time, two every two seconds, would tell of six at most.
      #expect(Set(told).count >= 8)
    }
  }

  @Test func `short trials are not told of one by one`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2))
      let start = ContinuousClock.now
      client.send(.assign(IdleTrials.shard(0..<1000, seconds: 0.001)))
      var (told, finished) = (0, 0)
      while finished < 1000, let message = try await client.next() {
        if case .heartbeat(0, _) = message { told += 1 }
        if case .record = message { finished += 1 }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(finished == 1000)
      #expect(Double(told) <= 4 * seconds + 1)
    }
  }
}
