import CatalogStore
import Planning
import Protocol
import TestSupport

/// A study of two parameters with the trials, results and catalogs that tests need of it.
enum Fixtures {
  static let node = NodeName("lab01")
  static let otherNode = NodeName("lab02")
  static let spool = spool(1)
  static let now: Int64 = 1_700_000_000_000_000

  /// A spool that a digit tells from others.
  static func spool(_ digit: UInt8) -> UniqueID {
    guard let spool = UniqueID(bytes: [UInt8](repeating: digit, count: UniqueID.byteCount)) else {
      preconditionFailure("a spool has 16 bytes")
    }
    return spool
  }

  /// A file that trials read.
  static let dataFile = DataFile(
    name: "samples.safetensors", path: "/home/ada/samples.safetensors",
    digest: String(repeating: "0123456789abcdef", count: 4), byteCount: 6720)

  /// Two nodes, one that says everything and one that says nothing.
  static let cluster = ClusterDefinition(
    leaseSeconds: 90,
    nodes: [
      ClusterNode(
        name: node,
        launcher: .ssh(
          SSHReach(
            host: "10.0.0.7", user: "ada", port: 2222, identityFiles: ["/home/ada/.ssh/lab"],
            knownHostsFiles: ["/home/ada/.ssh/known_hosts"], configurationFile: .none)),
        slots: 4, workDirectory: "~/phasegrid", nice: 10, loadLimit: 8.5),
      ClusterNode(name: NodeName("local"), launcher: .local),
    ])

  /// A sweep over `width` and `mode`.
  static func definition(
    _ name: String = "small", widths: [Int64] = [10, 20], modes: [String] = ["none"],
    replicates: [UInt32] = [0, 1], study: String = "toy",
    measures: [String] = ["loss", "accuracy"],
    limits: TrialLimits = TrialLimits(), keep: KeepRequest = .nothing
  ) -> SweepDefinition {
    SweepDefinition(
      name: name, study: study, revision: 3, studyDescriptionJSON: #"{"name":"toy"}"#,
      text: "sweep: \(name)\nstudy: \(study)\n",
      axes: [
        Axis(name: "width", values: widths.map { .integer($0) }, scale: .linear),
        Axis(name: "mode", values: modes.map { .text($0) }, scale: .categorical),
      ],
      measures: measures, replicates: replicates, numerics: .pinned, limits: limits,
      keep: keep)
  }

  /// The trials of a definition in grid order; `keep` is active, and in the key, with mode `drop`.
  static func trials(_ definition: SweepDefinition, keep: Double = 0.5) -> [PlannedTrial] {
    var trials: [PlannedTrial] = []
    var position = 0
    for width in definition.axes[0].values {
      for mode in definition.axes[1].values {
        for replicate in definition.replicates {
          let specification = specification(
            width: width, mode: mode, keep: keep, replicate: replicate, study: definition.study)
          trials.append(
            PlannedTrial(
              cell: Cell(position: position, values: [width, mode]), key: specification.key,
              specification: specification))
        }
        position += 1
      }
    }
    return trials
  }

  static func specification(
    width: ParameterValue, mode: ParameterValue, keep: Double, replicate: UInt32,
    study: String = "toy"
  ) -> TrialSpecification {
    TrialSpecification(
      study: study, revision: 3, numerics: .pinned,
      parameters: ["width": width, "mode": mode, "keep": .real(keep), "verbose": .boolean(false)],
      keyParameters: mode == .text("drop")
        ? ["keep", "mode", "verbose", "width"] : ["mode", "verbose", "width"],
      seeds: ["data": 0, "initialization": replicate], replicate: replicate)
  }

