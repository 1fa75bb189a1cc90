public import Protocol

/// A small study that no worker trains: what tests of the coordinator plan, store and draw.
public enum StudyFixture {
  /// The study as a worker would describe it.
  public static let description = StudyDescription(
    name: "fixture",
    title: "Fixture",
    summary: "Two exponents, a width and a way of regularising; nothing is trained.",
    source: "the tests",
    revision: 1,
    parameters: parameters,
    constraints: [
      StudyConstraint(validWhen: "width >= 2 * samples", reason: "fewer than two neurons a sample")
    ],
    seedPurposes: ["initialization", "data"],
    measures: [
      MeasureDescription(name: "loss", label: "loss", meaning: "The loss at the end."),
      MeasureDescription(
        name: "distance", label: "relative distance", unit: "1",
        meaning: "How far the weights went, by their start."),
      MeasureDescription(
        name: "lossCurve", label: "loss", kind: .curve, meaning: "The loss over the steps."),
    ],
    matrices: [
      MeasureDescription(
        name: "cosineW", label: "cosine", kind: .matrix, meaning: "Cosines of all pairs.")
    ],
    theoryLines: [
      TheoryLine(
        label: "critical", x: "init.gamma", y: "init.gammaPrime",
        points: [.init(x: 1, y: -1), .init(x: 1, y: 0), .init(x: 2, y: 1)])
    ],
    statements: [StatementDescription(name: "A1", claim: "The loss is at most 0.1.")],
    cost: "25 * samples * width * training.steps"
  )

  private static let parameters = [
    ParameterDescription(
      name: "width", label: "m", type: .integer, defaultValue: .integer(1000), minimum: 2,
      maximum: 1_000_000, unit: "neurons", meaning: "Neurons of the hidden layer."),
    ParameterDescription(
      name: "init.gamma", label: "γ", type: .real, defaultValue: .real(1), minimum: -10,
      maximum: 10, meaning: "How fast the output's scale shrinks with the width."),
    ParameterDescription(
      name: "init.gammaPrime", label: "γ′", type: .real, defaultValue: .real(0), minimum: -10,
      maximum: 10, meaning: "How far the two layers' scales are apart."),
    ParameterDescription(
      name: "mode", label: "mode", type: .choice(["none", "drop", "r1"]),
      defaultValue: .text("none"), meaning: "How it is regularised."),
    ParameterDescription(
      name: "keepProbability", label: "p", type: .real, defaultValue: .real(1), minimum: 0.01,
      maximum: 1, meaning: "The share of neurons that a step keeps.",
      activeWhen: "mode != 'none'"),
    ParameterDescription(
      name: "samples", label: "n", type: .integer, defaultValue: .integer(4), minimum: 1,
      maximum: 10000, meaning: "Points to be fitted."),
    ParameterDescription(
      name: "training.steps", label: "steps", type: .integer, defaultValue: .integer(1000),
      minimum: 1, maximum: 1_000_000_000, meaning: "The most steps taken."),
    ParameterDescription(
      name: "training.learningRate", label: "η", type: .real, defaultValue: .real(0.01),
      minimum: 1e-9, maximum: 100, meaning: "The step's size."),
    ParameterDescription(
      name: "antisymmetric", label: "antisymmetric", type: .boolean, defaultValue: .boolean(true),
      meaning: "Whether the output starts at zero."),
    ParameterDescription(
      name: "training.clip", label: "clip", type: .real, defaultValue: .real(0), minimum: 0,
      meaning: "The longest gradient; 0 for any length.", neutral: .real(0)),
  ]
}
