import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// What trials keep beside their results, from the slot to whoever reads the spool.
@Suite(.timeLimit(.minutes(2))) struct KeptTests {
  private static let parameters: [String: ParameterValue] = [
    "width": .integer(60), "training.stepsMax": .integer(40), "stop.lossFraction": .real(1e-12),
  ]

  private static func shard(
    _ indices: Range<Int>, keep: KeepRequest, _ parameters: [String: ParameterValue] = parameters
  ) -> Shard {
    Shard(
      study: "two-layer-phase-diagram", revision: 1, numerics: .pinned, limits: TrialLimits(),
      keep: keep, shared: parameters,
      entries: indices.map {
        Shard.Entry(
          key: IdleTrials.key($0), attempt: AttemptNumber(1), replicate: UInt32($0),
          parameters: [:], seeds: [:])
      })
  }

  private static func thing(
    _ kind: KeptThing.Kind, _ name: String, of result: TrialResult
  ) -> KeptThing? {
    result.kept.things.first { $0.kind == kind && $0.name == name }
  }

  @Test func `what is kept arrives with the result, and changes none of its bits`() async throws {
    let keep = KeepRequest(
      parameters: [.step(0), .step(10), .step(1000), .final], curveInterval: 15,
      matrices: ["cosineW"])
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(0..<1, keep: .nothing)))
      let plain = try await client.result()
      client.send(.assign(Self.shard(0..<1, keep: keep).withAttempt(2)))
      let kept = try await client.result()
      #expect(kept.measures == plain.measures && kept.steps == plain.steps)
      #expect(plain.kept == .none)
      #expect(kept.kept.asked == keep.words)
      // The training never came to step 1000.
      #expect(
        kept.kept.things.map(\.name) == ["0", "10", "cosineW", "final", "loss"])
      let points = try #require(Self.thing(.curve, "loss", of: kept)?.points)
      #expect(points.steps == [0, 15, 30, 40])
      let last = kept.measures.first { $0.name == "lossFinal" }?.values.first
      #expect(points.values.last.map { Double($0) } == last)
      let cosines = try #require(Self.thing(.matrix, "cosineW", of: kept)?.rows)
      #expect(cosines.count == 60 && cosines.allSatisfy { $0.count == 60 })
      #expect((0..<60).allSatisfy { abs(cosines[$0][$0] - 1) < 1e-6 })
    }
  }

  @Test func `the parameters at the end are those that train exports`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(3..<4, keep: KeepRequest(parameters: [.step(0), .final]))))
      let kept = try await client.result()
      let trial = """
        {"study": "two-layer-phase-diagram", "replicate": 3, "parameters":
         {"width": 60, "training.stepsMax": 40, "stop.lossFraction": 1e-12}}
        """
      let file = world.folder.appendingPathComponent("end.safetensors")
      let ending = try await BuiltProgram("phasegrid-worker")
        .run(["train", "-", "--export", file.path], input: trial)
      #expect(ending.status == 0, "\(ending.words)")
      let exported = [UInt8](try Data(contentsOf: file))
      #expect(Self.thing(.parameters, "final", of: kept)?.bytes == exported)
      let start = try #require(Self.thing(.parameters, "0", of: kept))
      let length = start.bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      let header = try JSONValue(parsing: start.bytes[8..<(8 + length)])
      #expect(
        header.members?.map(\.name) == ["__metadata__", "hidden.weight", "output.weight"])
      #expect(start.bytes.count == exported.count && start.bytes != exported)
    }
  }

  @Test func `what is kept survives its daemon and travels in many parts`() async throws {
    try await WorkerWorld.with { world in
      let large = Self.parameters.merging([
        "width": .integer(100_000), "training.stepsMax": .integer(2),
      ]) { $1 }
      let (first, _) = try await world.attach()
      first.send(
        .assign(
          Self.shard(0..<2, keep: KeepRequest(parameters: [.step(0), .final]), large)))
      let before = try await first.records(2)
      #expect(before.allSatisfy { $0.result.kept.byteCount > 2 << 20 })
      // Every part is a record with a number of its own.
      #expect(before[0].sequence > 8)
      for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
      try await first.cut()
      let (second, _) = try await world.attach()
      let after = try await second.records(2)
      #expect(after.map(\.result) == before.map(\.result))
      #expect(after.map(\.sequence) == before.map(\.sequence))
      second.send(.acknowledge(after[1].sequence))
      second.send(.release)
      try await eventually { world.processes("daemon").isEmpty }
    }
  }

  @Test func `a trial that would keep too much fails and says so`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      let huge = Self.parameters.merging([
        "width": .integer(20_000), "training.stepsMax": .integer(1),
      ]) { $1 }
      client.send(.assign(Self.shard(0..<1, keep: KeepRequest(matrices: ["cosineW"]), huge)))
      let result = try await client.result()
      guard case .failed(.refused, let words) = result.outcome else {
        Issue.record("it was not refused: \(result.outcome)")
        return
      }
      #expect(words.contains("64 MiB"))
      #expect(result.kept == .none)
    }
  }

  @Test func `estimate tells the bytes that a trial keeps`() async throws {
    let keep = #"["parameters 0", "parameters final", "curves 15", "matrix cosineW"]"#
    let ending = try await BuiltProgram("phasegrid-worker").run(
      ["estimate"],
      input: """
        [{"study": "two-layer-phase-diagram", "keep": \(keep), "parameters":
          {"width": 60, "training.stepsMax": 40, "stop.lossFraction": 1e-12}}]
        """)
    let estimate = try JSONValue(parsing: ending.output)
    let planned = try #require(estimate["keptBytes"]?.integer)
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(
        .assign(
          Self.shard(
            0..<1,
            keep: KeepRequest(
              parameters: [.step(0), .final], curveInterval: 15, matrices: ["cosineW"]))))
      let taken = try await client.result().kept.byteCount
      #expect(abs(Int(planned) - taken) <= 16, "\(planned) planned, \(taken) kept")
    }
  }
}

extension Shard {
  /// The same trials under another attempt number.
  fileprivate func withAttempt(_ number: UInt32) -> Shard {
    var shard = self
    for index in shard.entries.indices { shard.entries[index].attempt = AttemptNumber(number) }
    return shard
  }
}
