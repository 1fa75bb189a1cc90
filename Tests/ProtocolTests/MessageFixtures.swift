import Protocol

/// One message of each kind, with every optional part present somewhere and absent somewhere.
enum MessageFixtures {
  static let key = TrialSpecification(
    study: "fixture", revision: 1, numerics: .pinned, parameters: [:], keyParameters: [],
    seeds: [:], replicate: 0
  ).key
  static let trial = TrialAttempt(key: key, attempt: AttemptNumber(3))

  static let checkpoint = CheckpointPart(
    key: key, progress: 1000, index: 1, count: 3, bytes: [1, 2, 3])

  static func unique(_ byte: UInt8) -> UniqueID {
    guard let id = UniqueID(bytes: [UInt8](repeating: byte, count: 16)) else {
      preconditionFailure("an identifier has 16 bytes")
    }
    return id
  }

  static let shard = Shard(
    study: "fixture", revision: 2, numerics: .openblas,
    limits: TrialLimits(memoryBytes: 1 << 31, timeSeconds: 60),
    keep: KeepRequest(parameters: [.step(0), .final], curveInterval: 50, matrices: ["cosineW"]),
    shared: ["mode": .text("drop"), "antisymmetric": .boolean(true)],
    entries: [
      Shard.Entry(
        key: key, attempt: AttemptNumber(1), replicate: 4,
        parameters: ["width": .integer(-5), "init.gamma": .real(0.1)],
        seeds: ["initialization": 7])
    ])

  static let toWorker: [ToWorker] = [
    .attach(
      Attach(
        catalog: unique(1), spool: unique(2), committed: 77, slots: .count(2), nice: 10,
        loadLimit: 7.5, leaseSeconds: 60)),
    .attach(Attach(catalog: unique(1), spool: nil, committed: 0, slots: .free, leaseSeconds: 1)),
    .attach(
      Attach(catalog: unique(1), spool: nil, committed: 0, slots: .collectOnly, leaseSeconds: 1)),
    .assign(shard),
    .retract([trial, trial]),
    .acknowledge(.max),
    .heartbeat(5),
    .release,
    .checkpoint(checkpoint),
  ]

  static let fromWorker: [FromWorker] = [
    .attached(
      Attached(
        release: "0.1.0", machine: "abc", processors: 2, slots: 1, spool: unique(9),
        nextSequence: 12, held: [.init(trial: trial, isRunning: true)])),
    .record(
      11,
      TrialResult(
        key: key, attempt: AttemptNumber(1), outcome: .completed(.rule),
        measures: [
          MeasureValue(name: "loss", number: -.zero),
          MeasureValue(name: "curve", values: [1, .nan, .infinity], steps: [0, 50, 100]),
        ], steps: 100, cpuSeconds: 0.5, wallSeconds: 0.75, startedMicroseconds: -1,
        peakMemoryBytes: 1 << 40, slot: SlotIndex(1), core: "Haswell")),
    .record(12, TrialResult(key: key, attempt: AttemptNumber(2), outcome: .diverged)),
    .record(
      13,
      TrialResult(
        key: key, attempt: AttemptNumber(2), outcome: .failed(.crashed, "signal 11: «ouch»"))),
    .part(
      14,
      KeptThings(
        asked: ["curves 50"], things: [.curve("loss", steps: [0, 50], values: [1, 0.5])]
      ).parts(of: trial)[0]),
    .retracted([trial]),
    .heartbeat(6, running: [trial]),
    .refused("another catalog"),
    .checkpoint(checkpoint),
  ]
}
