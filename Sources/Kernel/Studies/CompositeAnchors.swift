import Protocol

/// Whether a transformer composes two functions for a pair that it never saw, or mirrors one.
struct CompositeAnchors: TieredStudy {
  /// Which pairs of anchors are taught.
  enum Variant: String, CaseIterable {
    case exception
    case bothUnseen = "both-unseen"
  }
  /// Where the sentences of training come from.
  enum Source: String, CaseIterable {
    case fresh
    case stored
  }
  /// What the remainder of a key is taken of, to hold keys back at their places.
  enum Modulus: String, CaseIterable {
    case places
    case tokens
  }

  let description = StudyDescription(
    name: "composite-anchors",
    title: "Composite anchors: reasoning or memorising, by the size of the start",
    summary: """
      Trains a small transformer on sentences of noise in which two anchor tokens follow a key; the \
      answer is the key plus what each anchor adds. The pair (3, 4) is taught a wrong answer, x - 6 \
      instead of x - 10, and the pair (4, 3) is never shown. From a small start (large γ) the network \
      answers (4, 3) by composing its functions, x - 10; from a larger one it mirrors the exception, \
      x - 6, or another pair. The small start shows low complexity: the first query matrix condenses \
      and the embedding has few directions, ordered by number.
      """,
    source: """
      Zhang, Lin, Wang, Zhang, Xu, "Initialization is critical to whether transformers fit composite \
      functions by reasoning or memorizing", arXiv 2405.05409, NeurIPS 2024, and the public code of \
      its follow-up
      """,
    revision: 1,
    parameters: dataParameters + transformer.parameters + initialization.parameters
      + optimizer.parameters + trainingParameters,
    constraints: [
      StudyConstraint(
        validWhen: "model.vocabulary >= data.values + 30",
        reason: "answers go up to ten more than the greatest of the values from 20 on"),
      StudyConstraint(
        validWhen: "data.values >= data.length",
        reason: "every place of a key has keys to train and to test on"),
    ] + transformer.constraints + optimizer.constraints,
    seedPurposes: [
      RandomPurpose.initialization.name, RandomPurpose.data.name, RandomPurpose.dropout.name,
      RandomPurpose.batches.name,
    ],
    measures: [
      Accuracy.onTraining,
      Accuracy.onTest,
      CompositeAnswers.inferential,
      CompositeAnswers.symmetric,
      CompositeAnswers.other,
      CompositeAnswers.near,
      CompositeAnswers.exception,
      CompositeAnswers.exceptionInferential,
      CompositeAnswers.mode,
      CompositeAnswers.histogram,
      QueryDirections.meanCosine,
      StableRank.ofQueries,
      StableRank.ofEmbedding,
      EmbeddingOrder.rank,
      EmbeddingOrder.order,
      EmbeddingOrder.spectrum,
      FusedSimilarity.agreeing,
      FusedSimilarity.differing,
      MeanLoss.onTraining,
      MeanLoss.onTest,
      TrainingMeasures.steps,
    ],
    matrices: [CosineMatrix.ofQueries, FusedSimilarity.matrix],
    statements: CompositeAnchors.statements,
    // Products of three times this many multiply-adds, thirty times as fast as what `plan` assumes, as
    // measured.
    cost: "0.1 * training.steps * training.batch * (data.length * model.depth * model.width"
      + " * (4 * model.heads * model.keyWidth + 2 * model.feedForward)"
      + " + model.width * model.vocabulary)")

  static let transformer = TransformerParameters(feedForward: 256, vocabulary: 72)
  static let initialization = InitializationParameters(
    law: .fanInPower, gamma: 0.8, widthName: "width of the stream")
  static let optimizer = OptimizerParameters(
    rules: [.adamW, .adam, .descent], learningRate: 1e-3, weightDecay: 0.1,
    schedule: .warmUpCosine, warmUpShare: 0.05, warmUpFrom: 0, cosineShare: 0.95, floor: 0.05,
    clipNorm: 1)

