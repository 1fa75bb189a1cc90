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
  ]

  @Test func `keys and bits are the golden ones`() throws {
    var text = """
      # Keys, outcomes and measures (number, bits of the double) of tiny trials, numerics pinned.
      # Written by TrialGoldenTests with UPDATE_GOLDEN=1. A change of bits needs a new revision.

      """
    for (study, parameters, replicate) in TrialGoldenTests.trials {
      let trial = try StudyRequests.specification(study, parameters, replicate: replicate)
      let report = try StudyRequests.train(trial)
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
