import CatalogStore
import Planning
import Protocol
import TestSupport
import Testing

@Suite struct RegistrationTests {
  @Test func `a new grid is counted, and all of it is to be trained`() async throws {
    try await TemporaryDirectory.with { directory in
      let catalog = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      let definition = Fixtures.definition()
      let counts = try await catalog.register(
        definition, trials: Fixtures.trials(definition), atMicroseconds: 5
      ).counts
      #expect(counts == expected(cells: 2, rows: 4, trials: 4))
      #expect(counts.missing == 4)
    }
  }

  @Test func `a sweep comes back as it was registered`() async throws {
    let definition = Fixtures.definition(
      widths: [1, 1_000_000_000_000], modes: ["none", "a \"quoted\", word"], replicates: [7, 0],
      limits: TrialLimits(memoryBytes: 2 << 30, timeSeconds: 0.5))
    try await CatalogWorld.with(definition) { world async throws in
      #expect(world.sweep.definition == definition)
      #expect(world.sweep.state == .open)
      #expect(world.sweep.createdMicroseconds == Fixtures.now)
      #expect(try await world.catalog.sweeps() == [world.sweep])
    }
  }

  @Test func `cells that differ in nothing real share a trial`() async throws {
    let definition = Fixtures.definition()
    let trials = Fixtures.trials(definition) + inactiveTwins(definition)
    try await TemporaryDirectory.with { directory in
      let catalog = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      let (sweep, counts) = try await catalog.register(
        definition, trials: trials, atMicroseconds: 5)
      #expect(counts == expected(cells: 4, rows: 8, trials: 4))
      let pending = try await catalog.pendingTrials(of: sweep).trials
      #expect(pending.count == 4)
      #expect(try await catalog.counts(of: sweep).waiting == 4)
      let record = try await catalog.sweep(named: definition.name)
      #expect(try await catalog.results(of: record).rows.count == 8)
    }
  }

  @Test func `an extended grid finds what the smaller one trained`() async throws {
    try await CatalogWorld.with { world in
      for index in 0..<4 {
        _ = try await world.record(Fixtures.result(world.key(index)), UInt64(index + 1))
      }
      let wider = Fixtures.definition(widths: [5, 10, 20])
      let (sweep, counts) = try await world.catalog.register(
        wider, trials: Fixtures.trials(wider), atMicroseconds: 9)
      #expect(sweep == world.sweep.id)
      #expect(counts == expected(cells: 3, rows: 6, trials: 6, completed: 4))
      #expect(try await world.catalog.pendingTrials(of: sweep).trials.count == 2)
      let record = try await world.catalog.sweep(named: wider.name)
      #expect(record.definition == wider)
      #expect(record.createdMicroseconds == Fixtures.now)
      #expect(record.updatedMicroseconds == 9)
    }
  }