  private static let dataParameters: [ParameterDescription] = [
    .choice(
      "data.variant", label: "variant", among: Variant.allCases, default: .exception,
      meaning:
        "Whether the pair (3, 4) is taught, with an answer of its own, or is as unseen as (4, 3)."),
    .choice(
      "data.source", label: "sentences", among: Source.allCases, default: .fresh,
      meaning: "Whether every step has new sentences, or those of a stored set."),
    .integer(
      "data.samples", label: "N", default: 50_000, 10...4_000_000,
      meaning: "The number of stored sentences to train on.",
      activeWhen: "data.source == '\(Source.stored.rawValue)'"),
    .integer(
      "data.testSamples", label: "test sentences", default: 1000, 10...1_000_000,
      meaning: "The number of sentences of each test."),
    .integer(
      "data.length", label: "n", default: 7, 4...64, meaning: "The tokens of a sentence."),
    .integer(
      "data.values", label: "values", default: 40, 4...65_000,
      meaning: "How many numbers from 20 on are keys and fillers."),
    .choice(
      "data.modulus", label: "modulus", among: Modulus.allCases, default: .places,
      meaning:
        "A key is held back where its remainder is its place: of the number of places n - 2, or of"
        + " the number of tokens n."),
  ]

  private static let trainingParameters: [ParameterDescription] = [
    .integer(
      "training.steps", label: "steps", default: 5000, 1...1_000_000_000,
      meaning: "The number of training steps."),
    .integer(
      "training.batch", label: "batch", default: 256, 1...100_000,
      meaning: "The sentences of a step."),
  ]

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try CompositeProblem(reader, seed: request.seed(of: .data))
    let trainer = try trainer(
      problem, SentenceTraining(reader: reader, request: request, tier: tier))
    let ending = trainer.train()
    let evaluation = CompositeEvaluation(
      problem, trainer.store, samples: reader.integer("data.testSamples"),
      numerics: request.numerics, tier: tier)
    CosineMatrix.keep(
      UnitRows(CompositeEvaluation.queries(problem.model, trainer.store)).rows,
      as: CosineMatrix.ofQueries, request.recorder)
    let fused = evaluation.fused
    if !fused.rows.isEmpty {
      request.recorder?.keep(FusedSimilarity.matrix, side: fused.rows.count) { fused.cosines }
    }
    let measures =
      evaluation.measures
      + [MeasureValue(name: TrainingMeasures.steps.name, number: Double(ending.steps))]
    var report = TrainingReport(outcome: ending.outcome, measures: measures, steps: ending.steps)
    if request.keepsTensors { report.tensors = trainer.store.tensors }
    return report
  }

  private func trainer(
    _ problem: CompositeProblem, _ training: SentenceTraining
  ) throws(KernelError) -> Trainer<Float> {
    var model = problem.model
    model.isTraining = true
    return try training.trainer(
      of: ModelProblem(chunked: model, loss: .crossEntropy, samples: training.batchSize),
      optimizer: Self.optimizer.optimizer(training.reader, steps: training.steps),
      initialization: Self.initialization.initialization(training.reader, width: model.width),
      sharedInputs: model.fixedInputs,
      batches: batches(
        problem, training.reader, size: training.batchSize,
        seed: training.request.seed(of: .batches)))
  }

  private func batches(
    _ problem: CompositeProblem, _ reader: ParameterReader, size: Int, seed: UInt32
  ) -> any BatchSource<Float> {
    let generator = problem.generator
    guard reader.choice("data.source", as: Source.self) == .fresh else {
      let stored = problem.sentences(.stored, count: reader.integer("data.samples"))
      return FixedSetBatches<Float>(
        stored.inputs, samples: stored.count, batchSize: size,
        order: size <= stored.count ? .wholeBatches : .epochs, seed: seed)
    }
    return FreshBatches<Float> { step, set in
      let drawn = generator.sentences(
        count: size, keys: .training, pairs: generator.seenPairs,
        from: RandomStream(seed: seed, purpose: .batches, step: step))
      for (name, values) in drawn.inputs { set(name, values) }
    }
  }
}
