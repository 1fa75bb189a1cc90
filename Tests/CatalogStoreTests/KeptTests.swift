import CatalogStore
import Foundation
import Planning
import Protocol
import TestSupport
import Testing

/// What trials keep beside their results.
@Suite struct KeptTests {
  private static let keep = KeepRequest(parameters: [.step(0), .final], curveInterval: 50)

  private static func things(_ asked: [String], points: Int = 3) -> KeptThings {
    var things = [
      KeptThing(kind: .parameters, name: "0", step: 0, bytes: [1, 2]),
      KeptThing(kind: .parameters, name: "final", step: 100, bytes: [3, 4, 5]),
    ]
    let interval = asked.compactMap { word in
      word.hasPrefix("curves ") ? UInt32(word.dropFirst(7)) : nil
    }.first
    if let interval {
      let steps = (0..<UInt32(points)).map { $0 * interval }
      things.append(.curve("loss", steps: steps, values: steps.map { Float($0) / 2 }))
    }
    return KeptThings(asked: asked, things: things)
  }

  private static func result(
    _ key: TrialKey, attempt: UInt32 = 1, keep: KeepRequest = keep, loss: Double = 0.25
  ) -> TrialResult {
    var result = Fixtures.result(key, attempt: attempt, loss: loss)
    result.kept = things(keep.words)
    return result
  }

  private static func world(
    _ keep: KeepRequest = keep, _ body: (CatalogWorld) async throws -> Void
  ) async throws {
    try await CatalogWorld.with(Fixtures.definition(keep: keep), body)
  }

  @Test func `a sweep knows what it keeps`() async throws {
    try await Self.world { world async throws in
      #expect(world.sweep.definition.keep == Self.keep)
      #expect(try await world.catalog.sweep(named: "small").definition.keep == Self.keep)
    }
  }

  @Test func `what is kept comes back as it was`() async throws {
    try await Self.world { world in
      #expect(try await world.record(Self.result(world.key(0)), 1) == .counted)
      let things = try await world.catalog.keptThings(of: world.key(0))
      #expect(things == Self.things(Self.keep.words).things)
      let curves = try await world.catalog.keptThings(of: world.key(0), kinds: [.curve])
      #expect(curves.map(\.name) == ["loss"])
      #expect(try await world.catalog.keptThings(of: world.key(1)).isEmpty)
    }
  }

  @Test func `a result without what is asked for is pending for it`() async throws {
    try await Self.world { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      _ = try await world.record(Self.result(world.key(1)), 2)
      let pending = try await world.catalog.pendingTrials(of: world.sweep.id)
      #expect(pending.trials.map(\.id) == [world.ids[0], world.ids[2], world.ids[3]])
      #expect(pending.trials[0].lastAttempt == 1)
      let counts = try await world.counts()
      #expect(counts.completed == 2 && counts.unkept == 1 && counts.waiting == 2)
      #expect(!counts.isComplete)
    }
  }

  @Test func `a trial that was trained again for it is compared and complete`() async throws {
    try await Self.world { world in
      for index in 0..<4 {
        _ = try await world.record(Fixtures.result(world.key(index)), UInt64(index + 1))
      }
      #expect(try await !world.catalog.isComplete(world.sweep.id))
      try await world.assign((0..<4).map { ($0, 2) })
      let open = try await world.catalog.pendingTrials(of: world.sweep.id).open
      #expect(open.map(\.id.trial) == world.ids)
      for index in 0..<4 {
        let again = Self.result(world.key(index), attempt: 2)
        #expect(try await world.record(again, UInt64(index + 5)) == .repeated)
      }
      #expect(try await world.catalog.isComplete(world.sweep.id))
      #expect(try await world.counts().isComplete)
      #expect(try await world.catalog.keptThings(of: world.key(3)).count == 3)
      #expect(try await world.catalog.record(of: world.ids[0]).countedAttempt == AttemptNumber(1))
    }
  }

  @Test func `what a contradicting training kept is not taken`() async throws {
    try await Self.world { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      let other = Self.result(world.key(0), attempt: 2, loss: 0.5)
      #expect(try await world.record(other, 2) == .contradicted)
      #expect(try await world.catalog.keptThings(of: world.key(0)).isEmpty)
      #expect(try await world.counts().unkept == 1)
    }
  }

  @Test func `a failed attempt to train again leaves the result as it is`() async throws {
    try await Self.world { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      try await world.assign([(0, 2)])
      let failure = Fixtures.failure(world.key(0), attempt: 2)
      #expect(try await world.record(failure, 2, setAside: [world.ids[0]]) == .failedLate)
      let counts = try await world.counts()
      #expect(counts.completed == 1 && counts.failed == 0 && counts.unkept == 1)
    }
  }

