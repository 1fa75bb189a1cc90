import Protocol

/// The effects of the parameters of label granularity.
extension StudyEffectTests {
  static let granularityEffects =
    effects(
      "label-granularity",
      [
        ("labels.granularity", .integer(2)), ("labels.kind", .text("random")),
        ("labels.noise", .real(0.8)), ("data.subtypes", .integer(2)),
        ("data.dimension", .integer(13)), ("data.patches", .integer(5)),
        ("data.patchesPerFeature", .integer(2)), ("data.noise", .real(0.3)),
        ("data.hardPatchNoise", .real(3)), ("data.wrongMin", .real(0.5)),
        ("data.wrongMax", .real(3)), ("data.samples", .integer(41)),
        ("data.hardShare", .real(0.7)), ("data.testSamples", .integer(77)),
        ("model.head", .text("fixed")), ("model.filters", .integer(7)),
        ("model.activation", .text("tanh")), ("init.law", .text("framework")),
        ("init.deviation", .real(0.2)), ("init.biases", .text("like-weights")),
        ("optimizer.rule", .text("adam")), ("optimizer.learningRate", .real(0.1)),
        ("optimizer.momentum", .real(0.2)), ("training.steps", .integer(7)),
        ("training.batch", .integer(9)), ("transfer.steps", .integer(0)),
      ])
    + effects(
      "label-granularity", given: transferred,
      [
        ("transfer.learningRate", .real(0.01)), ("transfer.samples", .integer(30)),
        ("transfer.hardShare", .real(0.9)),
      ])
    + effects(
      "label-granularity", given: ["init.law": .text("width-power")], [("init.gamma", .real(0.1))])
    + effects(
      "label-granularity", given: ["model.head": .text("fixed")],
      [("model.filtersPerLabel", .integer(3)), ("model.threshold", .real(5))])
    + effects("label-granularity", given: adam, adaptive)
    + effects(
      "label-granularity",
      given: adam.merging(["optimizer.schedule": .text("warm-up-cosine")]) { $1 },
      scheduled.filter { $0.parameter != "optimizer.schedulePer" })
    + effects(
      "label-granularity",
      given: adam.merging([
        "optimizer.weightDecay": .real(0.5), "init.biases": .text("like-weights"),
      ]) { $1 }, [("optimizer.decayed", .text("matrices"))])

  private static let adam: [String: ParameterValue] = [
    "optimizer.rule": .text("adam"), "optimizer.learningRate": .real(0.05),
  ]

  /// Enough of the second stage to move the accuracy of some hundred samples.
  private static let transferred: [String: ParameterValue] = [
    "transfer.steps": .integer(40), "transfer.learningRate": .real(0.3),
    "data.testSamples": .integer(400),
  ]
}