  /// A completed result with two numbers and a curve.
  static func result(
    _ key: TrialKey, attempt: UInt32 = 1, outcome: TrialOutcome = .completed(.rule),
    loss: Double = 0.25, accuracy: Double = 1, curve: [Double] = [3, 2, 1], steps: UInt64 = 100
  ) -> TrialResult {
    TrialResult(
      key: key, attempt: AttemptNumber(attempt), outcome: outcome,
      measures: [
        MeasureValue(name: "loss", number: loss), MeasureValue(name: "accuracy", number: accuracy),
        MeasureValue(
          name: "losses", values: curve, steps: (0..<UInt32(curve.count)).map { $0 * 50 }),
      ],
      steps: steps, cpuSeconds: 1.5, wallSeconds: 2, startedMicroseconds: now + 1_000_000,
      peakMemoryBytes: 1 << 20, slot: SlotIndex(3), core: "Haswell")
  }

  static func failure(
    _ key: TrialKey, attempt: UInt32 = 1, reason: FailureReason = .crashed
  ) -> TrialResult {
    TrialResult(
      key: key, attempt: AttemptNumber(attempt), outcome: .failed(reason, "signal 11"),
      cpuSeconds: 0.5, wallSeconds: 0.6, startedMicroseconds: now + 1_000_000)
  }

  static func received(
    _ result: TrialResult, _ sequence: UInt64, node: NodeName = node, spool: UniqueID = spool
  ) -> ReceivedResult {
    ReceivedResult(node: node, spool: spool, sequence: sequence, result: result)
  }
}

/// A catalog in a temporary directory with one sweep of four trials in two cells.
struct CatalogWorld {
  let directory: TemporaryDirectory
  let catalog: Catalog
  let sweep: SweepRecord
  let trials: [PlannedTrial]
  let ids: [TrialID]

  static func with(
    _ definition: SweepDefinition = Fixtures.definition(),
    _ body: (CatalogWorld) async throws -> Void
  ) async throws {
    try await TemporaryDirectory.with { directory in
      let catalog = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      let trials = Fixtures.trials(definition)
      _ = try await catalog.register(definition, trials: trials, atMicroseconds: Fixtures.now)
      let sweep = try await catalog.sweep(named: definition.name)
      let rows = try await catalog.trialIDs(of: trials.map(\.key))
      try await body(
        CatalogWorld(
          directory: directory, catalog: catalog, sweep: sweep, trials: trials,
          ids: trials.compactMap { rows[$0.key] }))
      await catalog.close()
    }
  }

  func key(_ index: Int) -> TrialKey { trials[index].key }

  /// Hands attempts out, the trial's position before the attempt's number.
  func assign(_ attempts: [(Int, UInt32)], to node: NodeName = Fixtures.node) async throws {
    try await catalog.assign(
      attempts.map { attempt($0.0, $0.1) }, to: node, atMicroseconds: Fixtures.now)
  }

  func attempt(_ index: Int, _ number: UInt32) -> AttemptID {
    AttemptID(trial: ids[index], number: AttemptNumber(number))
  }

  /// Records results and gives what became of them.
  func record(
    _ batch: [ReceivedResult], setAside: Set<TrialID> = []
  ) async throws -> [RecordedResult.Disposition] {
    try await catalog.record(batch, setAside: setAside, atMicroseconds: Fixtures.now + 5_000_000)
      .map(\.disposition)
  }

  func record(
    _ result: TrialResult, _ sequence: UInt64, node: NodeName = Fixtures.node,
    spool: UniqueID = Fixtures.spool, setAside: Set<TrialID> = []
  ) async throws -> RecordedResult.Disposition? {
    try await record(
      [Fixtures.received(result, sequence, node: node, spool: spool)], setAside: setAside
    ).first
  }

  func counts() async throws -> SweepCounts { try await catalog.counts(of: sweep.id) }

  func attempts(_ index: Int) async throws -> [AttemptRecord] {
    try await catalog.record(of: ids[index]).attempts
  }

  /// The results as text.
  func text(
    _ format: ResultFormat = .csv, where condition: String? = nil, provenance: Bool = false
  ) async throws -> String {
    let sink = ByteSink()
    try await catalog.writeResults(
      of: sweep, where: condition.map { try Expression(parsing: $0) }, format: format,
      provenance: provenance
    ) { sink.append($0) }
    return sink.text
  }
}
