import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// Long trials that are interrupted by force go on, and have the bits of those that are not.
@Suite(.timeLimit(.minutes(4))) struct CheckpointSlotTests {
  /// A training of some seconds with batches, dropout and a schedule.
  private static let parameters: [String: ParameterValue] = [
    "data.samples": .integer(200), "data.testSamples": .integer(50),
    "model.width": .integer(24), "model.keyWidth": .integer(16),
    "model.feedForward": .integer(32), "dropout.keepResidual": .real(0.9),
    "training.batch": .integer(20),
  ]

  /// A shard of trials that differ in nothing but their keys.
  private static func shard(_ indices: Range<Int>, attempt: UInt32 = 1, steps: Int64) -> Shard {
    Shard(
      study: "anchor-functions", revision: 1, numerics: .pinned, limits: TrialLimits(),
      keep: KeepRequest(parameters: [.step(500), .final], curveInterval: 100),
      shared: parameters.merging(["training.steps": .integer(steps)]) { $1 },
      entries: indices.map {
        Shard.Entry(
          key: IdleTrials.key($0), attempt: AttemptNumber(attempt), replicate: 3, parameters: [:],
          seeds: [:])
      })
  }

  /// What of a result must be the same however it came about.
  private static func bits(_ result: TrialResult) -> TrialResult {
    var bits = TrialResult(
      key: IdleTrials.key(0), attempt: AttemptNumber(1), outcome: result.outcome,
      measures: result.measures, steps: result.steps)
    bits.kept = result.kept
    return bits
  }

  private static func undisturbed(steps: Int64) async throws -> TrialResult {
    var result: TrialResult?
    try await WorkerWorld.with { world in
      world.settings["PHASEGRID_CHECKPOINT_SECONDS"] = "-1"
      let (client, _) = try await world.attach()
      client.send(.assign(shard(0..<1, steps: steps)))
      result = bits(try await client.result())
      #expect(!world.files.contains { $0.hasPrefix("checkpoint") })
    }
    return try #require(result)
  }

  private static func hasCrashed(_ result: TrialResult) -> Bool {
    if case .failed(.crashed, _) = result.outcome { true } else { false }
  }

  private static func settings(carrySeconds: String = "0") -> [String: String] {
    [
      "PHASEGRID_CHECKPOINT_SECONDS": "0.02", "PHASEGRID_CHECKPOINT_CARRY_SECONDS": carrySeconds,
    ]
  }

  /// The next whole checkpoint that a worker delivers.
  private static func checkpoint(
    from client: WorkerClient
  ) async throws -> (parts: [CheckpointPart], progress: UInt64) {
    var parts: [CheckpointPart] = []
    while let message = try await client.next() {
      if case .record = message { throw WorldError(what: "the trial ended before a checkpoint") }
      guard case .checkpoint(let part) = message else { continue }
      if part.index == 0 { parts = [] }
      parts.append(part)
      if part.index + 1 == part.count { return (parts, part.progress) }
    }
    throw WorldError(what: "no checkpoint came")
  }

  @Test func `a slot that is killed again and again goes on to the same bits`() async throws {
    let wanted = try await Self.undisturbed(steps: 5000)
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(0..<1, steps: 5000)))
      var progress: UInt64 = 0
      for _ in 1...3 {
        let slots = world.processes("slot")
        let next = try await Self.checkpoint(from: client).progress
        // It went on: a trial that began anew would deliver an earlier one first.
        #expect(next > progress)
        progress = next
        for slot in slots { kill(slot, SIGKILL) }
        try await eventually { !world.processes("slot").contains(where: slots.contains) }
      }
      let result = try await Self.result(client)
      #expect(Self.bits(result) == wanted)
      #expect(result.attempt == AttemptNumber(1))
      try await eventually { !world.files.contains { $0.hasPrefix("checkpoint") } }
    }
  }

  @Test func `a worker that is killed leaves its trials where they can go on`() async throws {
    let wanted = try await Self.undisturbed(steps: 3000)
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(0..<1, steps: 3000)))
      let progress = try await Self.checkpoint(from: client).progress
      for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
      try await eventually { world.processes("slot").isEmpty }
      let (again, _) = try await world.attach()
      again.send(.assign(Self.shard(0..<1, attempt: 2, steps: 3000)))
      #expect(try await Self.checkpoint(from: again).progress > progress)
      #expect(Self.bits(try await Self.result(again)) == wanted)
    }
  }

  @Test func `another node goes on from what was delivered`() async throws {
    let wanted = try await Self.undisturbed(steps: 3000)
    var carried: (parts: [CheckpointPart], progress: UInt64) = ([], 0)
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(0..<1, steps: 3000)))
      while carried.progress < 100 { carried = try await Self.checkpoint(from: client) }
    }
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      for part in carried.parts { client.send(.checkpoint(part)) }
      client.send(.assign(Self.shard(0..<1, attempt: 2, steps: 3000)))
      #expect(try await Self.checkpoint(from: client).progress > carried.progress)
      #expect(Self.bits(try await Self.result(client)) == wanted)
    }
  }

  @Test func `a checkpoint that makes no sense is left aside`() async throws {
    let wanted = try await Self.undisturbed(steps: 100)
    try await WorkerWorld.with { world in
      world.settings = Self.settings(carrySeconds: "1000")
      let (client, _) = try await world.attach()
      let part = CheckpointPart(
        key: IdleTrials.key(0), progress: 50, index: 0, count: 1, bytes: [1, 2, 3])
      client.send(.checkpoint(part))
      let name = "\(world.directory)/checkpoint-\(IdleTrials.key(0))"
      try Data(repeating: 7, count: 1000).write(to: URL(fileURLWithPath: name))
      client.send(.assign(Self.shard(0..<1, steps: 100)))
      #expect(Self.bits(try await Self.result(client)) == wanted)
      let log = try String(contentsOfFile: "\(world.directory)/worker.log", encoding: .utf8)
      #expect(log.contains("is not taken") && log.contains("begins at its start"))
      #expect(!world.files.contains { $0.hasPrefix("checkpoint") })
    }
  }

  @Test func `a trial goes on without a checkpoint where none can be written`() async throws {
    let wanted = try await Self.undisturbed(steps: 800)
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      // Something else has the name under which a checkpoint is written.
      let name = "\(world.directory)/checkpoint-\(IdleTrials.key(0)).new"
      try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
      client.send(.assign(Self.shard(0..<1, steps: 800)))
      #expect(Self.bits(try await Self.result(client)) == wanted)
      let log = try String(contentsOfFile: "\(world.directory)/worker.log", encoding: .utf8)
      #expect(log.components(separatedBy: "goes on without a checkpoint").count == 2)
    }
  }

  @Test func `a trial that dies by itself begins at its start the next time`() async throws {
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(0..<1, steps: 1_000_000)))
      _ = try await Self.checkpoint(from: client)
      for slot in world.processes("slot") { kill(slot, SIGSEGV) }
      #expect(Self.hasCrashed(try await Self.result(client)))
      #expect(!world.files.contains { $0.hasPrefix("checkpoint") })
    }
  }

  @Test func `a worker that is released leaves no checkpoint`() async throws {
    try await WorkerWorld.with { world in
      world.settings = Self.settings()
      let (client, _) = try await world.attach()
      client.send(.assign(Self.shard(0..<1, steps: 1_000_000)))
      _ = try await Self.checkpoint(from: client)
      for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
      try await eventually { world.processes("slot").isEmpty }
      let (again, _) = try await world.attach()
      #expect(world.files.contains { $0.hasPrefix("checkpoint") })
      again.send(.release)
      try await eventually { world.files.isEmpty }
    }
  }

  @Test func `a part of a checkpoint out of its turn ends the connection`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(
        .checkpoint(
          CheckpointPart(key: IdleTrials.key(0), progress: 1, index: 1, count: 2, bytes: [1])))
      #expect(try await client.refusal()?.contains("out of its turn") == true)
    }
  }

  /// The next result, whatever checkpoints come before it.
  private static func result(_ client: WorkerClient) async throws -> TrialResult {
    try await client.records(1)[0].result
  }
}
