import Glibc
import Protocol
import TestSupport
import Testing

/// What a coordinator and a worker say to each other, with a real daemon behind a real relay.
@Suite(.timeLimit(.minutes(2))) struct ConversationTests {
  @Test func `what is assigned comes back as records numbered from one without gaps`()
    async throws
  {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(slots: .count(2))
      #expect(attached.nextSequence == 1 && attached.held.isEmpty)
      #expect(attached.release == Release.number && attached.processors >= 1)
      client.send(.assign(IdleTrials.shard(0..<200)))
      let records = try await client.records(200)
      #expect(records.map(\.sequence) == Array(1...200))
      #expect(Set(records.map(\.result.key)) == Set((0..<200).map(IdleTrials.key)))
      #expect(records.allSatisfy { $0.result.outcome == .completed(.steps) })
      #expect(records.allSatisfy { $0.result.core == "Haswell" })
    }
  }

  @Test func `a result is what its key determines, whatever slot trained it`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(3))
      client.send(.assign(IdleTrials.shard(0..<60, seconds: 0.01)))
      for (_, result) in try await client.records(60) {
        let draw = Double(result.key.leadingWord >> 11) * 0x1p-53
        #expect(result.measures == [MeasureValue(name: "draw", number: draw)])
      }
    }
  }

  @Test func `a trial that is assigned again is trained once`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3, seconds: 0.2)))
      client.send(.assign(IdleTrials.shard(0..<4, seconds: 0.2)))
      _ = try await client.records(4)
      client.send(.assign(IdleTrials.shard(0..<4)))
      try await client.cut()
      let again = try await world.attach(spool: attached.spool, committed: 0).attached
      #expect(again.nextSequence == 5 && again.held.isEmpty)
    }
  }

  @Test func `a later attempt at a held trial is answered by the same training`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<2, seconds: 0.3)))
      client.send(.assign(IdleTrials.shard(0..<2, attempt: 5)))
      client.send(.assign(IdleTrials.shard(0..<2, attempt: 4)))
      let results = try await client.records(2).map(\.result)
      #expect(results.map(\.attempt) == [AttemptNumber(5), AttemptNumber(5)])
      #expect(results.allSatisfy { $0.wallSeconds >= 0.3 })
    }
  }

  @Test func `a later attempt at a trial in the spool is trained`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<1, ending: "crash")))
      _ = try await client.result()
      client.send(.assign(IdleTrials.shard(0..<1, attempt: 2)))
      let second = try await client.result()
      #expect(second.attempt == AttemptNumber(2) && second.outcome == .completed(.steps))
    }
  }

  @Test func `after a cut the records that are not committed come again, and only those`()
    async throws
  {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<50)))
      let before = try await client.records(50)
      try await client.cut()
      let (again, answer) = try await world.attach(
        slots: .count(2), spool: attached.spool, committed: 20)
      #expect(answer.spool == attached.spool && answer.nextSequence == 51)
      let after = try await again.records(30)
      #expect(after.map(\.sequence) == Array(21...50))
      #expect(after.map(\.result) == before[20...].map(\.result))
    }
  }

  @Test func `what is acknowledged does not come again`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<5)))
      _ = try await client.records(5)
      client.send(.acknowledge(4))
      client.send(.heartbeat(9))
      try await client.wait(for: .heartbeat(9, running: []))
      try await client.cut()
      let (again, _) = try await world.attach()
      #expect(try await again.records(1)[0].sequence == 5)
    }
  }

  @Test func `what was committed of another spool means nothing here`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3)))
      _ = try await client.records(3)
      try await client.cut()
      let (again, _) = try await world.attach(spool: .random(), committed: 1000)
      #expect(try await again.records(3).map(\.sequence) == [1, 2, 3])
    }
  }

  @Test func `records that only the catalog has left are skipped`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3)))
      _ = try await client.records(3)
      try await client.cut()
      let (again, answer) = try await world.attach(spool: attached.spool, committed: 10)
      #expect(answer.nextSequence == 11)
      again.send(.assign(IdleTrials.shard(7..<8)))
      #expect(try await again.records(1)[0].sequence == 11)
    }
  }

  @Test func `trials go on while no coordinator is there`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<20, seconds: 0.05)))
      _ = try await client.records(1)
      try await client.cut()
      let spool = world.directory + "/spool"
      // Records of such trials are of one length, so the file tells how many there are.
      try await eventually { try WorkerTestFiles.recordCount(spool) == 20 }
      let (again, answer) = try await world.attach(slots: .count(2), spool: attached.spool)
      #expect(answer.held.isEmpty && answer.nextSequence == 21)
      #expect(try await again.records(20).count == 20)
    }
  }

  @Test func `a new connection takes over from the old one`() async throws {
    try await WorkerWorld.with { world in
      let (first, _) = try await world.attach()
      let (second, _) = try await world.attach()
      #expect(try await first.refusal()?.contains("taken over") == true)
      second.send(.assign(IdleTrials.shard(0..<3)))
      #expect(try await second.records(3).count == 3)
      #expect(world.processes("daemon").count == 1)
    }
  }

  @Test func `what no slot has is given back, and nothing else`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<4, seconds: 3600)))
      try await client.waitUntilRunning(IdleTrials.attempt(0))
      client.send(
        .retract([
          IdleTrials.attempt(0), IdleTrials.attempt(3), IdleTrials.attempt(2, 9),
          IdleTrials.attempt(3), IdleTrials.attempt(77),
        ]))
      #expect(try await client.nextNews() == .retracted([IdleTrials.attempt(3)]))
      let (_, answer) = try await world.attach()
      #expect(answer.held.map(\.trial) == (0..<3).map { IdleTrials.attempt($0) })
    }
  }

  @Test func `what is held is told at the greeting`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3, seconds: 3600)))
      try await client.waitUntilRunning(IdleTrials.attempt(0))
      let (_, answer) = try await world.attach()
      #expect(answer.held.map(\.trial) == (0..<3).map { IdleTrials.attempt($0) })
      #expect(answer.held.map(\.isRunning) == [true, false, false])
    }
  }

  @Test func `the worker says by itself that it is there`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(isQuiet: true)
      #expect(try await client.next() == .heartbeat(0, running: []))
    }
  }

  @Test func `a release leaves no process and no file`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<10)))
      client.send(.release)
      _ = try await client.records(10)
      client.send(.acknowledge(10))
      #expect(try await client.refusal() == nil)
      try await eventually {
        ProcessTable.processes(withEnvironment: world.mark).isEmpty
      }
      #expect(WorkerTestFiles.all(below: world.runtimeDirectory) == ["phasegrid-\(geteuid())"])
    }
  }

  @Test func `a release waits for what is not acknowledged`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<2)))
      _ = try await client.records(2)
      client.send(.acknowledge(1))
      client.send(.release)
      client.send(.heartbeat(3))
      try await client.wait(for: .heartbeat(3, running: []))
      #expect(world.processes("daemon").count == 1)
      client.send(.acknowledge(2))
      try await eventually { world.processes("daemon").isEmpty }
    }
  }

  @Test func `a worker whose coordinator stays away ends and keeps its spool`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(leaseSeconds: 1)
      client.send(.assign(IdleTrials.shard(0..<3)))
      _ = try await client.records(3)
      try await client.cut()
      try await eventually { world.processes("daemon").isEmpty }
      #expect(world.processes("slot").isEmpty)
      let (again, answer) = try await world.attach()
      #expect(answer.spool == attached.spool && answer.nextSequence == 4)
      #expect(try await again.records(3).count == 3)
    }
  }

  @Test func `a coordinator that reads nothing keeps no trial waiting`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach(slots: .count(2))
      // Results of ten kilobytes each, more together than all the buffers between the two hold.
      var shard = IdleTrials.shard(0..<400)
      shard.study = String(repeating: "x", count: 10_000)
      client.send(.assign(shard))
      let spool = world.directory + "/spool"
      try await eventually {
        // It is there, it only does not read; the answers wait with the records.
        client.send(.heartbeat(2))
        try await Task.sleep(for: .milliseconds(50))
        return try WorkerTestFiles.recordCount(spool) == 400
      }
      #expect(try await client.records(400).last?.sequence == 400)
    }
  }
}