  @Test func `diverged trials keep too, and failed ones need not`() async throws {
    try await Self.world { world in
      var diverged = Self.result(world.key(0))
      diverged.outcome = .diverged
      _ = try await world.record(diverged, 1)
      _ = try await world.record(Fixtures.failure(world.key(1)), 2, setAside: [world.ids[1]])
      let counts = try await world.counts()
      #expect(counts.diverged == 1 && counts.failed == 1 && counts.unkept == 0)
    }
  }

  @Test func `a sweep that asks for more finds what is missing before it is registered`()
    async throws
  {
    try await Self.world(.nothing) { world in
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      _ = try await world.record(Self.result(world.key(1)), 2)
      let counts = try await world.catalog.preview(trials: world.trials, keep: Self.keep)
      #expect(counts.missing == 2 && counts.unkept == 1 && counts.toTrain == 3)
      let plain = try await world.catalog.preview(trials: world.trials)
      #expect(plain.toTrain == 2)
      let registered = try await world.catalog.register(
        Fixtures.definition(keep: Self.keep), trials: world.trials, atMicroseconds: Fixtures.now)
      #expect(registered.counts == counts)
    }
  }

  @Test func `of two curves of one name the one that is asked for comes, else the longer`()
    async throws
  {
    try await Self.world { world in
      let finer = KeepRequest(curveInterval: 10)
      _ = try await world.record(Self.result(world.key(0)), 1)
      var again = Self.result(world.key(0), attempt: 2)
      again.kept = Self.things(finer.words, points: 11)
      _ = try await world.record(again, 2)
      func points(_ request: KeepRequest) async throws -> Int? {
        try await world.catalog.keptThings(of: world.key(0), kinds: [.curve], asked: request)
          .first?.points?.steps.count
      }
      #expect(try await points(.nothing) == 11)
      #expect(try await points(finer) == 11)
      #expect(try await points(Self.keep) == 3)
      #expect(try await world.catalog.keptThings(of: world.key(0)).count == 3)
    }
  }

  @Test func `a folder has every file and a manifest of them`() async throws {
    try await Self.world { world in
      _ = try await world.record(Self.result(world.key(0)), 1)
      let path = world.directory.path("kept")
      let summary = try await KeptFolder(of: world.sweep, in: world.catalog).write(to: path)
      // The measures of the fixture have a curve of their own.
      #expect(summary.files == 4 && summary.trials == 1 && summary.trialsWithout == 3)
      let key = world.key(0).description
      let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
      #expect(
        names == [
          "\(key.prefix(16))-curve-loss.csv", "\(key.prefix(16))-curve-losses.csv",
          "\(key.prefix(16))-parameters-0.safetensors",
          "\(key.prefix(16))-parameters-final.safetensors", "manifest.csv",
        ])
      func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
      }
      #expect(
        FileManager.default.contents(atPath: "\(path)/\(names[3])") == Data([3, 4, 5]))
      #expect(try text(names[0]) == "step,loss\n0,0.0\n50,25.0\n100,50.0\n")
      #expect(try text(names[1]) == "step,losses\n0,3.0\n50,2.0\n100,1.0\n")
      let manifest = try text("manifest.csv").split(separator: "\n")
      #expect(manifest[0] == "trial,width,mode,replicate,outcome,kind,name,step,file")
      #expect(manifest[1] == "\(key),10,none,0,completed,parameters,0,0,\(names[2])")
      #expect(manifest.count == 8)
      #expect(manifest[5].hasSuffix(",10,none,1,,,,,"))
    }
  }

  @Test func `a folder that exists stays as it is`() async throws {
    try await Self.world { world async throws in
      _ = try await world.record(Self.result(world.key(0)), 1)
      let path = world.directory.path("kept")
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false)
      await expect(code: .folder) {
        _ = try await KeptFolder(of: world.sweep, in: world.catalog).write(to: path)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    }
  }

  @Test func `nothing to write leaves nothing behind`() async throws {
    try await Self.world { world async throws in
      let before = try world.directory.names()
      let folder = KeptFolder(of: world.sweep, in: world.catalog)
      await expect(code: .nothingKept) {
        _ = try await folder.write(to: world.directory.path("kept"))
      }
      await expect(code: .folder) {
        _ = try await folder.write(to: world.directory.path("no/such/place"))
      }
      #expect(try world.directory.names() == before)
    }
  }

  @Test func `the names that a node gives lead nowhere else`() async throws {
    try await Self.world { world in
      var result = Self.result(world.key(0))
      result.kept.things = [.curve("../../x/\u{e9} y", steps: [0], values: [1])]
      _ = try await world.record(result, 1)
      let path = world.directory.path("kept")
      _ = try await KeptFolder(of: world.sweep, in: world.catalog).write(to: path)
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      #expect(names.contains { $0.hasSuffix("-curve-..%2f..%2fx%2f%c3%a9%20y.csv") }, "\(names)")
    }
  }
}
