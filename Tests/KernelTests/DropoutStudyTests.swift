import Protocol
import Testing

@testable import Kernel

/// Small trainings of dropout and condensation, and its statements on tables made for them.
@Suite struct DropoutStudyTests {
  static let study = DropoutCondensation()

  @Test(arguments: KernelTier.available.dropFirst())
  func `a trial has the same bits in all tiers`(tier: KernelTier) throws {
    for mode in ["none", "dropout", "r1"] {
      let request = try LayerStudyTrainingTests.request(
        "dropout-condensation", ["dropout.mode": .text(mode)])
      let plain = try Self.study.train(request, tier: .plain)
      let fast = try Self.study.train(request, tier: tier)
      #expect(plain.bits == fast.bits && plain.steps == fast.steps)
    }
  }

  /// A short training of a narrow network.
  static func trained(_ changes: [String: ParameterValue]) throws -> TrainingReport {
    let extents: [String: ParameterValue] = [
      "model.width": .integer(40), "data.samples": .integer(8),
      "optimizer.learningRate": .real(0.01), "training.steps": .integer(3000),
    ]
    return try StudyRequests.trainSmall(
      "dropout-condensation", extents.merging(changes) { $1 })
  }

  @Test(arguments: ["dropout", "r1"])
  func `neurons condense and the minimum is flatter`(mode: String) throws {
    let plain = try Self.trained(["dropout.mode": .text("none")])
    let regularised = try Self.trained(["dropout.mode": .text(mode)])
    #expect(
      try regularised.number("directionNumber") < 0.75 * plain.number("directionNumber"))
    #expect(try regularised.number("flatnessTrace") < 0.5 * plain.number("flatnessTrace"))
    #expect(try regularised.number("lossNearby") < 0.5 * plain.number("lossNearby"))
    #expect(
      try plain.number("directionNumber") > 0.7 * plain.number("directionNumberInitial"))
  }

  @Test func `the start does not depend on what regularises`() throws {
    let starts = try ["none", "dropout", "r1"].map {
      try StudyRequests.trainSmall("dropout-condensation", ["dropout.mode": .text($0)])
        .number("directionNumberInitial")
    }
    #expect(Set(starts).count == 1)
  }

  @Test func `keeping every neuron is training without dropout`() throws {
    let none = try StudyRequests.trainSmall(
      "dropout-condensation", ["dropout.mode": .text("none")])
    let kept = try StudyRequests.trainSmall("dropout-condensation", ["dropout.keep": .real(1)])
    #expect(kept.bits == none.bits)
  }

  @Test func `the Hessian's measures belong together`() throws {
    let report = try Self.trained(["dropout.mode": .text("none")])
    // Near a loss of zero the trace is that of the outputs' gradients, and more than one eigenvalue.
    let trace = try report.number("hessianTrace")
    #expect(
      abs(trace - (try report.number("flatnessTrace")))
        < 5 * (try report.number("hessianTraceError")) + 0.5)
    #expect(try report.number("hessianGreatest") < trace + 1e-9)
    #expect(try report.number("hessianGreatest") > 0)
  }

  @Test func `several inputs have no angles and no roughness`() throws {
    let report = try StudyRequests.trainSmall(
      "dropout-condensation", ["data.target": .text("tanh-of-sum")])
    #expect(try report.number("directionNumber").isNaN)
    #expect(try report.number("roughness").isNaN)
    #expect(try report.number("condensedDirections") >= 1)
  }

  @Test func `dead rectifiers are left out`() throws {
    let request = try LayerStudyTrainingTests.request(
      "dropout-condensation", ["model.width": .integer(3), "data.samples": .integer(2)])
    let problem = try DropoutProblem(
      try ParameterReader(request.parameters, of: Self.study.description), seed: 0)
    // On the points -1 and 1 the second neuron is never positive.
    let values: [String: [Float]] = [
      "layers.0.weight": [3, 1, -1], "layers.0.bias": [4, -2, 0],
      "layers.1.weight": [2, 7, -1],
    ]
    let neurons = try #require(problem.neurons { values[$0] ?? [] })
    #expect(neurons.amplitudes == [10, 1])
    #expect(neurons.directions == [0.6, 0.8, -1, 0])
  }

  @Test(arguments: [
    ["dropout.mode": ParameterValue.text("r1"), "model.depth": .integer(2)],
    ["training.batch": .integer(7)],
  ])
  func `what does not go together is left out, and refused`(
    changes: [String: ParameterValue]
  ) throws {
    let small = try #require(StudyRequests.small["dropout-condensation"])
    let resolver = try StudyResolver(Self.study.description)
    let cell = try resolver.resolve(small.merging(changes) { $1 })
    #expect(resolver.violation(of: cell) != nil)
    var request = try LayerStudyTrainingTests.request("dropout-condensation", [:])
    request.parameters.merge(changes) { $1 }
    #expect(throws: KernelError.self) { try Self.study.train(request) }
  }

  /// What the specification measured: mode, p, and the medians of its table.
  static let measured:
    [(mode: String, keep: Double, directions: Double, trace: Double, nearby: Double, test: Double)] =
      [
        ("none", 1, 31, 95, 1.3, 1.4e-3), ("dropout", 0.95, 5, 4, 0.06, 5e-5),
        ("dropout", 0.9, 5.5, 2.3, 0.06, 6e-5), ("dropout", 0.8, 6, 2, 0.07, 8e-5),
        ("dropout", 0.7, 6, 1.9, 0.07, 1e-4), ("dropout", 0.5, 5.5, 1.8, 0.07, 2.5e-4),
        ("r1", 0.9, 2, 8, 0.1, 5e-6),
      ]

  static func rows(
    replicates: UInt32 = 3, other: [String: ParameterValue] = [:], mode: String = "",
    keep: Double = 1, factor: Double = 1, start: Double = 33.7
  ) -> [StudyRow] {
    measured.flatMap { entry in
      let factor = entry.mode == mode && entry.keep == keep ? factor : 1
      return (0..<replicates).map { replicate in
        LayerStudyStatementTests.row(
          study,
          other.merging([
            "dropout.mode": .text(entry.mode), "dropout.keep": .real(entry.keep),
          ]) { $1 }, replicate: replicate, outcome: .completed(.steps),
          measures: [
            "directionNumber": entry.directions * factor, "directionNumberInitial": start,
            "flatnessTrace": entry.trace * factor, "lossNearby": entry.nearby * factor,
            "testError": entry.test * factor,
          ])
      }
    }
  }

  static func verdict(_ name: String, _ rows: [StudyRow]) -> StatementVerdict.Verdict? {
    StatementFixtures.verdict(name, of: study, on: rows)?.verdict
  }

  static let names = ["A1", "A2", "A3", "A4", "A5"]

  @Test(arguments: names)
  func `the table of the specification supports all statements`(name: String) {
    #expect(Self.verdict(name, Self.rows()) == .holds)
  }

  @Test(arguments: names)
  func `two replicates or another activation do not cover`(name: String) {
    #expect(Self.verdict(name, Self.rows(replicates: 2)) == .notCovered)
    let tanh: [String: ParameterValue] = ["model.activation": .text("tanh")]
    #expect(Self.verdict(name, Self.rows(other: tanh)) == .notCovered)
    #expect(Self.verdict(name, []) == .notCovered)
  }

  @Test(arguments: [0.5, 0.7, 0.8, 0.9, 0.95])
  func `every keep probability is held to its bounds`(keep: Double) {
    let rows = Self.rows(mode: "dropout", keep: keep, factor: 10)
    for name in ["A1", "A2", "A3"] { #expect(Self.verdict(name, rows) == .fails) }
    #expect(Self.verdict("A4", rows) == (keep == 0.9 ? .fails : .holds))
    let missing = Self.rows().filter {
      $0.parameters["dropout.keep"] != .real(keep) || $0.parameters["dropout.mode"] == .text("r1")
    }
    for name in ["A1", "A2", "A3"] { #expect(Self.verdict(name, missing) == .notCovered) }
  }

  @Test func `the penalty is held to bounds of its own`() {
    let rows = Self.rows(mode: "r1", keep: 0.9, factor: 4)
    #expect(Self.verdict("A1", rows) == .fails)
    #expect(Self.verdict("A2", rows) == .fails)
    #expect(Self.verdict("A3", rows) == .holds)
    // 0.9 would be within the bound of dropout.
    #expect(Self.verdict("A1", Self.rows(mode: "r1", keep: 0.9, factor: 3.2)) == .fails)
  }

  @Test func `directions that were lost without dropout are against A5`() {
    #expect(Self.verdict("A5", Self.rows(start: 38.8)) == .fails)
  }
}
