import Protocol
import TestSupport
import Testing

@testable import Kernel

/// Keys and bits of a few tiny trials of every study, which no change may move.
///
/// Bits that change without a new revision of their study would let old and new results meet in one
/// diagram. `UPDATE_GOLDEN=1` rewrites the file; with it goes a higher `revision` of the study.
@Suite struct TrialGoldenTests {
  /// The trials: study, parameters that are not at their defaults, replicate.
  static let trials: [(study: String, parameters: [String: ParameterValue], replicate: UInt32)] = [
    ("idle", [:], 0),
    ("idle", ["index": .integer(41)], 2),
    ("two-layer-phase-diagram", ["width": .integer(50)], 0),
    ("two-layer-phase-diagram", ["width": .integer(1000), "init.gamma": .real(0.8)], 0),
    (
      "two-layer-phase-diagram",
      ["width": .integer(128), "init.gamma": .real(1.4), "init.gammaPrime": .real(-0.2)], 1
    ),
    (
      "two-layer-phase-diagram",
      [
        "width": .integer(31), "init.gamma": .real(0.7), "init.antisymmetric": .boolean(false),
        "data.target": .text("three-points"), "optimizer.curvatureFraction": .real(0.3),
        "training.stepsMax": .integer(20),
      ], 0
    ),
    ("initial-condensation", ["width": .integer(64), "init.gamma": .real(1.5)], 0),
    (
      "initial-condensation",
      [
        "width": .integer(30), "init.gamma": .real(1.8), "init.gammaPrime": .real(-0.5),
        "data.target": .text("notebook"), "data.samples": .integer(12),
        "data.dimension": .integer(3), "stop.lossFraction": .real(0.6),
      ], 3
    ),
    (
      "convolution-condensation",
      [
        "model.channels": .integer(9), "data.samples": .integer(30), "init.deviation": .real(0.001),
      ],
      1
    ),
    (
      "convolution-condensation",
      [
        "model.channels": .integer(5), "data.samples": .integer(23),
        "model.activation": .text("x-tanh-x"), "data.source": .text("prototypes"),
        "data.meanRemoved": .real(0.5), "loss.kind": .text("cross-entropy"),
        "optimizer.rule": .text("adamw"), "optimizer.learningRate": .real(0.001),
        "init.deviation": .real(0.1), "training.stepsMax": .integer(9),
      ], 0
    ),
    (
      "anchor-functions",
      [
        "data.samples": .integer(40), "data.testSamples": .integer(30), "model.width": .integer(20),
        "model.keyWidth": .integer(16), "model.feedForward": .integer(24),
        "training.steps": .integer(12), "training.batch": .integer(16),
      ], 0
    ),
    (
      "anchor-functions",
      [
        "data.operation": .text("two-interval"), "data.samples": .integer(33),
        "data.testSamples": .integer(20), "model.width": .integer(16), "model.depth": .integer(3),
        "model.heads": .integer(2), "model.keyWidth": .integer(8),
        "model.feedForward": .integer(10), "model.normalization": .text("pre"),
        "model.head": .text("tied"), "model.projection": .boolean(false),
        "model.positions": .text("sinusoidal"), "init.law": .text("framework"),
        "dropout.keepResidual": .real(0.9), "dropout.keepAttention": .real(0.8),
        "optimizer.rule": .text("gradient-descent"), "optimizer.momentum": .real(0.9),
        "training.steps": .integer(9), "training.batch": .integer(7),
      ], 2
    ),
    (
      "composite-anchors",
      [
        "data.testSamples": .integer(30), "model.width": .integer(20),
        "model.keyWidth": .integer(16), "model.feedForward": .integer(24),
        "training.steps": .integer(12), "training.batch": .integer(16),
      ], 1
    ),
    (
      "composite-anchors",
      [
        "data.variant": .text("both-unseen"), "data.source": .text("stored"),
        "data.samples": .integer(50), "data.testSamples": .integer(20),
        "data.modulus": .text("tokens"), "data.length": .integer(9), "model.width": .integer(16),
        "model.heads": .integer(2), "model.keyWidth": .integer(8),
        "model.feedForward": .integer(10), "model.normalization": .text("pre"),
        "dropout.keepResidual": .real(0.9), "training.steps": .integer(9),
        "training.batch": .integer(7),
      ], 0
    ),
    (
      "matching-reasoning",
      [
        "data.samples": .integer(40), "data.testSamples": .integer(20), "model.width": .integer(16),
        "model.keyWidth": .integer(8), "model.feedForward": .integer(12),
        "model.vocabulary": .integer(50), "model.fixedMatrices": .text("normal"),
        "training.steps": .integer(9), "training.batch": .integer(7),
        "training.lookEvery": .integer(4),
      ], 0
    ),
    (
      "matching-reasoning",
      [
        "data.format": .text("noised-to-end"), "data.samples": .integer(30),
        "data.testSamples": .integer(20), "data.relations": .integer(6),
        "data.firstValue": .integer(3), "model.width": .integer(12), "model.heads": .integer(2),
        "model.keyWidth": .integer(6), "model.feedForward": .integer(10),
        "model.vocabulary": .integer(46), "model.normalization": .text("pre"),
        "training.steps": .integer(8), "training.batch": .integer(6),
        "training.lookEvery": .integer(4),
      ], 2
    ),
    (
      "label-granularity",
      [
        "labels.granularity": .integer(4), "data.subtypes": .integer(2),
        "data.dimension": .integer(10), "data.patches": .integer(4), "data.samples": .integer(50),
        "data.testSamples": .integer(70), "model.filters": .integer(9),
        "training.steps": .integer(20), "training.batch": .integer(16),
        "transfer.steps": .integer(7), "transfer.samples": .integer(30),
      ], 1
    ),
    (
      "label-granularity",
      [
        "labels.granularity": .integer(2), "labels.noise": .real(0.3),
        "data.subtypes": .integer(4), "data.dimension": .integer(11),
        "data.patches": .integer(5), "data.samples": .integer(33),
        "data.hardShare": .real(0.3), "data.hardPatchNoise": .real(0.5),
        "data.testSamples": .integer(41), "model.head": .text("fixed"),
        "model.filtersPerLabel": .integer(3), "init.deviation": .real(0.05),
        "optimizer.rule": .text("adam"), "optimizer.learningRate": .real(0.01),
        "training.steps": .integer(15), "training.batch": .integer(10),
        "transfer.steps": .integer(5), "transfer.samples": .integer(22),
      ], 0
    ),
    (
      "dropout-condensation",
      [
        "model.width": .integer(20), "training.steps": .integer(40),
        "data.testSamples": .integer(31),
      ], 0
    ),
    (
      "dropout-condensation",
      [
        "dropout.mode": .text("r1"), "dropout.keep": .real(0.7), "model.width": .integer(17),
        "model.activation": .text("tanh"), "data.target": .text("tanh-of-sum"),
        "data.samples": .integer(9), "data.dimension": .integer(3),
        "data.testSamples": .integer(25), "training.batch": .integer(4),
        "training.steps": .integer(30),
      ], 2
    ),
    (
      "dropout-condensation",
      [
        "dropout.perSample": .boolean(true), "model.width": .integer(10),
        "model.depth": .integer(2), "model.activation": .text("tanh"),
        "data.target": .text("two-tanh"), "data.samples": .integer(7),
        "data.testSamples": .integer(30), "optimizer.rule": .text("gradient-descent"),
        "optimizer.momentum": .real(0.5), "training.steps": .integer(25),
      ], 1
    ),
  ]

