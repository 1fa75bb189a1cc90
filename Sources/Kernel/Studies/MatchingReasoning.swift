import Protocol

/// Whether a transformer follows chains of relations of types that it never saw.
struct MatchingReasoning: TieredStudy {
  let description = StudyDescription(
    name: "matching-reasoning",
    title: "Matching: steps of reasoning along relations of types never seen",
    summary: """
      Trains a small transformer on sentences of shuffled relations "x, y" and a start token; the \
      answer is the token some steps further along a chain. Relations of some types never occur in \
      training. The layers after the first match the token that they hold with the left tokens of \
      relations, which shows as a diagonal of a matrix made of the parameters alone. From a small start \
      (large γ) this is found, and answers for new types are right; with two steps LayerNorm after the \
      sums is there earlier. Multiples of fixed random matrices can be added to the attention.
      """,
    source: """
      Wang, Wang, Zhang, Zhou, Jin, Hu, Sun, Li, Zhang, Xu, "Towards understanding how transformer \
      perform multi-step reasoning with matching operation", arXiv 2405.15302, and public code of the \
      same group
      """,
    revision: 1,
    parameters: dataParameters + transformer.parameters + fixedMatrices.parameters
      + initialization.parameters + optimizer.parameters + trainingParameters,
    constraints: dataConstraints + transformer.constraints + fixedMatrices.constraints
      + optimizer.constraints,
    seedPurposes: [
      RandomPurpose.initialization.name, RandomPurpose.data.name, RandomPurpose.dropout.name,
      RandomPurpose.batches.name,
    ],
    measures: measures,
    statements: MatchingReasoning.statements,
    // Products of three times this many multiply-adds, thirty times as fast as what `plan` assumes, as
    // measured of transformers of this size.
    cost: "0.1 * training.steps * training.batch * ((2 * data.relations + 1) * model.depth"
      + " * model.width * (4 * model.heads * model.keyWidth + 2 * model.feedForward)"
      + " + model.width * model.vocabulary)")

  private static let measures: [MeasureDescription] =
    [
      Accuracy.onTraining, ReasoningProgress.known, ReasoningProgress.new, MeanLoss.onTraining,
      MeanLoss.onTest, ReasoningProgress.newHalf, ReasoningProgress.newMost,
      ReasoningProgress.training,
    ] + ReasoningProgress.matching + [ReasoningProgress.knownCurve, ReasoningProgress.newCurve]
    + Matching.scores + Matching.tops + Matching.untrainedTops + Matching.kernelScores
    + Matching.dominances + ReasoningAttention.hops + ReasoningAttention.alphas
    + ReasoningAttention.betas + [TrainingMeasures.steps]

  static let transformer = TransformerParameters(depth: 3, feedForward: 128, vocabulary: 40)
  static let fixedMatrices = FixedMatrixParameters()
  static let initialization = InitializationParameters(
    law: .fanInPower, gamma: 0.8, widthName: "width of the stream")
  static let optimizer = OptimizerParameters(
    rules: [.adamW, .adam, .descent], learningRate: 1e-3, weightDecay: 0.01,
    schedule: .warmUpCosine, warmUpShare: 0.05, warmUpFrom: 0, cosineShare: 0.95, floor: 0.1,
    clipNorm: 1, hasEpochs: true)

  private static let dataParameters: [ParameterDescription] = [
    .choice(
      "data.format", label: "format", among: ChainFormat.allCases, default: .single,
      meaning:
        "What the relations form and where the question begins: one chain from any of its tokens; two"
        + " chains; two chains to the end of one; the same with a further relation to an inner token of"
        + " each; one chain with a last token that says how many steps."),
    .integer(
      "data.relations", label: "relations", default: 4, 1...64,
      meaning: "The relations of all chains together; two chains have half of them each."),
    .integer(
      "data.steps", label: "k", default: 2, 1...64,
      meaning: "The steps from the start to the answer; the most of them where a token says it."),
    .integer(
      "data.values", label: "tokens", default: 40, 20...65_000,
      meaning: "How many tokens chains are made of."),
    .integer(
      "data.firstValue", label: "first token", default: 0, 0...10_000,
      meaning: "The least token of chains."),
    .integer(
      "data.samples", label: "N", default: 40_000, 10...4_000_000,
      meaning: "The number of sentences to train on."),
    .integer(
      "data.testSamples", label: "test sentences", default: 1000, 10...1_000_000,
      meaning: "The number of sentences of each test."),
  ]

