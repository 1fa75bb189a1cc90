import Glibc
import Protocol
import TestSupport
import Testing

@testable import WorkerCore

/// What happens inside slots, and to them.
@Suite(.timeLimit(.minutes(2))) struct SlotTests {
  private static func failure(_ result: TrialResult) -> (reason: FailureReason, words: String)? {
    if case .failed(let reason, let words) = result.outcome { (reason, words) } else { nil }
  }

  @Test func `a slot lives for many trials`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      let start = ContinuousClock.now
      client.send(.assign(IdleTrials.shard(0..<30)))
      _ = try await client.records(30)
      let slots = world.processes("slot")
      client.send(.assign(IdleTrials.shard(30..<60)))
      _ = try await client.records(30)
      let isSame = slots.count == 1 && world.processes("slot") == slots
      // A test that stood still meanwhile has given the slot the time to end for lack of trials.
      #expect(isSame || ContinuousClock.now - start >= .seconds(Daemon.idleSlotSeconds))
    }
  }

  @Test func `a slot that is killed costs one attempt`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<1, seconds: 3600)))
      client.send(.assign(IdleTrials.shard(1..<4)))
      try await client.waitUntilRunning(IdleTrials.attempt(0))
      for slot in world.processes("slot") { kill(slot, SIGKILL) }
      let results = try await client.records(4).map(\.result)
      #expect(results[0].key == IdleTrials.key(0))
      let failure = try #require(Self.failure(results[0]))
      #expect(failure.reason == .crashed && failure.words.contains("signal 9"))
      #expect(results[1...].allSatisfy { $0.outcome == .completed(.steps) })
    }
  }

  @Test func `a trial that crashes takes no other with it`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      // Short trials are inside the slot together when one of them crashes.
      client.send(.assign(IdleTrials.shard(0..<40)))
      client.send(.assign(IdleTrials.shard(40..<41, ending: "crash")))
      client.send(.assign(IdleTrials.shard(41..<80)))
      let results = try await client.records(80).map(\.result)
      #expect(results.map(\.key) == (0..<80).map(IdleTrials.key))
      let failed = results.filter { Self.failure($0) != nil }
      #expect(failed.map(\.key) == [IdleTrials.key(40)])
      #expect(Self.failure(failed[0])?.words.contains("signal 6") == true)
    }
  }

  @Test func `a trial beyond its time is ended and the next one is trained`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      let limits = TrialLimits(timeSeconds: 0.5)
      client.send(.assign(IdleTrials.shard(0..<1, seconds: 600, limits: limits)))
      client.send(.assign(IdleTrials.shard(1..<2, limits: limits)))
      let results = try await client.records(2).map(\.result)
      let failure = try #require(Self.failure(results[0]))
      #expect(failure.reason == .time && failure.words.contains("0.5 s"))
      #expect(results[0].wallSeconds >= 0.5)
      #expect(results[1].outcome == .completed(.steps))
    }
  }

  @Test func `a trial that needs more memory than its limit fails for memory`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      var shard = IdleTrials.shard(0..<1, limits: TrialLimits(memoryBytes: 64 << 20))
      shard.study = "two-layer-phase-diagram"
      shard.shared = ["width": .integer(1_000_000)]
      shard.entries[0].parameters = [:]
      client.send(.assign(shard))
      client.send(.assign(IdleTrials.shard(1..<2)))
      let results = try await client.records(2).map(\.result)
      #expect(Self.failure(results[0])?.reason == .memory, "\(results[0].outcome)")
      #expect(results[1].outcome == .completed(.steps))
    }
  }

  /// Something about a shard that this worker cannot train, and a word of the refusal.
  enum Fault: String, CaseIterable {
    case unknownStudy = "no study 'chess'"
    case revision = "not 99"
    case range = "out of range"
    case type = "number"
    case unknownParameter = "did you mean 'seconds'"

    func put(into shard: inout Shard) {
      switch self {
      case .unknownStudy: shard.study = "chess"
      case .revision: shard.revision = 99
      case .range: shard.shared["seconds"] = .real(-1)
      case .type: shard.shared["seconds"] = .text("long")
      case .unknownParameter: shard.shared["second"] = .real(1)
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func `a trial that cannot be trained is refused in words`(fault: Fault) async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      var shard = IdleTrials.shard(0..<1)
      fault.put(into: &shard)
      client.send(.assign(shard))
      let failure = try #require(Self.failure(try await client.result()))
      #expect(failure.reason == .refused && failure.words.contains(fault.rawValue))
    }
  }

  @Test func `another numeric profile gets a process of its own`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<1)))
      #expect(try await client.result().core == "Haswell")
      let slots = world.processes("slot")
      client.send(.assign(IdleTrials.shard(1..<2, numerics: .native)))
      #expect(try await client.result().core.isEmpty == false)
      #expect(world.processes("slot").count == 1 && world.processes("slot") != slots)
      client.send(.assign(IdleTrials.shard(2..<3, numerics: .openblas)))
      #expect(try await client.result().core == "Haswell")
    }
  }

  @Test func `slots beyond the wanted number begin nothing more`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(3))
      client.send(.assign(IdleTrials.shard(0..<6, seconds: 3600)))
      try await eventually { world.processes("slot").count == 3 }
      let (again, answer) = try await world.attach(slots: .count(1))
      #expect(answer.slots == 1 && answer.held.count(where: \.isRunning) == 3)
      for slot in world.processes("slot") { kill(slot, SIGKILL) }
      #expect(Set(try await again.records(3).map(\.result.key)) == Set((0..<3).map(IdleTrials.key)))
      try await again.waitUntilRunning(IdleTrials.attempt(3))
      again.send(.heartbeat(6))
      try await again.wait(for: .heartbeat(6, running: [IdleTrials.attempt(3)]))
      #expect(world.processes("slot").count == 1)
    }
  }

  @Test func `a result says when and how long it was trained`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      let before = Int64(time(nil)) * 1_000_000
      client.send(.assign(IdleTrials.shard(0..<1, seconds: 0.25)))
      let result = try await client.result()
      #expect(result.startedMicroseconds >= before)
      #expect(result.wallSeconds >= 0.25)
      #expect(result.cpuSeconds > 0 && result.cpuSeconds < result.wallSeconds)
      #expect(result.peakMemoryBytes > 1 << 20)
    }
  }
}
