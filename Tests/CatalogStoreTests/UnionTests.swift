import GRDB
import Planning
import Protocol
import TestSupport
import Testing

@testable import CatalogStore

/// The union of two catalogs by trial key.
@Suite struct UnionTests {
  private static let now = Fixtures.now + 60_000_000

  /// Makes a second catalog whose sweep has these widths, with a result for some of its trials.
  private static func other(
    _ directory: TemporaryDirectory, _ definition: SweepDefinition, results: Range<Int>,
    loss: (Int) -> Double = { _ in 0.25 }, node: NodeName = NodeName("local")
  ) async throws -> Catalog {
    let catalog = try await Catalog.open(path: directory.path("other.sqlite"), access: .writer)
    let trials = Fixtures.trials(definition)
    _ = try await catalog.register(definition, trials: trials, atMicroseconds: Fixtures.now)
    let rows = try await catalog.trialIDs(of: trials.map(\.key))
    let ids = trials.compactMap { rows[$0.key] }
    try await catalog.assign(
      results.map { AttemptID(trial: ids[$0], number: AttemptNumber(1)) }, to: node,
      atMicroseconds: Fixtures.now)
    _ = try await catalog.record(
      results.enumerated().map { index, position in
        Fixtures.received(
          Fixtures.result(trials[position].key, loss: loss(position)), UInt64(index + 1),
          node: node)
      }, atMicroseconds: Fixtures.now)
    return catalog
  }

  /// Every row of the tables that a union may change, but for numbers of rows.
  private static func contents(_ catalog: Catalog) async throws -> [String] {
    try await catalog.read("look at everything") { database in
      var lines: [String] = []
      for table in ["sweep", "cell", "cell_trial", "trial", "attempt", "measure", "curve", "event"]
      {
        try database.each("SELECT * FROM \(table)") { lines.append("\(table) \($0)") }
      }
      return lines
    }
  }

