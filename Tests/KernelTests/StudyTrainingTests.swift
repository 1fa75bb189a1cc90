import Glibc
import Protocol
import Testing

@testable import Kernel

@Suite struct StudyTrainingTests {
  static let names = StudyRegistry.all.map(\.description.name)
  static let twoLayerNames = ["two-layer-phase-diagram", "initial-condensation"]

  @Test(arguments: StudyTrainingTests.names)
  func `a small trial completes with the measures of the description`(name: String) throws {
    let report = try StudyRequests.trainSmall(name)
    let study = try #require(StudyRegistry.study(named: name))
    #expect(report.measures.map(\.name) == study.description.measures.map(\.name))
    for (measure, description) in zip(report.measures, study.description.measures) {
      #expect(measure.values.allSatisfy(\.isFinite) && !measure.values.isEmpty)
      #expect(description.kind != .number || measure.values.count == 1)
      #expect(measure.steps.count == (description.kind == .curve ? measure.values.count : 0))
    }
    let counted = [
      "idle", "dropout-condensation", "label-granularity", "anchor-functions",
      "matching-reasoning", "composite-anchors", "supervised",
    ]
    let isCounted = counted.contains(name)
    #expect(report.outcome == .completed(isCounted ? .steps : .rule))
  }

  @Test(arguments: StudyTrainingTests.names)
  func `the same request gives the same bits whatever was trained before`(name: String) throws {
    let first = try StudyRequests.trainSmall(name)
    for other in StudyTrainingTests.names { _ = try StudyRequests.trainSmall(other) }
    let second = try StudyRequests.trainSmall(name)
    #expect(first.bits == second.bits)
    #expect(first.steps == second.steps)
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
