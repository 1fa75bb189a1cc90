import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// A machine that stops, or somebody who stops the worker: politely, by a signal.
@Suite(.timeLimit(.minutes(2))) struct EndingTests {
  /// Whom the signal reaches.
  enum Reach: String, CaseIterable {
    case daemon
    case everyProcess
    case slots
  }

  private static func stop(_ reach: Reach, _ number: Int32, in world: WorkerWorld) {
    let (daemons, slots) = (world.processes("daemon"), world.processes("slot"))
    // The slots first: what their end would look like to a daemon that still lives.
    if reach != .daemon { for slot in slots { kill(slot, number) } }
    if reach != .slots { for daemon in daemons { kill(daemon, number) } }
  }

  @Test(arguments: [Reach.daemon, .everyProcess], [SIGTERM, SIGINT])
  func `a worker that is asked to end keeps its results and makes no failures`(
    reach: Reach, number: Int32
  ) async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<5)))
      let before = try await client.records(5)
      client.send(.assign(IdleTrials.shard(5..<9, seconds: 3600)))
      for index in 5..<7 { try await client.waitUntilRunning(IdleTrials.attempt(index)) }
      Self.stop(reach, number, in: world)
      #expect(try await client.refusal()?.contains("asked to end") == true)
      try await eventually {
        world.processes("daemon").isEmpty && world.processes("slot").isEmpty
      }
      let log = try String(contentsOfFile: world.directory + "/worker.log", encoding: .utf8)
      #expect(log.contains("The worker ends: asked"))
      let (again, answer) = try await world.attach(slots: .count(2), spool: attached.spool)
      #expect(answer.spool == attached.spool && answer.nextSequence == 6)
      #expect(answer.held.isEmpty)
      #expect(try await again.records(5).map(\.result) == before.map(\.result))
    }
  }

  @Test func `a slot alone does not end when it is asked to`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<1, seconds: 3600)))
      try await client.waitUntilRunning(IdleTrials.attempt(0))
      let slots = world.processes("slot")
      Self.stop(.slots, SIGTERM, in: world)
      client.send(.heartbeat(2))
      try await client.wait(for: .heartbeat(2, running: [IdleTrials.attempt(0)]))
      #expect(slots.count == 1 && world.processes("slot") == slots)
      // Its end would take a moment; what it ignores is fixed since its start.
      let status = try String(contentsOfFile: "/proc/\(slots[0])/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") })
      let ignored = try #require(UInt64(line.dropFirst(7).filter(\.isHexDigit), radix: 16))
      for number in [SIGTERM, SIGINT] { #expect(ignored >> UInt64(number - 1) & 1 == 1) }
    }
  }

  @Test func `a worker that is asked to end leaves neither lock nor socket`() async throws {
    try await WorkerWorld.with { world in
      _ = try await world.attach()
      Self.stop(.daemon, SIGTERM, in: world)
      try await eventually { world.processes("daemon").isEmpty }
      let place = "\(world.runtimeDirectory)/phasegrid-\(geteuid())"
      #expect(WorkerTestFiles.all(below: place).isEmpty)
      #expect(world.files.contains("spool"))
    }
  }
}