  private static let isSingle = "data.format in ['single', 'ordered']"

  private static let dataConstraints = [
    StudyConstraint(
      validWhen: "\(isSingle) or data.relations == 2 * ceil(data.relations / 2)",
      reason: "two chains have as many relations each"),
    StudyConstraint(
      validWhen:
        "data.steps <= data.relations and (\(isSingle) or 2 * data.steps <= data.relations)",
      reason: "the answer is on the chain of the start"),
    StudyConstraint(
      validWhen: "2 * data.values >= 5 * data.relations + 30",
      reason: "a chain must not run out of tokens"),
    StudyConstraint(
      validWhen: "model.vocabulary >= data.firstValue + data.values"
        + " and (data.format != 'ordered'"
        + " or model.vocabulary >= data.firstValue + data.values + data.steps)",
      reason: "the model has the tokens of chains and those that say a number of steps"),
  ]

  private static let trainingParameters: [ParameterDescription] = [
    .integer(
      "training.steps", label: "steps", default: 3000, 1...1_000_000_000,
      meaning: "The number of training steps."),
    .integer(
      "training.batch", label: "batch", default: 128, 1...100_000,
      meaning: "The sentences of a step; every epoch has all of them once, in an order of its own."),
    .integer(
      "training.lookEvery", label: "looked every", default: 100, 1...1_000_000,
      meaning: "After how many steps each accuracies and matching are looked at."),
  ]

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try MatchingProblem(reader, request)
    let trainer = try trainer(
      problem, SentenceTraining(reader: reader, request: request, tier: tier))
    let evaluation = MatchingEvaluation(
      problem, trainer.store, numerics: request.numerics, tier: tier)
    let interval = UInt64(reader.integer("training.lookEvery"))
    var progress = MatchingProgress()
    let ending = trainer.train(remembering: &progress) { progress, record in
      guard record.step.isMultiple(of: interval), record.loss.isFinite else { return }
      progress.add(evaluation.look(), at: record.step)
    }
    let measures =
      evaluation.accuracies
      + progress.measures(limit: UInt64(reader.integer("training.steps")))
      + evaluation.mechanism
      + [MeasureValue(name: TrainingMeasures.steps.name, number: Double(ending.steps))]
    var report = TrainingReport(outcome: ending.outcome, measures: measures, steps: ending.steps)
    if request.keepsTensors { report.tensors = trainer.store.tensors }
    return report
  }

  private func trainer(
    _ problem: MatchingProblem, _ training: SentenceTraining
  ) throws(KernelError) -> Trainer<Float> {
    let reader = training.reader
    let batches = FixedSetBatches<Float>(
      problem.training.inputs, samples: problem.training.count, batchSize: training.batchSize,
      seed: training.request.seed(of: .batches))
    var model = problem.model
    model.isTraining = true
    var initialization = Self.initialization.initialization(reader, width: model.width)
    initialization.roles[.factor] = .constant(reader.real("init.fixedFactor"))
    return try training.trainer(
      of: ModelProblem(chunked: model, loss: .crossEntropy, samples: training.batchSize),
      optimizer: Self.optimizer.optimizer(
        reader, steps: training.steps, stepsPerEpoch: UInt64(batches.stepsPerEpoch)),
      initialization: initialization, sharedInputs: problem.sharedInputs, batches: batches)
  }
}

extension ChainSentences {
  /// The first sentences.
  func first(_ wanted: Int) -> ChainSentences {
    var result = ChainSentences(length: length)
    let kept = min(wanted, count)
    result.tokens = Array(tokens.prefix(kept * length))
    result.targets = Array(targets.prefix(kept))
    result.hops = Array(hops.prefix(kept))
    return result
  }
}
