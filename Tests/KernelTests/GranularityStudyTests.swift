import Protocol
import Testing

@testable import Kernel

/// Small trainings of label granularity, and its statements on tables made for them.
@Suite struct GranularityStudyTests {
  static let study = LabelGranularity()

  @Test(arguments: KernelTier.available.dropFirst())
  func `a trial has the same bits in all tiers`(tier: KernelTier) throws {
    for head in ["trained", "fixed"] {
      let request = try LayerStudyTrainingTests.request(
        "label-granularity", ["model.head": .text(head)])
      let plain = try Self.study.train(request, tier: .plain)
      let fast = try Self.study.train(request, tier: tier)
      #expect(plain.bits == fast.bits && plain.steps == fast.steps)
    }
  }

  /// A training of a second, of two classes of two sub-classes.
  static func trained(_ granularity: Int64) throws -> TrainingReport {
    try StudyRequests.trainSmall(
      "label-granularity",
      [
        "labels.granularity": .integer(granularity), "labels.noise": .real(0),
        "data.subtypes": .integer(2), "data.samples": .integer(400), "data.hardShare": .real(0),
        "data.testSamples": .integer(400), "model.filters": .integer(24),
        "training.steps": .integer(300), "training.batch": .integer(64),
        "transfer.steps": .integer(40),
      ])
  }

