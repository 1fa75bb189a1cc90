import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import WorkerCore

/// A worker beside other people's programs.
@Suite(.timeLimit(.minutes(2))) struct NeighbourTests {
  /// How far a process steps back.
  private static func nice(_ process: Int32) -> Int32 {
    getpriority(Int32(PRIO_PROCESS.rawValue), id_t(process))
  }

  @Test func `a worker that is asked only to collect begins nothing`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(slots: .collectOnly)
      #expect(attached.slots == 0)
      client.send(.assign(IdleTrials.shard(0..<3)))
      client.send(.heartbeat(5))
      try await client.wait(for: .heartbeat(5, running: []))
      #expect(world.processes("slot").isEmpty)
      let (again, answer) = try await world.attach()
      #expect(answer.slots == 1)
      #expect(answer.held.map(\.trial) == (0..<3).map { IdleTrials.attempt($0) })
      #expect(try await again.records(3).count == 3)
    }
  }

  @Test func `what runs goes on and nothing follows it when a worker is asked only to collect`()
    async throws
  {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<2, seconds: 3600)))
      try await client.waitUntilRunning(IdleTrials.attempt(0))
      let (again, answer) = try await world.attach(slots: .collectOnly)
      #expect(answer.held.map(\.isRunning) == [true, false])
      again.send(.heartbeat(4))
      try await again.wait(for: .heartbeat(4, running: [IdleTrials.attempt(0)]))
      // It would take an hour: its end is brought about.
      for slot in world.processes("slot") { kill(slot, SIGKILL) }
      #expect(try await again.result().key == IdleTrials.key(0))
      again.send(.retract([IdleTrials.attempt(1)]))
      #expect(try await again.nextNews() == .retracted([IdleTrials.attempt(1)]))
      #expect(world.processes("slot").isEmpty)
    }
  }

  @Test func `trials that wait without a slot keep no worker alive`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .collectOnly, leaseSeconds: 1)
      client.send(.assign(IdleTrials.shard(0..<3)))
      client.send(.heartbeat(5))
      try await client.wait(for: .heartbeat(5, running: []))
      try await client.cut()
      try await eventually { world.processes("daemon").isEmpty }
    }
  }

  /// A greeting that makes no sense, and a word of the refusal.
  struct BadGreeting: CustomTestStringConvertible {
    var slots = SlotRequest.count(1)
    var nice: UInt8 = 0
    var loadLimit: Double?
    var words: String
    var testDescription: String { words }
  }

  @Test(arguments: [
    BadGreeting(slots: .count(0), words: "0 slots"),
    BadGreeting(slots: .count(.max), words: "65535 slots"),
    BadGreeting(nice: 20, words: "nice of 20"),
    BadGreeting(nice: 200, words: "nice of 200"),
    BadGreeting(loadLimit: .nan, words: "load limit of nan"),
    BadGreeting(loadLimit: .infinity, words: "load limit of inf"),
    BadGreeting(loadLimit: 0, words: "load limit of 0.0"),
    BadGreeting(loadLimit: -4, words: "load limit of -4.0"),
  ])
  func `manners that make no sense are refused in words`(greeting: BadGreeting) async throws {
    try await WorkerWorld.with { world in
      let (first, _) = try await world.attach()
      first.send(.assign(IdleTrials.shard(0..<1, seconds: 3600)))
      try await first.waitUntilRunning(IdleTrials.attempt(0))
      let second = try world.open()
      second.attach(
        Attach(
          catalog: world.catalog, spool: nil, committed: 0, slots: greeting.slots,
          nice: greeting.nice, loadLimit: greeting.loadLimit, leaseSeconds: 60))
      #expect(try await second.refusal()?.contains(greeting.words) == true)
      let (_, answer) = try await world.attach()
      #expect(answer.held.map(\.isRunning) == [true])
    }
  }

  @Test func `slots are as nice as the coordinator wants`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2), nice: 12)
      client.send(.assign(IdleTrials.shard(0..<2, seconds: 3600)))
      for index in 0..<2 { try await client.waitUntilRunning(IdleTrials.attempt(index)) }
      let daemon = world.processes("daemon")[0]
      let base = Self.nice(daemon)
      #expect(world.processes("slot").map(Self.nice) == [max(base, 12), max(base, 12)])
      // Beside other sessions it is the session that counts, where the system groups by it.
      if let group = try? String(contentsOfFile: "/proc/\(daemon)/autogroup", encoding: .utf8) {
        #expect(group.hasSuffix("nice 12\n"), "\(group)")
      }
    }
  }

  @Test func `slots that live become as nice as a later greeting wants`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<2, seconds: 3600)))
      for index in 0..<2 { try await client.waitUntilRunning(IdleTrials.attempt(index)) }
      _ = try await world.attach(slots: .count(2), nice: 19)
      #expect(world.processes("slot").map(Self.nice) == [19, 19])
      let (again, _) = try await world.attach(slots: .count(1), nice: 15)
      // The system may let no process come forward again; those that are started now step back less.
      for slot in world.processes("slot") { kill(slot, SIGKILL) }
      again.send(.assign(IdleTrials.shard(2..<3, seconds: 3600)))
      try await again.waitUntilRunning(IdleTrials.attempt(2))
      let base = Self.nice(world.processes("daemon")[0])
      #expect(world.processes("slot").map(Self.nice) == [max(base, 15)])
    }
  }

  @Test func `a slot that trains nothing for a while ends and is there again when needed`()
    async throws
  {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<4, seconds: 0.1)))
      _ = try await client.records(4)
      try await eventually { world.processes("slot").isEmpty }
      client.send(.assign(IdleTrials.shard(4..<6)))
      let results = try await client.records(2).map(\.result)
      #expect(results.allSatisfy { $0.outcome == .completed(.steps) })
    }
  }

  @Test func `neither daemon nor slot has a network socket`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<2, seconds: 3600)))
      for index in 0..<2 { try await client.waitUntilRunning(IdleTrials.attempt(index)) }
      let processes = world.processes("daemon") + world.processes("slot") + world.processes("serve")
      #expect(processes.count == 4)
      let network = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet"].reduce(
        into: Set<String>()
      ) { $0.formUnion(WorkerTestFiles.socketNumbers("/proc/net/\($1)")) }
      let local = WorkerTestFiles.socketNumbers("/proc/net/unix")
      var own: Set<String> = []
      for process in processes { own.formUnion(WorkerTestFiles.sockets(of: process)) }
      // The daemon's place of meeting shows that sockets are found at all.
      #expect(own.isDisjoint(with: network))
      #expect(!own.isDisjoint(with: local))
    }
  }
}
