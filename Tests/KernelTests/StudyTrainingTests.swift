import Glibc
import Protocol
import Testing

@testable import Kernel

@Suite struct StudyTrainingTests {
  static let names = StudyRegistry.all.map(\.description.name)
  static let twoLayerNames = ["two-layer-phase-diagram", "initial-condensation"]

  /// A parameter of a study with another value that must show in the measures.
  struct Effect: CustomTestStringConvertible, Sendable {
    let study: String
    let parameter: String
    let value: ParameterValue
    var testDescription: String { "\(study): \(parameter) = \(value.canonicalText)" }
  }

  static let effects: [Effect] = [
    Effect(study: "idle", parameter: "index", value: .integer(1)),
    Effect(study: "idle", parameter: "seconds", value: .real(0.001)),
    Effect(study: "idle", parameter: "ending", value: .text("diverged")),
    Effect(study: "two-layer-phase-diagram", parameter: "width", value: .integer(52)),
    Effect(study: "two-layer-phase-diagram", parameter: "init.gamma", value: .real(1.1)),
    Effect(study: "two-layer-phase-diagram", parameter: "init.gammaPrime", value: .real(0.1)),
    Effect(
      study: "two-layer-phase-diagram", parameter: "init.antisymmetric", value: .boolean(false)),
    Effect(study: "two-layer-phase-diagram", parameter: "data.target", value: .text("book")),
    Effect(
      study: "two-layer-phase-diagram", parameter: "data.target", value: .text("three-points")),
    Effect(study: "two-layer-phase-diagram", parameter: "loss.factor", value: .real(1)),
    Effect(
      study: "two-layer-phase-diagram", parameter: "optimizer.curvatureFraction",
      value: .real(0.25)),
    Effect(
      study: "two-layer-phase-diagram", parameter: "optimizer.relativeStep", value: .real(0.02)),
    Effect(study: "two-layer-phase-diagram", parameter: "stop.lossFraction", value: .real(1e-3)),
    Effect(study: "two-layer-phase-diagram", parameter: "training.stepsMax", value: .integer(5)),
    Effect(study: "initial-condensation", parameter: "width", value: .integer(52)),
    Effect(study: "initial-condensation", parameter: "init.gamma", value: .real(1.7)),
    Effect(study: "initial-condensation", parameter: "init.gammaPrime", value: .real(0.1)),
    Effect(
      study: "initial-condensation", parameter: "init.antisymmetric", value: .boolean(false)),
    Effect(study: "initial-condensation", parameter: "data.target", value: .text("notebook")),
    Effect(study: "initial-condensation", parameter: "data.samples", value: .integer(11)),
    Effect(study: "initial-condensation", parameter: "data.dimension", value: .integer(3)),
    Effect(study: "initial-condensation", parameter: "data.phase", value: .real(0.6)),
    Effect(study: "initial-condensation", parameter: "data.offset", value: .real(0.4)),
    Effect(study: "initial-condensation", parameter: "data.seed", value: .integer(124)),
    Effect(study: "initial-condensation", parameter: "loss.factor", value: .real(1)),
    Effect(
      study: "initial-condensation", parameter: "optimizer.curvatureFraction",
      value: .real(0.001)),
    Effect(
      study: "initial-condensation", parameter: "optimizer.relativeStep", value: .real(0.02)),
    Effect(study: "initial-condensation", parameter: "stop.lossFraction", value: .real(0.5)),
    Effect(study: "initial-condensation", parameter: "training.stepsMax", value: .integer(3)),
  ]

  @Test(arguments: StudyTrainingTests.names)
  func `a small trial completes with the measures of the description`(name: String) throws {
    let report = try StudyRequests.trainSmall(name)
    let study = try #require(StudyRegistry.study(named: name))
    #expect(report.measures.map(\.name) == study.description.measures.map(\.name))
    #expect(report.measures.allSatisfy { $0.values.count == 1 && $0.values[0].isFinite })
    #expect(report.outcome == .completed(name == "idle" ? .steps : .rule))
  }

  @Test(arguments: StudyTrainingTests.names)
  func `the same request gives the same bits whatever was trained before`(name: String) throws {
    let first = try StudyRequests.trainSmall(name)
    for other in StudyTrainingTests.names { _ = try StudyRequests.trainSmall(other) }
    let second = try StudyRequests.trainSmall(name)
    #expect(first.bits == second.bits)
    #expect(first.steps == second.steps)
  }

  @Test(arguments: StudyTrainingTests.effects)
  func `a parameter has an effect`(effect: Effect) throws {
    let usual = try StudyRequests.trainSmall(effect.study)
    let changed = try StudyRequests.trainSmall(effect.study, [effect.parameter: effect.value])
    #expect(usual.bits != changed.bits || usual.outcome != changed.outcome)
  }

  @Test func `every parameter's effect is tested`() {
    for study in StudyRegistry.all.map(\.description) {
      let tested = StudyTrainingTests.effects.filter { $0.study == study.name }.map(\.parameter)
      #expect(Set(tested) == Set(study.parameters.map(\.name)))
    }
  }

