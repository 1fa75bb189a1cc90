import Protocol

/// Whether dropout, or the term that it adds to the loss on average, gathers neurons on few directions
/// and finds flatter minima, from a start that does neither by itself.
struct DropoutCondensation: TieredStudy {
  let description = StudyDescription(
    name: "dropout-condensation",
    title: "Implicit regularisation of dropout: condensed neurons and flat minima",
    summary: """
      Fits a simple function at few points with a network of one or two hidden layers of m neurons that \
      begin as N(0, m^-2γ), without dropout, with it after every hidden layer, or with the penalty R₁ \
      that is its mean effect. At a small γ the network without dropout keeps as many directions as it \
      began with; with dropout, or R₁ alone, the neurons that matter gather on few, the minimum is \
      flatter and the function nearer to the target between its points.
      """,
    source: """
      Zhang and Xu, "Implicit Regularization of Dropout", IEEE TPAMI 2024, arXiv 2207.05952
      """,
    revision: 1,
    parameters: dropoutParameters + modelParameters + initialization.parameters + dataParameters
      + optimizer.parameters + trainingParameters,
    constraints: [
      StudyConstraint(
        validWhen: "dropout.mode != 'r1' or model.depth == 1",
        reason: "the penalty is that of dropout after one hidden layer"),
      StudyConstraint(
        validWhen: "training.batch <= data.samples",
        reason: "a batch is made of the samples that there are"),
    ] + optimizer.constraints,
    seedPurposes: [
      RandomPurpose.initialization.name, RandomPurpose.data.name, RandomPurpose.dropout.name,
      RandomPurpose.batches.name, RandomPurpose.probes.name,
    ],
    measures: [
      DirectionNumber.description,
      DirectionNumber.initial,
      CondensedGroups.countMeasure,
      CondensedGroups.share,
      CondensedGroups.greatestThree,
      OutputSensitivity.description,
      LossSlice.nearby,
      LossCurvature.greatest,
      LossCurvature.trace,
      LossCurvature.traceError,
      FunctionShape.testError,
      FunctionShape.roughness,
      MeanLoss.onTraining,
    ] + TrainingMeasures.all,
    matrices: [CosineMatrix.description],
    statements: DropoutCondensation.statements,
    // As measured, what is for every neuron of a step costs more than the products.
    cost: "training.steps * (3 * data.samples * model.width * (1 + model.width"
      + " * (model.depth - 1)) + 2000 + 30 * model.width)")

  static let initialization = InitializationParameters(
    law: .widthPower, gamma: 0.1, biases: .likeWeights, widthName: "neurons of a layer")
  static let optimizer = OptimizerParameters(
    rules: [.adam, .adamW, .descent], learningRate: 1e-3, hasEpochs: true)

  /// What regularises.
  enum Mode: String, CaseIterable {
    case none
    case dropout
    case penalty = "r1"
  }

  private static let dropoutParameters: [ParameterDescription] = [
    .choice(
      "dropout.mode", label: "mode", among: Mode.allCases, default: .dropout,
      meaning:
        "Whether nothing is added, neurons are dropped out, or the loss has the penalty R₁ that"
        + " dropout adds to it on average."),
    .real(
      "dropout.keep", label: "p", default: 0.9, 0.01...1,
      meaning: "The probability that a neuron is kept.",
      activeWhen: "dropout.mode != '\(Mode.none.rawValue)'"),
    .boolean(
      "dropout.perSample", label: "mask a sample", default: false,
      meaning: "Whether every sample of a step has a mask of its own, or all have one.",
      activeWhen: "dropout.mode == '\(Mode.dropout.rawValue)'"),
  ]

  private static let modelParameters: [ParameterDescription] = [
    .integer(
      "model.width", label: "m", default: 200, 2...100_000,
      meaning: "The neurons of a hidden layer."),
    .integer(
      "model.depth", label: "hidden layers", default: 1, 1...2,
      meaning: "The number of hidden layers; directions are those of the first."),
    ActivationWord.parameter(default: .relu, of: "every hidden layer"),
  ]

  private static let dataParameters: [ParameterDescription] = [
    .choice(
      "data.target", label: "target", among: FittedFunction.allCases, default: .twoReLU,
      meaning:
        "What is fitted: ½ ReLU(-x - ⅓) + ½ ReLU(x - ⅓) on [-1, 1], tanh(x - 6) + tanh(x + 6) on"
        + " [-10, 10], or tanh of the sum of normal inputs."),
    .integer(
      "data.samples", label: "n", default: 8, 1...1000,
      meaning: "The number of samples; on a line they are evenly spaced."),
    .integer(
      "data.dimension", label: "d", default: 10, 1...1000, meaning: "The number of inputs.",
      activeWhen: "data.target == '\(FittedFunction.tanhOfSum.rawValue)'"),
    .integer(
      "data.testSamples", label: "test points", default: 501, 3...100_000,
      meaning: "The number of test points; on a line they are evenly spaced."),
  ]

  private static let trainingParameters: [ParameterDescription] = [
    .integer(
      "training.steps", label: "steps", default: 30_000, 1...1_000_000_000,
      meaning: "The number of training steps."),
    .integer(
      "training.batch", label: "batch", default: 0, 0...1000,
      meaning: "The samples of a step, in a new order every epoch; 0 for all in every step."),
  ]

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try DropoutProblem(reader, seed: request.seed(of: .data))
    let trainer = Trainer<Float>(
      problem.stage(reader, seed: request.seed(of: .dropout)), numerics: request.numerics,
      tier: tier)
    try problem.prepare(trainer, reader, request)
    let ending = trainer.train()
    CosineMatrix.keep(problem.neurons { trainer.parameter($0) }, request.recorder)
    let look = DropoutEvaluation(
      problem, trainer, numerics: request.numerics, tier: tier,
      probeSeed: request.seed(of: .probes))
    return ending.report(
      look.measures, tensors: request.keepsTensors ? trainer.store.tensors : [])
  }
}
