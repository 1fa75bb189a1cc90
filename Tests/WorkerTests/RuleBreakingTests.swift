import Glibc
import Protocol
import TestSupport
import Testing

/// A peer that breaks the rules loses its connection, and nothing else happens.
@Suite(.timeLimit(.minutes(2))) struct RuleBreakingTests {
  @Test func `a conversation that does not begin with a greeting is refused`() async throws {
    try await WorkerWorld.with { world in
      let client = try world.open()
      client.send(.assign(IdleTrials.shard(0..<1)))
      #expect(try await client.refusal()?.contains("attach") == true)
      #expect(world.processes("daemon").count == 1)
    }
  }

  @Test func `a second greeting is refused`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(
        .attach(
          Attach(
            catalog: world.catalog, spool: nil, committed: 0, slots: .count(1), leaseSeconds: 1)))
      #expect(try await client.refusal()?.contains("twice") == true)
    }
  }

  @Test func `a directory serves one catalog`() async throws {
    try await WorkerWorld.with { world in
      _ = try await world.attach()
      let other = try world.open()
      other.send(
        .attach(
          Attach(catalog: .random(), spool: nil, committed: 0, slots: .count(1), leaseSeconds: 1)))
      #expect(try await other.refusal()?.contains("another catalog") == true)
    }
  }

  @Test(arguments: [
    [UInt8]("GET / HTTP/1.1\r\nHost: nobody\r\n\r\n".utf8),
    [UInt8](repeating: 0, count: 100),
    [UInt8](repeating: 0xff, count: 100),
    FrameEncoder.frame(kind: 3, payload: [255, 255, 255, 255]),
    FrameEncoder.frame(kind: 102, payload: []),
  ])
  func `bytes that are no message close the connection and stop no trial`(bytes: [UInt8])
    async throws
  {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<4, seconds: 0.1)))
      client.send(bytes)
      #expect(try await client.refusal() != nil)
      let (again, _) = try await world.attach()
      #expect(try await again.records(4).count == 4)
    }
  }

  @Test func `acknowledging a record that does not exist is refused`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.acknowledge(1))
      #expect(try await client.refusal()?.contains("does not exist") == true)
    }
  }

  @Test func `more trials than a worker holds are refused`() async throws {
    try await WorkerWorld.with { world in
      let most = FrameEncoder.frame(
        ToWorker.assign(IdleTrials.shard(0..<Limits.trialsPerListMax)))
      let (client, _) = try await world.attach(slots: .collectOnly)
      client.send(most)
      client.send(most)
      client.send(.assign(IdleTrials.shard(Limits.trialsPerListMax...Limits.trialsPerListMax)))
      #expect(try await client.refusal()?.contains("More trials") == true)
      let (_, attached) = try await world.attach(slots: .collectOnly)
      #expect(attached.held.count == Limits.trialsPerListMax)
    }
  }

  @Test func `a silent coordinator loses its connection`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(isQuiet: true)
      // The worker's own signs of life come until it gives up.
      #expect(try await client.refusal() == nil)
      #expect(world.processes("daemon").count == 1)
    }
  }
}