  @Test(arguments: StudyTrainingTests.twoLayerNames)
  func `another replicate draws other weights`(name: String) throws {
    let first = try StudyRequests.trainSmall(name)
    let second = try StudyRequests.trainSmall(name, replicate: 1)
    #expect(first.bits != second.bits)
  }

  @Test(arguments: StudyTrainingTests.twoLayerNames)
  func `a pinned seed gives every replicate the same weights`(name: String) throws {
    let first = try StudyRequests.trainSmall(name)
    let second = try StudyRequests.trainSmall(name, replicate: 7, seeds: ["initialization": 0])
    #expect(first.bits == second.bits)
  }

  @Test(arguments: StudyTrainingTests.twoLayerNames)
  func `replicates are fitted to the same data`(name: String) throws {
    // An antisymmetric network is zero at the start, so the first loss is that of the data.
    let losses = try (0..<3).map {
      try StudyRequests.trainSmall(name, replicate: $0).number("lossInitial")
    }
    #expect(losses.allSatisfy { abs($0 - losses[0]) < 1e-6 * losses[0] })
  }

  @Test func `the loss's factor changes the losses and no path`() throws {
    let half = try StudyRequests.trainSmall("two-layer-phase-diagram")
    let double = try StudyRequests.trainSmall(
      "two-layer-phase-diagram", ["loss.factor": .real(1)])
    let ratio = try double.number("lossInitial") / half.number("lossInitial")
    #expect(abs(ratio - 2) < 1e-6)
    #expect(double.steps == half.steps)
    // Single precision rounds each step to 6e-8 of the weights.
    let change = try double.number("relativeChange") / half.number("relativeChange")
    #expect(abs(change - 1) < 1e-4)
  }

  @Test func `training ends at the fraction of the loss that was asked for`() throws {
    let report = try StudyRequests.trainSmall("two-layer-phase-diagram")
    // Mean square of the four targets, halved.
    #expect(abs(try report.number("lossInitial") - 0.1375) < 1e-6)
    #expect(try report.number("lossRatio") <= 1e-5)
    #expect(try report.number("steps") == Double(report.steps))
    let condensed = try StudyRequests.trainSmall("initial-condensation")
    #expect(try condensed.number("lossRatio") <= 0.9)
  }

  @Test func `a training that reaches its cap says so`() throws {
    let report = try StudyRequests.trainSmall(
      "two-layer-phase-diagram", ["training.stepsMax": .integer(7)])
    #expect(report.outcome == .completed(.cap))
    #expect(report.steps == 7)
  }

  @Test func `a divergence is a result without measures of the weights`() throws {
    let study = TwoLayerPhaseDiagram()
    let trial = try StudyRequests.specification(study.description.name, ["width": .integer(10)])
    var training = try study.training(
      of: TrainingRequest(
        key: trial.key, numerics: .pinned, parameters: trial.parameters, seeds: trial.seeds,
        replicate: 0))
    // Its square is beyond single precision.
    training.samples.targets[0] = 1e30
    let report = study.report(of: try training.train(Float.self, numerics: .pinned))
    #expect(report.outcome == .diverged)
    #expect(report.measures.map(\.name) == study.description.measures.map(\.name))
    #expect(try report.number("directionNumber").isNaN)
  }

  @Test func `a missing parameter is refused by name`() throws {
    var trial = try StudyRequests.specification("two-layer-phase-diagram", [:])
    trial.parameters["width"] = nil
    let error = try #require(throws: KernelError.self) { try StudyRequests.train(trial) }
    #expect(error.kind == .parameter)
    #expect(error.message.contains("'width' is missing"))
  }

  @Test(arguments: [
    ("width", ParameterValue.integer(1)), ("width", .text("wide")), ("init.gamma", .real(9)),
    ("data.target", .text("five-points")), ("width", .integer(51)),
  ])
  func `a value that does not fit is refused`(name: String, value: ParameterValue) throws {
    var trial = try StudyRequests.specification("two-layer-phase-diagram", [:])
    trial.parameters[name] = value
    let error = try #require(throws: KernelError.self) { try StudyRequests.train(trial) }
    #expect(error.kind == .parameter)
  }

  @Test func `an idle trial draws its number from its key`() throws {
    let trial = try StudyRequests.specification("idle", ["index": .integer(3)])
    let words = trial.key.bytes.prefix(7).reduce(0.0) { $0 * 256 + Double($1) }
    let drawn = try StudyRequests.train(trial).number("draw")
    // Seven bytes are 56 bits; the number has the first 53 of them.
    #expect(abs(drawn - words / 0x1p56) < 0x1p-52)
  }

  @Test func `an idle trial waits as long as it was told`() throws {
    let start = ContinuousClock.now
    _ = try StudyRequests.trainSmall("idle", ["seconds": .real(0.05)])
    #expect(ContinuousClock.now - start >= .seconds(0.05))
  }

  @Test func `an idle trial that crashes ends its process`() async {
    await #expect(processExitsWith: .signal(SIGABRT)) {
      _ = try StudyRequests.trainSmall("idle", ["ending": .text("crash")])
    }
  }
}