  @Test func `trials that both had are there once, and all results`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      _ = try await world.record(Fixtures.result(world.key(1)), 2)
      // Trials 0 and 1 of the other are 2 and 3 of ours.
      let definition = Fixtures.definition("large", widths: [20, 30])
      let other = try await Self.other(world.directory, definition, results: 0..<3)
      let counts = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      #expect(counts.sweeps == 1 && counts.added == 3 && counts.agreed == 0)
      #expect(try await world.counts().completed == 4)
      let large = try await world.catalog.sweep(named: "large")
      #expect(large.definition == definition)
      let standing = try await world.catalog.counts(of: large.id)
      #expect(standing.completed == 3 && standing.waiting == 1 && standing.cells == 2)
      let trials = try await world.catalog.read("count") {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM trial") ?? 0
      }
      #expect(trials == 6)
      let record = try await world.catalog.record(of: world.ids[2])
      #expect(record.measures.count == 3 && record.measures[1].values == [0.25])
      // Another machine's 'local' is not this one.
      #expect(record.attempts.map(\.node.rawValue) == ["local@\(other.id.description.prefix(8))"])
      #expect(record.attempts[0].cpuSeconds == 1.5)
      await other.close()
    }
  }

  @Test func `a second time changes nothing`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0), loss: 0.5), 1)
      let other = try await Self.other(world.directory, Fixtures.definition(), results: 0..<3)
      let first = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      let before = try await Self.contents(world.catalog)
      let second = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now + 1)
      #expect(first.added == 2 && first.contradicted == 1)
      #expect(second.added == 0 && second.agreed == 2 && second.contradicted == 1)
      #expect(!second.hasChanged)
      #expect(try await Self.contents(world.catalog) == before)
      await other.close()
    }
  }

  @Test func `other bits are a determinism fault, and the result that was here stays`()
    async throws
  {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      let other = try await Self.other(
        world.directory, Fixtures.definition(), results: 0..<1, loss: { _ in 0.25.nextUp })
      let counts = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      #expect(counts.contradicted == 1 && counts.added == 0)
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.measures[1].values == [0.25])
      let fault = try #require(record.events.first { $0.kind == .determinismFault })
      #expect(fault.text.contains("loss is 0.25000000000000006, not 0.25"))
      await other.close()
    }
  }

  @Test func `failures and what a node holds stay where they are`() async throws {
    try await CatalogWorld.with { world in
      let other = try await Self.other(world.directory, Fixtures.definition(), results: 0..<0)
      let rows = try await other.trialIDs(of: world.trials.map(\.key))
      let failed = try #require(rows[world.key(0)])
      let held = try #require(rows[world.key(1)])
      try await other.assign(
        [failed, held].map { AttemptID(trial: $0, number: AttemptNumber(1)) }, to: Fixtures.node,
        atMicroseconds: Fixtures.now)
      _ = try await other.record(
        [Fixtures.received(Fixtures.failure(world.key(0)), 1)], setAside: [failed],
        atMicroseconds: Fixtures.now)
      let counts = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      #expect(counts == UnionCounts())
      #expect(try await world.counts().waiting == 4)
      await other.close()
    }
  }

  @Test func `a result that failed here counts, under a later attempt`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1)])
      _ = try await world.record(Fixtures.failure(world.key(0)), 1, setAside: [world.ids[0]])
      let other = try await Self.other(
        world.directory, Fixtures.definition(), results: 0..<1, node: Fixtures.otherNode)
      _ = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      let record = try await world.catalog.record(of: world.ids[0])
      #expect(record.outcome == .completed(.rule) && record.countedAttempt == AttemptNumber(2))
      #expect(record.attempts.map(\.node) == [Fixtures.node, Fixtures.otherNode])
      await other.close()
    }
  }

  @Test func `a sweep of the same name for another grid leaves ours, not its results`()
    async throws
  {
    try await CatalogWorld.with { world in
      var definition = Fixtures.definition(widths: [20, 30])
      definition.text += "# another grid\n"
      let other = try await Self.other(world.directory, definition, results: 0..<4)
      let counts = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      #expect(counts.otherGrids == ["small"] && counts.sweeps == 0 && counts.added == 4)
      #expect(try await world.counts().completed == 2)
      #expect(try await world.catalog.sweep(named: "small").definition == world.sweep.definition)
      await other.close()
    }
  }

  @Test func `a trial whose key is not its own is left`() async throws {
    try await CatalogWorld.with { world in
      let other = try await Self.other(world.directory, Fixtures.definition(), results: 0..<2)
      let key = world.key(0)
      try await other.write("forge a row") { database in
        try database.run(
          "UPDATE trial SET parameters = replace(parameters, '10', '11') WHERE key = ?", key.value)
      }
      let counts = try await world.catalog.takeOver(from: other, atMicroseconds: Self.now)
      #expect(counts.misnamed == 1 && counts.added == 1)
      #expect(try await world.counts().completed == 1)
      await other.close()
    }
  }

  @Test func `an exported catalog gives the same rows, and only those that are wanted`()
    async throws
  {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      _ = try await world.record(Fixtures.result(world.key(2), loss: -0.0), 2)
      let path = world.directory.path("export.sqlite")
      let counts = try await world.catalog.export(to: path, atMicroseconds: Self.now)
      #expect(counts.added == 2 && counts.sweeps == 1)
      let exported = try await Catalog.open(path: path, access: .reader)
      let sweep = try await exported.sweep(named: "small")
      let sink = ByteSink()
      try await exported.writeResults(of: sweep, format: .csv) { sink.append($0) }
      #expect(sink.text == (try await world.text()))
      #expect(exported.id != world.catalog.id)
      let part = try await world.catalog.export(
        to: world.directory.path("part.sqlite"), sweeps: [world.sweep], wanted: [world.key(2)],
        atMicroseconds: Self.now)
      #expect(part.added == 1 && part.sweeps == 1)
    }
  }

  @Test func `nothing is written over, and no catalog takes itself over`() async throws {
    try await CatalogWorld.with { world in
      await #expect(throws: CatalogError.self) {
        try await world.catalog.export(to: world.catalog.path, atMicroseconds: Self.now)
      }
      let same = try await Catalog.open(path: world.catalog.path, access: .reader)
      await #expect(throws: CatalogError.self) {
        try await world.catalog.takeOver(from: same, atMicroseconds: Self.now)
      }
    }
  }

  @Test func `what was kept comes too`() async throws {
    let keep = KeepRequest(matrices: ["cosineW"])
    try await CatalogWorld.with(Fixtures.definition(keep: keep)) { world in
      let matrix = KeptThing.matrix("cosineW", columns: 1, values: [1], step: 100)
      var result = Fixtures.result(world.key(0))
      result.kept = KeptThings(asked: keep.words, things: [matrix])
      _ = try await world.record(result, 1)
      let path = world.directory.path("export.sqlite")
      _ = try await world.catalog.export(to: path, atMicroseconds: Self.now)
      let exported = try await Catalog.open(path: path, access: .reader)
      #expect(try await exported.keptThings(of: world.key(0)) == [matrix])
      let sweep = try await exported.sweep(named: "small")
      #expect(try await exported.counts(of: sweep.id).unkept == 0)
    }
  }
}