  @Test func `keys and bits are the golden ones`() throws {
    var text = """
      # Keys, outcomes and measures (number, bits of the double) of tiny trials, numerics pinned.
      # Written by TrialGoldenTests with UPDATE_GOLDEN=1. A change of bits needs a new revision.

      """
    var keys = Set<TrialKey>()
    for (study, parameters, replicate) in TrialGoldenTests.trials {
      let trial = try StudyRequests.specification(study, parameters, replicate: replicate)
      #expect(keys.insert(trial.key).inserted, "two trials of \(study) have the same key")
      let report = try StudyRequests.train(trial)
      let described = try #require(StudyRegistry.study(named: study)).description.measures
      #expect(report.measures.map(\.name) == described.map(\.name))
      let shown = parameters.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value.canonicalText)" }.joined(separator: " ")
      text += "\ntrial \(study) revision \(trial.revision) replicate \(replicate) \(shown)\n"
      text += "key \(trial.key)\n"
      text += "outcome \(report.outcome.shown) steps \(report.steps)\n"
      for measure in report.measures {
        for value in measure.values {
          text += "\(measure.name) \(value) 0x\(String(value.bitPattern, radix: 16))\n"
        }
      }
    }
    try expectGolden(text, named: "trials.txt")
  }
}

extension TrialOutcome {
  fileprivate var shown: String {
    switch self {
    case .completed(let stop): "completed \(stop.rawValue)"
    case .diverged: "diverged"
    case .failed(let reason, _): "failed \(reason.rawValue)"
    }
  }
}
