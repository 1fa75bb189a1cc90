import Protocol

/// The effects of the parameters of a user's own data.
extension StudyEffectTests {
  static let supervisedEffects =
    effects(
      "supervised",
      [
        ("data.samples", .integer(13)),
        ("loss.kind", .text("squares")), ("model.kind", .text("convolution")),
        ("model.depth", .integer(2)), ("model.width", .integer(7)),
        ("model.activation", .text("tanh")), ("model.bias", .boolean(false)),
        ("model.outputs", .integer(5)), ("dropout.keepHidden", .real(0.7)),
        ("init.law", .text("width-power")),
        ("init.file", SuppliedFile.digest(SuppliedFile.parameters)),
        ("optimizer.learningRate", .real(0.1)),
        ("training.steps", .integer(6)), ("training.batch", .integer(5)),
        ("training.order", .text("with-replacement")), ("training.stopLoss", .real(50)),
        ("finetune.steps", .integer(4)), ("finetune.learningRate", .real(0.1)),
        ("finetune.head", .text("kept")), ("finetune.trained", .text("head")),
        ("measure.curvature", .boolean(false)),
      ])
    + effects(
      "supervised", given: alone,
      [
        ("data.file", SuppliedFile.digest(SuppliedFile.otherImages)),
        ("optimizer.rule", .text("gradient-descent")),
      ])
    + effects(
      "supervised",
      given: alone.merging(["data.file": SuppliedFile.digest(SuppliedFile.otherImages)]) { $1 },
      [("data.testShare", .real(0.25))])
    + effects("supervised", given: ["init.law": .text("width-power")], [("init.gamma", .real(1))])
    + effects(
      "supervised", given: ["init.law": .text("deviation")],
      [("init.deviation", .real(0.1)), ("init.biases", .text("like-weights"))])
    + effects(
      "supervised", given: ["model.kind": .text("convolution")],
      [
        ("model.convolutions", .integer(2)), ("model.channels", .integer(3)),
        ("model.padding", .text("none")), ("model.pooling", .text("none")),
      ])
    + effects(
      "supervised", given: ["optimizer.rule": .text("gradient-descent")],
      [("optimizer.momentum", .real(0.5))])
    + effects(
      "supervised",
      given: ["optimizer.rule": .text("capped-descent"), "optimizer.learningRate": .real(10)],
      [("optimizer.relativeStep", .real(0.01))])
    + effects("supervised", adaptive)
    + effects(
      "supervised", given: ["optimizer.schedule": .text("warm-up-cosine")], scheduled)
    + effects(
      "supervised", given: ["optimizer.weightDecay": .real(0.5)],
      [("optimizer.decayed", .text("matrices"))])
    + effects(
      "supervised", given: onTokens,
      [
        ("model.heads", .integer(2)), ("model.keyWidth", .integer(4)),
        ("model.feedForward", .integer(7)), ("model.vocabulary", .integer(11)),
        ("model.normalization", .text("post")), ("model.mask", .text("full")),
        ("model.positions", .text("none")), ("model.biases", .text("none")),
        ("model.head", .text("tied")), ("model.projection", .boolean(false)),
        ("dropout.keepEmbedding", .real(0.8)), ("dropout.keepAttention", .real(0.8)),
        ("dropout.keepResidual", .real(0.8)),
      ])

  /// One stage.
  private static let alone: [String: ParameterValue] = ["finetune.steps": .integer(0)]

  /// A transformer.
  private static let onTokens: [String: ParameterValue] = [
    "data.file": SuppliedFile.digest(SuppliedFile.tokens), "finetune.steps": .integer(0),
    "measure.curvature": .boolean(false), "model.kind": .text("transformer"),
    "model.depth": .integer(2), "model.width": .integer(8), "model.keyWidth": .integer(8),
    "model.feedForward": .integer(6), "model.vocabulary": .integer(9),
  ]
}
