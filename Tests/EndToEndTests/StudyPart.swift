import Testing

/// A few trials of a study, each of some tenths of a second, so that they can be met in the middle.
struct StudyPart: CustomTestStringConvertible, Sendable {
  let study: String
  /// The parameter that varies.
  let axis: String
  let values: [String]
  /// The others, as lines of a sweep file.
  let fixed: [String]

  static let replicates = 3
  static let trialCount = 2 * replicates

  var testDescription: String { study }

  /// A sweep file; reversed, it has its values and replicates from the last to the first.
  func text(isReversed: Bool = false) -> String {
    let order = isReversed ? values.reversed() : values
    let seeds = (0..<Self.replicates).map(String.init)
    return """
      sweep: \(study)
      study: \(study)
      parameters:
        \(axis): {values: [\(order.joined(separator: ", "))]}
        \(fixed.joined(separator: "\n  "))
      replicates: [\((isReversed ? seeds.reversed() : seeds).joined(separator: ", "))]
      """
  }

  static let all = [
    StudyPart(
      study: "two-layer-phase-diagram", axis: "init.gamma", values: ["0.9", "1.2"],
      fixed: ["width: 4000", "optimizer.relativeStep: 0.0005"]),
    StudyPart(
      study: "initial-condensation", axis: "init.gamma", values: ["0.8", "1.2"],
      fixed: ["width: 2000", "stop.lossFraction: 1e-6", "training.stepsMax: 3000"]),
    StudyPart(
      study: "convolution-condensation", axis: "model.activation", values: ["tanh", "relu"],
      fixed: ["optimizer.relativeStep: 0.003"]),
    StudyPart(
      study: "dropout-condensation", axis: "dropout.keep", values: ["0.9", "0.5"],
      fixed: ["model.width: 200", "training.steps: 150000"]),
    StudyPart(
      study: "label-granularity", axis: "labels.granularity", values: ["4", "16"],
      fixed: ["training.steps: 200", "transfer.steps: 50", "data.testSamples: 500"]),
    StudyPart(
      study: "anchor-functions", axis: "init.gamma", values: ["0.5", "0.8"],
      fixed: ["data.samples: 500", "data.testSamples: 100", "training.steps: 150"]),
    StudyPart(
      study: "composite-anchors", axis: "init.gamma", values: ["0.5", "0.8"],
      fixed: ["data.testSamples: 100", "training.steps: 40"]),
    StudyPart(
      study: "matching-reasoning", axis: "model.normalization", values: ["post", "pre"],
      fixed: [
        "data.samples: 1000", "data.testSamples: 100", "training.steps: 50",
        "training.lookEvery: 20",
      ]),
  ]
}
