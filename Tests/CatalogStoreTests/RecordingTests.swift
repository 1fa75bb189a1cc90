import CatalogStore
import Planning
import Protocol
import Testing

@Suite struct RecordingTests {
  @Test func `a first result counts, with its measures, curve and attempt`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.upsert(
        NodeRecord(name: Fixtures.node, release: "1.2.3", spool: Fixtures.spool))
      try await world.assign([(0, 1)])
      let result = Fixtures.result(world.key(0), loss: .nan, accuracy: -0.0, curve: [1, .infinity])
      #expect(try await world.record(result, 1) == .counted)
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.outcome == .completed(.rule))
      #expect(record.steps == 100)
      #expect(record.countedAttempt == AttemptNumber(1))
      #expect(record.measures.map(\.name) == ["accuracy", "loss", "losses"])
      #expect(record.measures[0].values.map(\.bitPattern) == [(-0.0).bitPattern])
      #expect(record.measures[1].values[0].isNaN)
      #expect(
        record.measures[2] == MeasureValue(name: "losses", values: [1, .infinity], steps: [0, 50]))
      let attempt = try #require(record.attempts.first)
      #expect(attempt.state == .completed)
      #expect(attempt.node == Fixtures.node)
      #expect(attempt.slot == SlotIndex(3))
      #expect(attempt.release == "1.2.3")
      #expect(attempt.core == "Haswell")
      #expect(attempt.cpuSeconds == 1.5)
      #expect(attempt.closedMicroseconds == Fixtures.now + 5_000_000)
    }
  }

  @Test func `divergence is a result`() async throws {
    try await CatalogWorld.with { world async throws in
      let result = Fixtures.result(world.key(0), outcome: .diverged)
      #expect(try await world.record(result, 1) == .counted)
      #expect(try await world.counts().diverged == 1)
      #expect(try await world.attempts(0).map(\.state) == [.diverged])
    }
  }

  @Test func `the same bits again are a repeat that says why`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1)])
      try await world.catalog.closeAttempts(
        [world.attempt(0, 1)], as: .lost, reason: "its lease ended", atMicroseconds: 1)
      try await world.assign([(0, 2)], to: Fixtures.otherNode)
      #expect(try await world.record(Fixtures.result(world.key(0)), 1) == .counted)
      let again = Fixtures.result(world.key(0), attempt: 2)
      #expect(
        try await world.record(again, 1, node: Fixtures.otherNode, spool: Fixtures.spool(2))
          == .repeated)
      let attempts = try await world.attempts(0)
      #expect(attempts.map(\.state) == [.completed, .repeat])
      #expect(
        attempts[1].reason
          == "the trial had its result from attempt 1 on 'lab01'; that attempt had been given up: "
          + "its lease ended")
      #expect(try await world.catalog.events().isEmpty)
      #expect(try await world.counts().completed == 1)
    }
  }

  @Test func `a late repeat keeps the reason why its attempt was given up`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1)])
      try await world.catalog.closeAttempts(
        [world.attempt(0, 1)], as: .lost, reason: "its lease ended", atMicroseconds: 1)
      try await world.assign([(0, 2)], to: Fixtures.otherNode)
      _ = try await world.record(
        Fixtures.result(world.key(0), attempt: 2), 1, node: Fixtures.otherNode)
      #expect(try await world.record(Fixtures.result(world.key(0)), 1) == .repeated)
      let late = try await world.attempts(0)[0]
      #expect(late.state == .repeat)
      #expect(
        late.reason == "its lease ended; the trial had its result from attempt 2 on 'lab02'")
    }
  }

  @Test(arguments: [
    "loss is 0.5, not 0.25", "accuracy is -0.0, not 0.0",
    "number 2 of the curve 'losses' is 1.0000000000000002, not 1.0",
    "the curve 'losses' has other steps", "it took 101 steps, not 100",
    "the stop is cap, not rule", "the outcome is diverged, not completed",
    "only one of them has the number 'accuracy'", "only one of them has the curve 'losses'",
  ])
  func `other bits are a determinism fault, and the first result stays`(fault: String) async throws
  {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0), accuracy: 0), 1)
      var second = Fixtures.result(world.key(0), attempt: 2, accuracy: 0)
      switch fault.split(separator: " ").first {
      case "loss": second.measures[0].values = [0.5]
      case "accuracy": second.measures[1].values = [-0.0]
      case "number": second.measures[2].values[2] = 1.0.nextUp
      case "it": second.steps = 101
      case _ where fault.contains("other steps"): second.measures[2].steps[1] = 51
      case _ where fault.contains("stop"): second.outcome = .completed(.cap)
      case _ where fault.contains("outcome"): second.outcome = .diverged
      case _ where fault.contains("curve"): second.measures.remove(at: 2)
      default: second.measures.remove(at: 1)
      }
      let disposition = try await world.record(second, 1, node: Fixtures.otherNode)
      #expect(disposition == .contradicted)
      let event = try #require(try await world.catalog.events().last)
      #expect(event.kind == .determinismFault)
      #expect(event.trial == world.ids[0])
      #expect(event.node == Fixtures.otherNode)
      #expect(event.text.contains(fault))
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.outcome == .completed(.rule))
      #expect(record.measures.first { $0.name == "loss" }?.values == [0.25])
      #expect(record.attempts.map(\.state) == [.completed, .repeat])
    }
  }

  @Test func `one NaN is like another`() async throws {
    try await CatalogWorld.with { world async throws in
      let first = Fixtures.result(world.key(0), loss: .nan, curve: [.nan])
      let second = Fixtures.result(
        world.key(0), attempt: 2, loss: -.nan, curve: [.signalingNaN])
      #expect(try await world.record(first, 1) == .counted)
      #expect(try await world.record(second, 2) == .repeated)
    }
  }

  @Test func `a result of an attempt that was given up counts`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1)])
      try await world.catalog.closeAttempts(
        [world.attempt(0, 1)], as: .lost, reason: "silent", atMicroseconds: 1)
      #expect(try await world.record(Fixtures.result(world.key(0)), 1) == .counted)
      let attempt = try #require(try await world.attempts(0).first)
      #expect(attempt.state == .completed)
      #expect(attempt.reason == "silent")
    }
  }

  @Test func `a failed attempt leaves the trial pending`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1)])
      let failure = Fixtures.failure(world.key(0), reason: .memory)
      #expect(try await world.record(failure, 1) == .failedAttempt)
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.outcome == nil)
      #expect(record.attempts[0].state == .failed)
      #expect(record.attempts[0].failure == .memory)
      #expect(record.attempts[0].message == "signal 11")
      #expect(try await world.counts().waiting == 4)
    }
  }

  @Test func `a failure that is final sets the trial aside`() async throws {
    try await CatalogWorld.with { world in
      let failure = Fixtures.failure(world.key(0), reason: .time)
      #expect(try await world.record(failure, 1, setAside: [world.ids[0]]) == .failedForGood)
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.outcome == .failed(.time, "signal 11"))
      #expect(try await world.counts().failed == 1)
    }
  }

  @Test func `a result that still comes after a trial was set aside counts`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1), (1, 1)])
      try await world.assign([(0, 2)], to: Fixtures.otherNode)
      _ = try await world.record(
        Fixtures.failure(world.key(0), attempt: 2), 1, node: Fixtures.otherNode,
        setAside: [world.ids[0]])
      #expect(try await world.record(Fixtures.result(world.key(0)), 1) == .counted)
      #expect(try await world.catalog.record(of: world.ids[0]).outcome == .completed(.rule))
    }
  }

  @Test func `a failure after the result changes nothing but its attempt`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      let late = Fixtures.failure(world.key(0), attempt: 2)
      #expect(try await world.record(late, 2, setAside: [world.ids[0]]) == .failedLate)
      #expect(try await world.catalog.record(of: world.ids[0]).outcome == .completed(.rule))
      #expect(try await world.attempts(0).map(\.state) == [.completed, .failed])
    }
  }

  @Test func `a trial that the catalog does not know is an event and nothing else`() async throws {
    try await CatalogWorld.with { world in
      let stranger = Fixtures.specification(
        width: .integer(77), mode: .text("none"), keep: 1, replicate: 0)
      let recorded = try await world.catalog.record(
        [Fixtures.received(Fixtures.result(stranger.key), 1)], atMicroseconds: 1)
      #expect(recorded == [RecordedResult(trial: nil, disposition: .unknownTrial)])
      let event = try #require(try await world.catalog.events(of: .unknownTrial).last)
      #expect(event.text.contains(stranger.key.description))
      #expect(try await world.catalog.nodes().first?.committedSequence == 1)
    }
  }

  @Test func `a record that was committed is ignored`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 5)
      var other = Fixtures.result(world.key(1))
      #expect(try await world.record(other, 5) == .alreadyCommitted)
      #expect(try await world.record(other, 4) == .alreadyCommitted)
      #expect(try await world.counts().completed == 1)
      other.attempt = AttemptNumber(1)
      #expect(try await world.record(other, 6) == .counted)
    }
  }

  @Test func `another spool of a node begins anew`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 5)
      let second = Fixtures.result(world.key(1))
      #expect(try await world.record(second, 1, spool: Fixtures.spool(2)) == .counted)
      let node = try #require(try await world.catalog.nodes().first)
      #expect(node.spool == Fixtures.spool(2))
      #expect(node.committedSequence == 1)
    }
  }

  @Test func `the same answer under another sequence is no repeat`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      let renamed = try await world.record(
        Fixtures.result(world.key(0)), 1, node: Fixtures.otherNode)
      #expect(renamed == .alreadyCommitted)
      _ = try await world.record(Fixtures.failure(world.key(1)), 2)
      let failed = try await world.record(
        Fixtures.failure(world.key(1)), 2, node: Fixtures.otherNode)
      #expect(failed == .alreadyCommitted)
      #expect(try await world.attempts(0).map(\.state) == [.completed])
      #expect(
        try await world.catalog.pendingTrials(of: world.sweep.id).trials[0].failedAttempts == 1)
    }
  }

  @Test func `a batch of several nodes is recorded in order`() async throws {
    try await CatalogWorld.with { world in
      let recorded = try await world.record([
        Fixtures.received(Fixtures.result(world.key(0)), 1),
        Fixtures.received(Fixtures.result(world.key(1)), 9, node: Fixtures.otherNode),
        Fixtures.received(Fixtures.result(world.key(0), attempt: 2), 2),
        Fixtures.received(Fixtures.failure(world.key(2)), 10, node: Fixtures.otherNode),
      ])
      #expect(recorded == [.counted, .counted, .repeated, .failedAttempt])
      #expect(try await world.catalog.nodes().map(\.committedSequence) == [2, 10])
    }
  }

  @Test func `hostile numbers and names hurt nobody else's results`() async throws {
    try await CatalogWorld.with { world in
      var hostile = Fixtures.result(world.key(0), steps: .max)
      hostile.cpuSeconds = .nan
      hostile.wallSeconds = .greatestFiniteMagnitude
      hostile.startedMicroseconds = .max
      hostile.peakMemoryBytes = .max
      hostile.measures += [
        MeasureValue(name: "loss", number: 7), MeasureValue(name: "a\u{0}b", number: 1),
        MeasureValue(name: "a\u{0}c", number: 2), MeasureValue(name: "", values: []),
        MeasureValue(name: "'; DROP TABLE trial; --", number: 3),
      ]
      let recorded = try await world.record([
        Fixtures.received(hostile, 1), Fixtures.received(Fixtures.result(world.key(1)), .max),
      ])
      #expect(recorded == [.counted, .counted])
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.measures.first { $0.name == "loss" }?.values == [0.25])
      #expect(try await world.counts().completed == 2)
    }
  }
}
