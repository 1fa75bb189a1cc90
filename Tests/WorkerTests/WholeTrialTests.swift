import Foundation
import Protocol
import TestSupport
import Testing

/// Whole trials have the same bits whatever the processor's features and however many train beside
/// them.
@Suite(.timeLimit(.minutes(4))) struct WholeTrialTests {
  /// How often each trial is trained in each setting.
  private static let repetitions = 20

  /// A fully connected, a convolutional and a transformer study, with sizes that take milliseconds.
  private static let trials: [(study: String, parameters: [String: ParameterValue])] = [
    (
      "two-layer-phase-diagram",
      ["width": .integer(202), "init.gamma": .real(1.2), "training.stepsMax": .integer(150)]
    ),
    (
      "convolution-condensation",
      [
        "model.channels": .integer(7), "data.samples": .integer(30),
        "training.stepsMax": .integer(15),
      ]
    ),
    (
      "anchor-functions",
      [
        "data.samples": .integer(30), "data.testSamples": .integer(20),
        "model.width": .integer(20), "model.keyWidth": .integer(12),
        "model.feedForward": .integer(24), "training.steps": .integer(12),
        "training.batch": .integer(10),
      ]
    ),
  ]

  /// Whether the processor has what the fastest loops need.
  private static let hasWideVectors: Bool = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return Set(flags.split(separator: " "))
      .isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"])
  }()

  @Test(.enabled(if: hasWideVectors, "the processor has no AVX-512 to compare AVX2 with"))
  func `trials have the same bits with AVX2 and AVX-512, alone and beside others`() async throws {
    let revisions = try await Self.revisions()
    var outcomes: [String: Set<[UInt64]>] = [:]
    for tier in ["avx2", "avx512"] {
      for slots in [UInt16(1), 2] {
        for (study, bits) in try await Self.train(tier: tier, slots: slots, revisions) {
          outcomes[study, default: []].formUnion(bits)
        }
      }
    }
    #expect(outcomes.count == Self.trials.count)
    for (study, bits) in outcomes {
      #expect(bits.count == 1, "\(study) gave \(bits.count) different results")
      #expect(bits.first?.count ?? 0 > 4, "\(study) reports its measures")
    }
  }

  private static func revisions() async throws -> [String: UInt32] {
    let ending = try await BuiltProgram("phasegrid-worker").run(["describe"])
    let described = try WorkerDescription(json: try JSONValue(parsing: ending.output))
    return Dictionary(uniqueKeysWithValues: described.studies.map { ($0.name, $0.revision) })
  }

  /// Trains every trial many times in one worker, and gives the bits of each result.
  private static func train(
    tier: String, slots: UInt16, _ revisions: [String: UInt32]
  ) async throws -> [String: [[UInt64]]] {
    var bits: [String: [[UInt64]]] = [:]
    try await WorkerWorld.with { world in
      let client = try WorkerClient(
        program: BuiltProgram("phasegrid-worker").path,
        arguments: ["serve", "--directory", world.directory],
        environment: world.environment.merging(["PHASEGRID_KERNEL_TIER": tier]) { $1 })
      client.attach(
        Attach(
          catalog: world.catalog, spool: nil, committed: 0, slots: .count(slots), nice: 0,
          loadLimit: nil, leaseSeconds: 60))
      guard case .attached = try await client.next() else {
        throw WorldError(what: "the worker did not greet")
      }
      var studies: [TrialKey: String] = [:]
      for (position, trial) in trials.enumerated() {
        let indices = (0..<repetitions).map { position * repetitions + $0 }
        for index in indices { studies[IdleTrials.key(index)] = trial.study }
        client.send(
          .assign(
            Shard(
              study: trial.study, revision: try #require(revisions[trial.study]),
              numerics: .pinned, limits: TrialLimits(), shared: trial.parameters,
              entries: indices.map {
                Shard.Entry(
                  key: IdleTrials.key($0), attempt: AttemptNumber(1), replicate: 3,
                  parameters: [:], seeds: [:])
              })))
      }
      for record in try await client.records(studies.count) {
        let study = try #require(studies[record.result.key])
        guard case .completed = record.result.outcome else {
          throw WorldError(what: "\(study): \(record.result.outcome)")
        }
        let numbers = record.result.measures.flatMap { $0.values.map(\.bitPattern) }
        bits[study, default: []].append([record.result.steps] + numbers)
      }
    }
    return bits
  }
}
