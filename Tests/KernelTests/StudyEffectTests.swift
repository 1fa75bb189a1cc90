import Protocol
import Testing

@testable import Kernel

/// A parameter of a study with another value that must show in the measures.
struct StudyEffect: CustomTestStringConvertible, Sendable {
  let study: String
  let parameter: String
  let value: ParameterValue
  /// What else is not as in the study's small trial, in both trainings.
  var given: [String: ParameterValue] = [:]
  var testDescription: String { "\(study): \(parameter) = \(value.canonicalText)" }
}

/// Every parameter of every study changes the key and the measures of a small trial.
@Suite struct StudyEffectTests {
  static let effects =
    twoLayerEffects + convolutionEffects + anchorEffects + reasoningEffects + granularityEffects
    + dropoutEffects + supervisedEffects

  @Test(arguments: StudyEffectTests.effects)
  func `a parameter has an effect`(effect: StudyEffect) throws {
    let usual = try StudyRequests.trainSmall(effect.study, effect.given)
    let changes = effect.given.merging([effect.parameter: effect.value]) { _, new in new }
    let changed = try StudyRequests.trainSmall(effect.study, changes)
    #expect(usual.bits != changed.bits || usual.outcome != changed.outcome)
  }

  @Test(arguments: StudyEffectTests.effects)
  func `a parameter with an effect is part of the key`(effect: StudyEffect) throws {
    let small = try #require(StudyRequests.small[effect.study])
    let given = small.merging(effect.given) { _, new in new }
    let changed = given.merging([effect.parameter: effect.value]) { _, new in new }
    let usual = try StudyRequests.specification(effect.study, given)
    #expect(try StudyRequests.specification(effect.study, changed).key != usual.key)
  }

  @Test func `every parameter's effect is tested`() {
    for study in StudyRegistry.all.map(\.description) {
      let tested = StudyEffectTests.effects.filter { $0.study == study.name }.map(\.parameter)
      #expect(Set(tested) == Set(study.parameters.map(\.name)))
    }
  }

  static let twoLayerEffects: [StudyEffect] = [
    StudyEffect(study: "idle", parameter: "index", value: .integer(1)),
    StudyEffect(study: "idle", parameter: "seconds", value: .real(0.001)),
    StudyEffect(study: "idle", parameter: "ending", value: .text("diverged")),
    StudyEffect(study: "two-layer-phase-diagram", parameter: "width", value: .integer(52)),
    StudyEffect(study: "two-layer-phase-diagram", parameter: "init.gamma", value: .real(1.1)),
    StudyEffect(study: "two-layer-phase-diagram", parameter: "init.gammaPrime", value: .real(0.1)),
    StudyEffect(
      study: "two-layer-phase-diagram", parameter: "init.antisymmetric", value: .boolean(false)),
    StudyEffect(study: "two-layer-phase-diagram", parameter: "data.target", value: .text("book")),
    StudyEffect(
      study: "two-layer-phase-diagram", parameter: "data.target", value: .text("three-points")),
    StudyEffect(study: "two-layer-phase-diagram", parameter: "loss.factor", value: .real(1)),
    StudyEffect(
      study: "two-layer-phase-diagram", parameter: "optimizer.curvatureFraction",
      value: .real(0.25)),
    StudyEffect(
      study: "two-layer-phase-diagram", parameter: "optimizer.relativeStep", value: .real(0.02)),
    StudyEffect(
      study: "two-layer-phase-diagram", parameter: "stop.lossFraction", value: .real(1e-3)),
    StudyEffect(
      study: "two-layer-phase-diagram", parameter: "training.stepsMax", value: .integer(5)),
    StudyEffect(study: "initial-condensation", parameter: "width", value: .integer(52)),
    StudyEffect(study: "initial-condensation", parameter: "init.gamma", value: .real(1.7)),
    StudyEffect(study: "initial-condensation", parameter: "init.gammaPrime", value: .real(0.1)),
    StudyEffect(
      study: "initial-condensation", parameter: "init.antisymmetric", value: .boolean(false)),
    StudyEffect(study: "initial-condensation", parameter: "data.target", value: .text("notebook")),
    StudyEffect(study: "initial-condensation", parameter: "data.samples", value: .integer(11)),
    StudyEffect(study: "initial-condensation", parameter: "data.dimension", value: .integer(3)),
    StudyEffect(study: "initial-condensation", parameter: "data.phase", value: .real(0.6)),
    StudyEffect(study: "initial-condensation", parameter: "data.offset", value: .real(0.4)),
    StudyEffect(study: "initial-condensation", parameter: "data.seed", value: .integer(124)),
    StudyEffect(study: "initial-condensation", parameter: "loss.factor", value: .real(1)),
    StudyEffect(
      study: "initial-condensation", parameter: "optimizer.curvatureFraction",
      value: .real(0.001)),
    StudyEffect(
      study: "initial-condensation", parameter: "optimizer.relativeStep", value: .real(0.02)),
    StudyEffect(study: "initial-condensation", parameter: "stop.lossFraction", value: .real(0.5)),
    StudyEffect(study: "initial-condensation", parameter: "training.stepsMax", value: .integer(3)),
  ]
}
