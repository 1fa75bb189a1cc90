@testable import CatalogStore
import Foundation
import GRDB
import Planning
import Protocol
import TestSupport
import Testing

/// What a kill leaves behind is what was committed before it.
@Suite struct CrashTests {
  @Test func `a writer that is killed while it registers leaves the catalog as it was`()
    async throws
  {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("c.sqlite")
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let catalog = try await Catalog.open(path: path, access: .writer)
        let small = Fixtures.definition()
        let trials = Fixtures.trials(small)
        _ = try await catalog.register(small, trials: trials, atMicroseconds: 1)
        _ = try await catalog.record(
          [Fixtures.received(Fixtures.result(trials[0].key), 1)], atMicroseconds: 2)
        let large = Fixtures.definition(widths: Array(1...2_000))
        _ = try await catalog.register(
          large, trials: DeadlyTrials(trials: Fixtures.trials(large)), atMicroseconds: 3)
      }
      let reader = try await Catalog.open(path: path, access: .reader)
      let sweep = try await reader.sweep(named: "small")
      #expect(sweep.definition == Fixtures.definition())
      #expect(try await reader.counts(of: sweep.id).completed == 1)
      #expect(try await reader.counts(of: sweep.id).trials == 4)
      await reader.close()
      let writer = try await Catalog.open(path: path, access: .writer)
      #expect(writer.id == reader.id)
      #expect(try await writer.results(of: sweep).rows.count == 4)
      await writer.close()
      let integrity = try await DatabaseQueue(path: path).read { database in
        try String.fetchAll(database, sql: "PRAGMA integrity_check")
      }
      #expect(integrity == ["ok"])
    }
  }

  @Test func `what was recorded before a kill is recorded`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("c.sqlite")
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let catalog = try await Catalog.open(path: path, access: .writer)
        let definition = Fixtures.definition()
        let trials = Fixtures.trials(definition)
        _ = try await catalog.register(definition, trials: trials, atMicroseconds: 1)
        for (index, trial) in trials.enumerated() {
          _ = try await catalog.record(
            [Fixtures.received(Fixtures.result(trial.key), UInt64(index + 1))], atMicroseconds: 2)
        }
        kill(getpid(), SIGKILL)
      }
      let writer = try await Catalog.open(path: path, access: .writer)
      #expect(try await writer.nodes().first?.committedSequence == 4)
      let sweep = try #require(try await writer.sweeps().first)
      #expect(try await writer.isComplete(sweep.id))
      #expect(try await writer.results(of: sweep).rows.allSatisfy { $0.numbers == [0.25, 1] })
    }
  }

  @Test func `a full disk is said, and the same call goes on when there is room`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.limitPages(to: 1)
      let results = world.trials.enumerated().map { index, trial in
        Fixtures.received(
          Fixtures.result(trial.key, curve: Array(repeating: 0.5, count: 20_000)),
          UInt64(index + 1))
      }
      await expect(code: .full) {
        _ = try await world.catalog.record(results, atMicroseconds: 1)
      }
      let error = await #expect(throws: CatalogError.self) {
        _ = try await world.catalog.record(results, atMicroseconds: 1)
      }
      #expect(error?.isTransient == true)
      #expect(error?.exitStatus == .inputOutput)
      #expect(try await world.counts().completed == 0)
      try await world.catalog.limitPages(to: 1_000_000)
      #expect(
        try await world.record(results) == [.counted, .counted, .counted, .counted])
    }
  }

  @Test func `a write that the system refuses is said, and the same call goes on later`()
    async throws
  {
    await #expect(processExitsWith: .success) {
      try await CatalogWorld.with { world in
        let results = [
          Fixtures.received(
            Fixtures.result(world.key(0), curve: Array(repeating: 0.5, count: 200_000)), 1)
        ]
        // A limit on the size of files fails writes of this process, as a broken disk would.
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        var low = limit
        low.rlim_cur = 200_000
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &low) == 0)
        await expect(code: .inputOutput) {
          _ = try await world.catalog.record(results, atMicroseconds: 1)
        }
        #expect(try await world.counts().completed == 0)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        #expect(try await world.record(results) == [.counted])
      }
    }
  }

  @Test func `another program that writes keeps the catalog busy, and no longer`() async throws {
    try await CatalogWorld.with { world in
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let other = try DatabaseQueue(path: world.catalog.path, configuration: configuration)
      try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
      try await world.catalog.read("wait for nobody") { database in
        try database.execute(sql: "PRAGMA busy_timeout = 0")
      }
      await expect(code: .busy) {
        _ = try await world.record(Fixtures.result(world.key(0)), 1)
      }
      try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      #expect(try await world.record(Fixtures.result(world.key(0)), 1) == .counted)
    }
  }

  @Test func `a cancelled task's results are recorded all the same`() async throws {
    try await CatalogWorld.with { world async throws in
      let recording = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await world.record(Fixtures.result(world.key(0)), 1)
      }
      #expect(try await recording.value == .counted)
    }
  }
}

/// Trials that kill the process when half of them have been asked for.
private struct DeadlyTrials: Sequence, Sendable {
  let trials: [PlannedTrial]

  func makeIterator() -> AnyIterator<PlannedTrial> {
    var position = 0
    return AnyIterator {
      position += 1
      if position > trials.count / 2 { kill(getpid(), SIGKILL) }
      return position <= trials.count ? trials[position - 1] : nil
    }
  }
}

extension Catalog {
  /// Lets the file grow to this many pages, as a disk would that is full then.
  fileprivate func limitPages(to count: Int) async throws {
    try await write("limit the file") { database in
      try database.execute(sql: "PRAGMA max_page_count = \(count)")
    }
  }
}
