import Protocol

/// The effects of the parameters that studies share, and of those with networks in layers.
extension StudyEffectTests {
  /// Effects of one study: parameters with the value that they are changed to.
  static func effects(
    _ study: String, given: [String: ParameterValue] = [:],
    _ changes: [(parameter: String, value: ParameterValue)]
  ) -> [StudyEffect] {
    changes.map {
      StudyEffect(study: study, parameter: $0.parameter, value: $0.value, given: given)
    }
  }

  static let scheduled: [(parameter: String, value: ParameterValue)] = [
    ("optimizer.warmUpShare", .real(0.6)), ("optimizer.warmUpFrom", .real(0.5)),
    ("optimizer.cosineShare", .real(0.4)), ("optimizer.floor", .real(0.5)),
    ("optimizer.schedulePer", .text("epoch")),
  ]

  static let adaptive: [(parameter: String, value: ParameterValue)] = [
    ("optimizer.beta1", .real(0.5)), ("optimizer.beta2", .real(0.9)),
    ("optimizer.epsilon", .real(1e-2)), ("optimizer.weightDecay", .real(0.5)),
    ("optimizer.clipNorm", .real(1e-3)), ("optimizer.schedule", .text("warm-up-cosine")),
  ]

  static let convolutionEffects =
    effects(
      "convolution-condensation",
      [
        ("model.channels", .integer(5)), ("model.activation", .text("relu")),
        ("init.law", .text("framework")), ("init.deviation", .real(0.05)),
        ("init.biases", .text("zero")), ("data.source", .text("prototypes")),
        ("data.samples", .integer(21)), ("data.meanRemoved", .real(0.5)),
        ("loss.kind", .text("cross-entropy")), ("optimizer.rule", .text("gradient-descent")),
        ("optimizer.learningRate", .real(0.01)), ("optimizer.relativeStep", .real(0.01)),
        ("stop.lossFraction", .real(0.5)), ("training.stepsMax", .integer(1)),
      ])
    + effects(
      "convolution-condensation", given: ["init.law": .text("width-power")],
      [("init.gamma", .real(1))])
    + effects(
      "convolution-condensation", given: ["data.source": .text("prototypes")],
      [("data.noise", .real(0.3)), ("data.seed", .integer(8))])
    + effects(
      "convolution-condensation",
      given: [
        "optimizer.rule": .text("gradient-descent"), "optimizer.learningRate": .real(0.05),
        "training.stepsMax": .integer(6), "stop.lossFraction": .real(0.01),
      ], [("optimizer.momentum", .real(0.5))])
    + effects("convolution-condensation", given: short, adaptive)
    + effects(
      "convolution-condensation",
      given: short.merging(["optimizer.schedule": .text("warm-up-cosine")]) { $1 },
      scheduled.filter { $0.parameter != "optimizer.schedulePer" })
    + effects(
      "convolution-condensation",
      given: short.merging(["optimizer.weightDecay": .real(0.5)]) { $1 },
      [("optimizer.decayed", .text("matrices"))])

  /// A few steps of Adam that no loss ends.
  private static let short: [String: ParameterValue] = [
    "optimizer.rule": .text("adam"), "optimizer.learningRate": .real(0.01),
    "training.stepsMax": .integer(6), "stop.lossFraction": .real(0.01),
  ]

  static let anchorEffects =
    effects(
      "anchor-functions",
      [
        ("data.operation", .text("offsets")), ("data.samples", .integer(21)),
        ("data.testSamples", .integer(13)), ("data.length", .integer(7)),
        ("model.depth", .integer(1)), ("model.width", .integer(10)), ("model.heads", .integer(2)),
        ("model.keyWidth", .integer(6)), ("model.feedForward", .integer(9)),
        ("model.vocabulary", .integer(113)), ("model.normalization", .text("pre")),
        ("model.activation", .text("tanh")), ("model.mask", .text("full")),
        ("model.positions", .text("none")), ("model.biases", .text("all")),
        ("model.head", .text("tied")), ("model.projection", .boolean(false)),
        ("dropout.keepEmbedding", .real(0.8)), ("dropout.keepAttention", .real(0.8)),
        ("dropout.keepResidual", .real(0.8)), ("init.law", .text("framework")),
        ("init.gamma", .real(0.6)),
        ("init.biases", .text("like-weights")), ("optimizer.rule", .text("adam")),
        ("optimizer.learningRate", .real(0.01)), ("optimizer.decayed", .text("matrices")),
        ("training.steps", .integer(6)), ("training.batch", .integer(5)),
      ])
    + effects(
      "anchor-functions", given: ["data.operation": .text("offsets")],
      [("data.anchors", .integer(9))])
    + effects(
      "anchor-functions", given: ["data.operation": .text("two-interval")],
      [("data.intervalWidth", .integer(50))])
    + effects(
      "anchor-functions", given: ["data.operation": .text("near-synonym")],
      [("data.partnerShare", .real(0.2))])
    + effects(
      "anchor-functions", given: ["init.law": .text("deviation")], [("init.deviation", .real(0.1))])
    + effects(
      "anchor-functions", given: ["optimizer.rule": .text("gradient-descent")],
      [("optimizer.momentum", .real(0.5))])
    + effects("anchor-functions", scheduled)
    + effects(
      "anchor-functions", given: ["optimizer.schedule": .text("constant")], adaptive)
}