  @Test func `a smaller grid keeps the trials that it no longer asks for`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      let narrower = Fixtures.definition(widths: [20])
      let (sweep, counts) = try await world.catalog.register(
        narrower, trials: Fixtures.trials(narrower), atMicroseconds: 9)
      #expect(counts == expected(cells: 1, rows: 2, trials: 2))
      #expect(try await world.catalog.counts(of: sweep).trials == 2)
      #expect(try await world.catalog.record(of: world.ids[0]).outcome == .completed(.rule))
    }
  }

  @Test func `sweeps share the trials that they have in common`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(3)), 1)
      let other = Fixtures.definition("other", widths: [20, 40])
      let (sweep, counts) = try await world.catalog.register(
        other, trials: Fixtures.trials(other), atMicroseconds: 9)
      #expect(counts == expected(cells: 2, rows: 4, trials: 4, completed: 1))
      _ = try await world.record(Fixtures.result(world.key(2)), 2)
      #expect(try await world.catalog.counts(of: sweep).completed == 2)
      #expect(try await world.counts().completed == 2)
    }
  }

  @Test func `a name that another study has is refused, and nothing changes`() async throws {
    try await CatalogWorld.with { world async throws in
      let other = Fixtures.definition(study: "another")
      await expect(code: .otherStudy) {
        _ = try await world.catalog.register(
          other, trials: Fixtures.trials(other), atMicroseconds: 9)
      }
      #expect(try await world.catalog.sweeps() == [world.sweep])
    }
  }

  @Test func `registering opens a cancelled sweep again`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.setState(.cancelled, of: world.sweep.id, atMicroseconds: 7)
      #expect(try await world.catalog.sweep(named: "small").state == .cancelled)
      _ = try await world.catalog.register(
        world.sweep.definition, trials: world.trials, atMicroseconds: 9)
      #expect(try await world.catalog.sweep(named: "small").state == .open)
    }
  }

  @Test func `a preview counts like registering, and changes nothing`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      _ = try await world.record(Fixtures.result(world.key(1), outcome: .diverged), 2)
      _ = try await world.record(
        Fixtures.failure(world.key(2)), 3, setAside: [world.ids[2]])
      let wider = Fixtures.definition(widths: [10, 20, 30])
      let trials = Fixtures.trials(wider) + inactiveTwins(wider)
      let preview = try await world.catalog.preview(trials: trials)
      #expect(
        preview
          == expected(cells: 6, rows: 12, trials: 6, completed: 1, diverged: 1, failed: 1))
      #expect(preview.missing == 3)
      #expect(try await world.catalog.sweep(named: "small") == world.sweep)
      let registered = try await world.catalog.register(wider, trials: trials, atMicroseconds: 9)
      #expect(registered.counts == preview)
    }
  }

  @Test func `a preview without a catalog finds nothing and creates nothing`() async throws {
    try await TemporaryDirectory.with { directory in
      let trials = Fixtures.trials(Fixtures.definition())
      let preview = try await Catalog.preview(trials: trials, path: directory.path("c.sqlite"))
      #expect(preview == expected(cells: 2, rows: 4, trials: 4))
      #expect(try directory.names() == [])
    }
  }

  @Test func `a preview by path finds what the catalog there has`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      let preview = try await Catalog.preview(trials: world.trials, path: world.catalog.path)
      #expect(preview.completed == 1)
    }
  }

  @Test func `an unknown sweep is told the nearest name`() async throws {
    try await CatalogWorld.with { world in
      await expect(code: .unknownSweep) { _ = try await world.catalog.sweep(named: "smal") }
      let error = await #expect(throws: CatalogError.self) {
        _ = try await world.catalog.sweep(named: "smal")
      }
      #expect(error?.remedy == "Did you mean 'small'?")
    }
  }

  @Test func `the latest unfinished sweep is the one that misses an outcome`() async throws {
    try await CatalogWorld.with { world in
      let other = Fixtures.definition("other", widths: [40], replicates: [0])
      let trials = Fixtures.trials(other)
      _ = try await world.catalog.register(other, trials: trials, atMicroseconds: .max)
      #expect(try await world.catalog.latestUnfinishedSweep()?.definition.name == "other")
      _ = try await world.record(Fixtures.result(trials[0].key), 1)
      #expect(try await world.catalog.latestUnfinishedSweep()?.definition.name == "small")
      try await world.catalog.setState(.cancelled, of: world.sweep.id, atMicroseconds: 7)
      #expect(try await world.catalog.latestUnfinishedSweep() == nil)
    }
  }

  /// The cells of a definition again, further on, with another value of a parameter that has no
  /// effect there.
  private func inactiveTwins(_ definition: SweepDefinition) -> [PlannedTrial] {
    let cells = definition.axes[0].values.count
    return Fixtures.trials(definition, keep: 0.9).map { trial in
      var trial = trial
      trial.cell.position += cells
      return trial
    }
  }

  private func expected(
    cells: Int, rows: Int, trials: Int, completed: Int = 0, diverged: Int = 0, failed: Int = 0
  ) -> GridCounts {
    var counts = GridCounts()
    (counts.cells, counts.rows, counts.trials) = (cells, rows, trials)
    (counts.completed, counts.diverged, counts.failed) = (completed, diverged, failed)
    return counts
  }
}
