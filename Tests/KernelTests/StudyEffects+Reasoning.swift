import Protocol

/// The effects of the parameters of composite anchors and of matching.
extension StudyEffectTests {
  static let reasoningEffects = compositeEffects + matchingEffects

  /// What both studies have: the model, its start and its training.
  private static let shared: [(parameter: String, value: ParameterValue)] = [
    ("data.testSamples", .integer(13)), ("model.depth", .integer(1)),
    ("model.width", .integer(10)), ("model.heads", .integer(2)), ("model.keyWidth", .integer(6)),
    ("model.feedForward", .integer(9)), ("model.vocabulary", .integer(75)),
    ("model.normalization", .text("pre")), ("model.activation", .text("tanh")),
    ("model.mask", .text("full")), ("model.positions", .text("none")),
    ("model.biases", .text("all")), ("model.head", .text("tied")),
    ("model.projection", .boolean(false)), ("dropout.keepEmbedding", .real(0.8)),
    ("dropout.keepAttention", .real(0.8)), ("dropout.keepResidual", .real(0.8)),
    ("init.law", .text("framework")), ("init.gamma", .real(0.6)),
    ("init.biases", .text("like-weights")), ("optimizer.rule", .text("adam")),
    ("optimizer.learningRate", .real(0.01)), ("optimizer.decayed", .text("matrices")),
    ("training.steps", .integer(6)), ("training.batch", .integer(5)),
  ]

  /// What needs something else to be active, or to last some steps of a short training.
  private static func sharedUnderConditions(
    _ study: String, _ scheduled: [(parameter: String, value: ParameterValue)]
  ) -> [StudyEffect] {
    effects(
      study, given: ["init.law": .text("deviation")], [("init.deviation", .real(0.1))])
      + effects(
        study, given: ["optimizer.rule": .text("gradient-descent")],
        [("optimizer.momentum", .real(0.5))])
      + effects(study, scheduled.filter { $0.parameter != "optimizer.warmUpFrom" })
      + effects(
        study, given: ["optimizer.warmUpShare": .real(0.6)], [("optimizer.warmUpFrom", .real(0.5))])
      + effects(study, given: ["optimizer.schedule": .text("constant")], adaptive)
  }

  private static let compositeEffects =
    effects("composite-anchors", shared)
    + effects(
      "composite-anchors",
      [
        ("data.variant", .text("both-unseen")), ("data.source", .text("stored")),
        ("data.length", .integer(8)), ("data.values", .integer(35)),
        ("data.modulus", .text("tokens")),
      ])
    + effects(
      "composite-anchors", given: ["data.source": .text("stored"), "data.samples": .integer(20)],
      [("data.samples", .integer(12))])
    + sharedUnderConditions(
      "composite-anchors", scheduled.filter { $0.parameter != "optimizer.schedulePer" })

  private static let matchingEffects =
    effects("matching-reasoning", shared)
    + effects(
      "matching-reasoning",
      [
        ("data.format", .text("two")), ("data.relations", .integer(5)), ("data.steps", .integer(1)),
        ("data.values", .integer(41)), ("data.firstValue", .integer(3)),
        ("data.samples", .integer(21)), ("model.fixedMatrices", .text("normal")),
        ("training.lookEvery", .integer(3)),
      ])
    + effects(
      "matching-reasoning", given: ["model.fixedMatrices": .text("normal")],
      [("model.fixedMatrices", .text("chained")), ("init.fixedFactor", .real(0.3))])
    + sharedUnderConditions("matching-reasoning", scheduled)
}
