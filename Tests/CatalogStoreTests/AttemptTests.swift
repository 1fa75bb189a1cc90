import GRDB
import Planning
import Protocol
import Testing

@testable import CatalogStore

@Suite struct AttemptTests {
  @Test func `what is missing comes in grid order`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(1)), 1)
      let pending = try await world.catalog.pendingTrials(of: world.sweep.id)
      #expect(pending.trials.map(\.id) == [world.ids[0], world.ids[2], world.ids[3]])
      #expect(pending.trials.allSatisfy { $0.nextAttempt == AttemptNumber(1) })
      #expect(pending.open == [])
    }
  }

  @Test func `grid order is not the order in which trials were first planned`() async throws {
    try await CatalogWorld.with { world in
      let wider = Fixtures.definition(widths: [5, 10, 20])
      let trials = Fixtures.trials(wider)
      let sweep = try await world.catalog.register(wider, trials: trials, atMicroseconds: 1).sweep
      let pending = try await world.catalog.pendingTrials(of: sweep).trials
      let keys = try await world.catalog.specifications(of: pending.map(\.id)).map(\.key)
      #expect(keys == trials.map(\.key))
    }
  }

  @Test func `an assigned trial is open on its node until its slot trains it`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1), (2, 1)])
      try await world.catalog.noteRunning([world.attempt(2, 1)])
      let open = try await world.catalog.pendingTrials(of: world.sweep.id).open
      #expect(open.map(\.id) == [world.attempt(0, 1), world.attempt(2, 1)])
      #expect(open.map(\.key) == [world.key(0), world.key(2)])
      #expect(open.map(\.isRunning) == [false, true])
      #expect(open.allSatisfy { $0.node == Fixtures.node })
      #expect(try await world.catalog.openAttempts(on: Fixtures.node) == open)
      #expect(try await world.catalog.openAttempts(on: Fixtures.otherNode) == [])
      let counts = try await world.counts()
      #expect(counts.waiting == 2)
      #expect(counts.assigned == 1)
      #expect(counts.running == 1)
    }
  }

  @Test func `a trial that two nodes hold counts once, as running`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1)])
      try await world.assign([(0, 2)], to: Fixtures.otherNode)
      try await world.catalog.noteRunning([world.attempt(0, 1)])
      let counts = try await world.counts()
      #expect(counts.running == 1)
      #expect(counts.assigned == 0)
      #expect(counts.trials == 4)
    }
  }

  @Test func `a fencing number is used once, and a refused batch leaves nothing`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(1, 1)])
      await expect(code: .attemptExists) { try await world.assign([(0, 1), (1, 1), (2, 1)]) }
      #expect(try await world.attempts(0) == [])
      #expect(try await world.catalog.pendingTrials(of: world.sweep.id).open.count == 1)
    }
  }

  @Test(arguments: [AttemptEnd.lost, .returned])
  func `an attempt without an answer is closed with its reason`(end: AttemptEnd) async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1), (1, 1)])
      _ = try await world.record(Fixtures.result(world.key(1)), 1)
      let closed = try await world.catalog.closeAttempts(
        [world.attempt(0, 1), world.attempt(1, 1)], as: end, reason: "the lease ended",
        atMicroseconds: 77)
      #expect(closed == 1)
      let attempt = try #require(try await world.attempts(0).first)
      #expect(attempt.state.rawValue == end.rawValue)
      #expect(attempt.reason == "the lease ended")
      #expect(attempt.closedMicroseconds == 77)
      #expect(try await world.attempts(1).map(\.state) == [.completed])
      let pending = try await world.catalog.pendingTrials(of: world.sweep.id)
      #expect(pending.open == [])
      #expect(pending.trials[0].nextAttempt == AttemptNumber(2))
      #expect(pending.trials[0].failedAttempts == 0)
    }
  }

  @Test func `a sweep is complete when every trial has an outcome`() async throws {
    try await CatalogWorld.with { world in
      for index in 0..<3 {
        _ = try await world.record(Fixtures.result(world.key(index)), UInt64(index + 1))
        #expect(try await world.catalog.isComplete(world.sweep.id) == false)
      }
      try await world.catalog.setAside(
        [world.ids[3], world.ids[0]], failure: .crashed, message: "takes its node down",
        atMicroseconds: 5)
      #expect(try await world.catalog.isComplete(world.sweep.id))
      let counts = try await world.counts()
      #expect(counts.isComplete)
      #expect(counts.completedByRule == 3)
      #expect(counts.failed == 1)
      #expect(
        try await world.catalog.record(of: world.ids[3]).outcome
          == .failed(.crashed, "takes its node down"))
    }
  }

  @Test(arguments: StopReason.allCases)
  func `completed trials are counted by how they stopped`(stop: StopReason) async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0), outcome: .completed(stop)), 1)
      let counts = try await world.counts()
      #expect(counts.completed == 1)
      #expect(
        [counts.completedByRule, counts.completedBySteps, counts.completedByCap]
          == [StopReason.rule, .steps, .cap].map { $0 == stop ? 1 : 0 })
    }
  }

  @Test func `a retry makes failed trials pending and forgives their failures`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      _ = try await world.record(Fixtures.failure(world.key(1)), 2)
      _ = try await world.record(
        Fixtures.failure(world.key(1), attempt: 2), 3, setAside: [world.ids[1]])
      #expect(try await world.catalog.retryFailed(of: world.sweep.id) == 1)
      let pending = try await world.catalog.pendingTrials(of: world.sweep.id).trials[0]
      #expect(pending.id == world.ids[1])
      #expect(pending.failedAttempts == 0)
      #expect(pending.nextAttempt == AttemptNumber(3))
      #expect(try await world.attempts(1).map(\.state) == [.failed, .failed])
      let third = Fixtures.failure(world.key(1), attempt: 3)
      #expect(try await world.record(third, 4) == .failedAttempt)
      let after = try await world.catalog.pendingTrials(of: world.sweep.id).trials[0]
      #expect(after.failedAttempts == 1)
    }
  }

  @Test func `a retry can be of some trials`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.setAside(
        world.ids, failure: .time, message: "too long", atMicroseconds: 5)
      let chosen: Set = [world.ids[0], world.ids[2]]
      #expect(try await world.catalog.retryFailed(of: world.sweep.id, trials: chosen) == 2)
      #expect(try await world.counts().failed == 2)
    }
  }

  @Test func `a worker gets all that determines a trial's numbers`() async throws {
    try await CatalogWorld.with(Fixtures.definition(modes: ["drop", "none"])) { world in
      let stored = try await world.catalog.specifications(of: world.ids.reversed())
      #expect(stored.map(\.key) == world.trials.map(\.key).reversed())
      for (stored, planned) in zip(stored.reversed(), world.trials) {
        #expect(stored.specification == planned.specification)
        #expect(stored.keyText == planned.specification.keyText)
        #expect(stored.specification.key == planned.key)
      }
    }
  }

  @Test func `a trial that is not there is an error`() async throws {
    try await CatalogWorld.with { world in
      await expect(code: .unknownTrial) {
        _ = try await world.catalog.specifications(of: [TrialID(99)])
      }
      await expect(code: .attemptExists) {
        try await world.catalog.assign(
          [AttemptID(trial: TrialID(99), number: AttemptNumber(1))], to: Fixtures.node,
          atMicroseconds: 1)
      }
    }
  }

  @Test func `a trial whose numeric profile has changed since is not trained under its old key`()
    async throws
  {
    try await CatalogWorld.with { world in
      try await world.catalog.write("pretend that the profile was at revision 99") { database in
        try database.execute(sql: "UPDATE trial SET numerics_revision = 99 WHERE id = 1")
      }
      await expect(code: .outdatedNumerics) {
        _ = try await world.catalog.specifications(of: world.ids)
      }
      let record = try await world.catalog.record(of: TrialID(1))
      #expect(record.trial.keyText.contains("\nnumerics pinned revision 99\n"))
      let now = world.trials[0].specification.numerics.revision
      #expect(
        record.trial.keyText.replacing("revision 99", with: "revision \(now)")
          == world.trials[0].specification.keyText)
    }
  }

  @Test(arguments: [
    ParameterValue.integer(.min), .integer(.max), .real(0.1), .real(-0.0), .real(1e300),
    .real(.leastNonzeroMagnitude), .real(2), .boolean(true), .text(""), .text("\"\\\n\u{1F600} é"),
  ])
  func `a parameter's value comes back as it was`(value: ParameterValue) async throws {
    let definition = SweepDefinition(
      name: "values", study: "toy", revision: 3, studyDescriptionJSON: "{}", text: "",
      axes: [
        .init(name: "width", values: [value], scale: .categorical),
        .init(name: "mode", values: [.text("none")], scale: .categorical),
      ], measures: [], replicates: [0], numerics: .pinned, limits: TrialLimits())
    try await CatalogWorld.with(definition) { world async throws in
      let stored = try await world.catalog.specifications(of: world.ids)[0].specification
      let back = try #require(stored.parameters["width"])
      #expect(back == value)
      #expect(back.canonicalText == value.canonicalText)
      if case .real(let real) = value, case .real(let other) = back {
        #expect(real.bitPattern == other.bitPattern)
      }
      #expect(try await world.catalog.results(of: world.sweep).rows[0].values[0] == value)
    }
  }

  @Test func `a zero keeps its sign, whichever zero was planned before it`() async throws {
    try await CatalogWorld.with { world in
      let definition = Fixtures.definition("zeros", widths: [77, 78], replicates: [0])
      let trials = zip(definition.axes[0].values, [0.0, -0.0]).map { width, zero in
        let specification = Fixtures.specification(
          width: width, mode: .text("drop"), keep: zero, replicate: 0)
        return PlannedTrial(
          cell: Cell(position: width == .integer(77) ? 0 : 1, values: [width, .text("drop")]),
          key: specification.key, specification: specification)
      }
      let sweep = try await world.catalog.register(
        definition, trials: trials, atMicroseconds: 1
      ).sweep
      let pending = try await world.catalog.pendingTrials(of: sweep).trials
      let stored = try await world.catalog.specifications(of: pending.map(\.id))
      let signs = stored.map { $0.specification.parameters["keep"]?.number?.sign }
      #expect(signs == [.plus, .minus])
    }
  }
}