  @Test func `labels of sub-classes teach what hard samples need`() throws {
    let (coarse, fine) = (try Self.trained(1), try Self.trained(2))
    #expect(try coarse.number("easyAccuracy") > 0.95)
    #expect(try fine.number("easyAccuracy") > 0.95)
    #expect(try coarse.number("hardAccuracy") < 0.8)
    #expect(try fine.number("hardAccuracy") > coarse.number("hardAccuracy") + 0.1)
    #expect(try fine.number("featureRatio") > 2 * coarse.number("featureRatio"))
    #expect(
      try abs(fine.number("hardAccuracyMarginal") - fine.number("hardAccuracy")) < 0.1)
    #expect(fine.steps == 380)
  }

  @Test func `without further steps the sums stay as they are`() throws {
    let report = try StudyRequests.trainSmall(
      "label-granularity", ["transfer.steps": .integer(0)])
    #expect(try report.number("easyAccuracyMarginal") == report.number("easyAccuracy"))
    #expect(try report.number("hardAccuracyMarginal") == report.number("hardAccuracy"))
    #expect(report.steps == 6)
  }

  @Test func `a fixed head's biases stay`() throws {
    var request = try LayerStudyTrainingTests.request(
      "label-granularity", ["model.head": .text("fixed"), "model.threshold": .real(2)])
    request.keepsTensors = true
    let report = try Self.study.train(request)
    let biases = try #require(report.tensors.first { $0.name == "filters.bias" })
    // 2 √ln 12 · 0.1.
    #expect(biases.values.allSatisfy { abs($0 + 0.315271) < 1e-5 })
  }

  @Test(arguments: [
    ["labels.granularity": ParameterValue.integer(3)], ["data.dimension": .integer(9)],
    ["data.patches": .integer(2), "data.hardPatchNoise": .real(1)],
    ["data.patchesPerFeature": .integer(3)], ["data.wrongMin": .real(0.6)],
  ])
  func `what does not go together is left out, and refused`(
    changes: [String: ParameterValue]
  ) throws {
    let small = try #require(StudyRequests.small["label-granularity"])
    let resolver = try StudyResolver(Self.study.description)
    let cell = try resolver.resolve(small.merging(changes) { $1 })
    #expect(resolver.violation(of: cell) != nil)
    #expect(resolver.violation(of: try resolver.resolve(small)) == nil)
    var request = try LayerStudyTrainingTests.request("label-granularity", [:])
    request.parameters.merge(changes) { $1 }
    #expect(throws: KernelError.self) { try Self.study.train(request) }
  }

  @Test func `a rehearsal takes one step of each stage`() {
    let shortened = Self.study.rehearsal(
      of: ["training.steps": .integer(600), "transfer.steps": .integer(300)])
    #expect(shortened == ["training.steps": .integer(1), "transfer.steps": .integer(1)])
    let none = Self.study.rehearsal(
      of: ["training.steps": .integer(600), "transfer.steps": .integer(0)])
    #expect(none["transfer.steps"] == .integer(0))
  }

  /// One cell of the table of the specification.
  struct Entry {
    var granularity: Int64
    var hard: Double
    var easy = 1.0
    var marginal: Double?
    var ratio = 1.0
    var changes: [String: ParameterValue] = [:]
  }

  /// What the specification measured.
  static let measured: [Entry] = [
    Entry(granularity: 1, hard: 0.359, easy: 0.995, ratio: 0.15),
    Entry(granularity: 2, hard: 0.744), Entry(granularity: 4, hard: 0.84),
    Entry(granularity: 8, hard: 0.865, marginal: 0.867, ratio: 1.38),
    Entry(granularity: 16, hard: 0.905), Entry(granularity: 32, hard: 0.885),
    Entry(granularity: 64, hard: 0.833), Entry(granularity: 128, hard: 0.707),
    Entry(granularity: 1000, hard: 0.391, easy: 0.996),
    Entry(granularity: 8, hard: 0.53, changes: ["labels.noise": .real(0.3)]),
    Entry(granularity: 8, hard: 0.293, changes: ["labels.noise": .real(1)]),
    Entry(granularity: 1, hard: 0.965, changes: ["data.hardShare": .real(0.3)]),
    Entry(
      granularity: 8, hard: 0.5, easy: 0.49, changes: ["labels.kind": .text("random")]),
  ]

  static func rows(
    replicates: UInt32 = 3, other: [String: ParameterValue] = [:],
    change: (inout Entry) -> Void = { _ in }
  ) -> [StudyRow] {
    measured.flatMap { original in
      var entry = original
      change(&entry)
      return (0..<replicates).map { replicate in
        LayerStudyStatementTests.row(
          study,
          other.merging(["labels.granularity": .integer(entry.granularity)]) { $1 }
            .merging(entry.changes) { $1 }, replicate: replicate, outcome: .completed(.steps),
          measures: [
            "easyAccuracy": entry.easy, "hardAccuracy": entry.hard,
            "easyAccuracyMarginal": entry.easy,
            "hardAccuracyMarginal": entry.marginal ?? entry.hard, "featureRatio": entry.ratio,
          ])
      }
    }
  }

  static func verdict(_ name: String, _ rows: [StudyRow]) -> StatementVerdict.Verdict? {
    StatementFixtures.verdict(name, of: study, on: rows)?.verdict
  }

  static let names = ["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8"]

  @Test(arguments: names)
  func `the table of the specification supports all statements`(name: String) {
    #expect(Self.verdict(name, Self.rows()) == .holds)
  }

  @Test(arguments: names)
  func `two replicates or other data do not cover`(name: String) {
    #expect(Self.verdict(name, Self.rows(replicates: 2)) == .notCovered)
    #expect(Self.verdict(name, Self.rows(other: ["data.noise": .real(0.2)])) == .notCovered)
    #expect(Self.verdict(name, []) == .notCovered)
  }

  /// The verdict when the cells of a granularity without other changes are changed.
  static func verdict(
    _ name: String, at granularity: Int64, changed key: String? = nil,
    change: (inout Entry) -> Void
  ) -> StatementVerdict.Verdict? {
    verdict(
      name,
      rows { entry in
        if entry.granularity == granularity && entry.changes.keys.first == key { change(&entry) }
      })
  }

  @Test func `each bound refutes by itself`() {
    #expect(Self.verdict("G1", at: 32) { $0.easy = 0.96 } == .fails)
    #expect(Self.verdict("G2", at: 1) { $0.hard = 0.51 } == .fails)
    #expect(Self.verdict("G2", at: 8) { $0.hard = 0.74 } == .fails)
    #expect(Self.verdict("G3", at: 1) { $0.hard = 0.61 } == .fails)
    #expect(Self.verdict("G3", at: 1000) { $0.hard = 0.61 } == .fails)
    #expect(Self.verdict("G4", at: 8, changed: "labels.noise") { $0.hard = 0.72 } == .fails)
    #expect(Self.verdict("G4", at: 8, changed: "labels.noise") { $0.hard = 0.42 } == .fails)
    #expect(Self.verdict("G5", at: 8, changed: "labels.kind") { $0.easy = 0.66 } == .fails)
    #expect(Self.verdict("G5", at: 8, changed: "labels.kind") { $0.easy = 0.34 } == .fails)
    #expect(Self.verdict("G6", at: 8) { $0.marginal = 0.81 } == .fails)
    #expect(Self.verdict("G6", at: 1, changed: "data.hardShare") { $0.hard = 0.89 } == .fails)
    #expect(Self.verdict("G7", at: 8) { $0.ratio = 0.59 } == .fails)
    #expect(Self.verdict("G8", at: 64) { $0.hard = 0.91 } == .fails)
    #expect(Self.verdict("G8", at: 4) { $0.hard = 0.91 } == .fails)
  }

  @Test func `a peak needs every granularity`() {
    let rows = Self.rows().filter { $0.parameters["labels.granularity"] != .integer(128) }
    #expect(Self.verdict("G8", rows) == .notCovered)
    #expect(Self.verdict("G3", rows) == .holds)
  }
}
