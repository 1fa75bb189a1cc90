import Protocol

/// The effects of the parameters of dropout and condensation.
extension StudyEffectTests {
  static let dropoutEffects =
    effects(
      "dropout-condensation",
      [
        ("dropout.mode", .text("r1")), ("dropout.mode", .text("none")),
        ("dropout.keep", .real(0.5)),
        ("dropout.perSample", .boolean(true)), ("model.width", .integer(13)),
        ("model.depth", .integer(2)), ("model.activation", .text("tanh")),
        ("init.law", .text("framework")), ("init.gamma", .real(0.5)),
        ("init.biases", .text("zero")), ("data.target", .text("two-tanh")),
        ("data.samples", .integer(5)), ("data.testSamples", .integer(31)),
        ("optimizer.rule", .text("gradient-descent")), ("optimizer.learningRate", .real(0.02)),
        ("training.steps", .integer(11)), ("training.batch", .integer(2)),
      ])
    + effects(
      "dropout-condensation", given: ["data.target": .text("tanh-of-sum")],
      [("data.dimension", .integer(3))])
    + effects(
      "dropout-condensation", given: ["init.law": .text("deviation")],
      [("init.deviation", .real(0.5))])
    + effects(
      "dropout-condensation", given: ["optimizer.rule": .text("gradient-descent")],
      [("optimizer.momentum", .real(0.5))])
    + effects("dropout-condensation", adaptive)
    + effects(
      "dropout-condensation",
      given: ["optimizer.schedule": .text("warm-up-cosine"), "training.batch": .integer(2)],
      scheduled)
    + effects(
      "dropout-condensation", given: ["optimizer.weightDecay": .real(0.5)],
      [("optimizer.decayed", .text("matrices"))])
}
