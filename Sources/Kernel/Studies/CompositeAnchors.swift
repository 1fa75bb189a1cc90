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
      MeanLoss.onTraining,
      MeanLoss.onTest,
      TrainingMeasures.steps,
    ],
    matrices: [CosineMatrix.ofQueries],
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

/// The sentences and the network of one trial.
struct CompositeProblem {
  /// Sets of sentences that are drawn once; the number is the stream's step.
  enum Part: UInt64 {
    /// Taught pairs with the keys of training.
    case training = 0
    /// Taught pairs with the keys that were held back.
    case test = 1
    /// The pair (4, 3) with the keys of training.
    case unseen = 2
    /// The pair (3, 4) with the keys of training.
    case exception = 3
    /// What is trained on where the sentences are stored.
    case stored = 4
  }

  /// The generator.
  let generator: CompositeGenerator
  /// The network.
  let model: Transformer
  private let seed: UInt32

  /// Puts together what a request asks for.
  /// - Throws: `kernel.parameter` where the model has too few tokens, or there are too few values.
  init(_ reader: ParameterReader, seed: UInt32) throws(KernelError) {
    let (length, values) = (reader.integer("data.length"), reader.integer("data.values"))
    guard values >= length else {
      throw KernelError(
        .parameter,
        "making sentences of \(length) tokens: \(values) values are not enough to have keys to"
          + " train and to test on at every place",
        remedy: "Set data.values to \(length) or more.")
    }
    let modulus = reader.choice("data.modulus", as: CompositeAnchors.Modulus.self)
    generator = CompositeGenerator(
      length: length, values: values, modulus: modulus == .places ? length - 2 : length,
      hasException: reader.choice("data.variant", as: CompositeAnchors.Variant.self) == .exception)
    model = try CompositeAnchors.transformer.model(reader, tokens: length)
    self.seed = seed
    guard model.vocabulary >= generator.tokenLimit else {
      throw KernelError(
        .parameter,
        "making sentences of \(values) values: a model of \(model.vocabulary) different tokens has"
          + " not the \(generator.tokenLimit) of the answers",
        remedy: "Set model.vocabulary to \(generator.tokenLimit) or more.")
    }
  }

  /// Sentences of a part.
  func sentences(_ part: Part, count: Int) -> CompositeSentences {
    let pairs: [AnchorPair] =
      switch part {
      case .training, .test, .stored: generator.seenPairs
      case .unseen: [.unseen]
      case .exception: [.exception]
      }
    return generator.sentences(
      count: count, keys: part == .test ? .test : .training, pairs: pairs,
      from: RandomStream(seed: seed, purpose: .data, step: part.rawValue))
  }
}

/// What a trained network answers, and how complex it is.
struct CompositeEvaluation {
  /// All measures but those of the training, in the order of the description.
  let measures: [MeasureValue]

  /// Sentences that are evaluated at once.
  private static let samplesAtOnce = 50

  /// Evaluates a network.
  init(
    _ problem: CompositeProblem, _ store: ParameterStore<Float>, samples: Int,
    numerics: NumericProfile, tier: KernelTier
  ) {
    var graph = Graph()
    let count = Self.samplesAtOnce
    let logits = problem.model.output(samples: count, in: &graph)
    let losses = graph.labelCrossEntropy(logits, labels: graph.input("y", Shape(count, 1)))
    let evaluator = Evaluator(
      graph: graph, nodes: [logits, losses], samples: count, store: store, numerics: numerics,
      tier: tier)
    for (name, values) in problem.model.fixedInputs { evaluator.setShared(name, values) }
    func evaluated(_ part: CompositeProblem.Part) -> (CompositeSentences, [[Float]]) {
      let sentences = problem.sentences(part, count: samples)
      return (sentences, evaluator.values(sentences.inputs, samples: samples))
    }
    let (training, trained) = evaluated(.training)
    let (test, tested) = evaluated(.test)
    let answers = [CompositeProblem.Part.unseen, .exception].map { part in
      let (sentences, values) = evaluated(part)
      return CompositeAnswers(outputs: values[0], keys: sentences.keys)
    }
    let (composed, mirrored) = (AnchorPair.unseen.shift, AnchorPair.exceptionShift)
    let inferential = answers[0].share(of: composed)
    let symmetric = answers[0].share(of: mirrored)
    func number(_ measure: MeasureDescription, _ value: Double) -> MeasureValue {
      MeasureValue(name: measure.name, number: value)
    }
    measures =
      [
        number(Accuracy.onTraining, Accuracy.value(outputs: trained[0], labels: training.targets)),
        number(Accuracy.onTest, Accuracy.value(outputs: tested[0], labels: test.targets)),
        number(CompositeAnswers.inferential, inferential),
        number(CompositeAnswers.symmetric, symmetric),
        number(CompositeAnswers.other, 1 - inferential - symmetric),
        number(CompositeAnswers.near, answers[0].share(of: composed - 1...composed + 1)),
        number(CompositeAnswers.exception, answers[1].share(of: mirrored)),
        number(CompositeAnswers.exceptionInferential, answers[1].share(of: composed)),
        number(CompositeAnswers.mode, answers[0].mode),
        MeasureValue(name: CompositeAnswers.histogram.name, values: answers[0].histogram),
      ] + Self.complexity(problem, store)
      + [
        number(MeanLoss.onTraining, MeanLoss.value(trained[1])),
        number(MeanLoss.onTest, MeanLoss.value(tested[1])),
      ]
  }

  /// The measures of the first queries and of the embedded values.
  private static func complexity(
    _ problem: CompositeProblem, _ store: ParameterStore<Float>
  ) -> [MeasureValue] {
    let model = problem.model
    let queries = queries(model, store)
    let embedding = EmbeddingOrder(
      rows: rows(
        store.parameter("tok.weight"), columns: model.width, problem.generator.valueTokens))
    let numbers = [
      (QueryDirections.meanCosine, QueryDirections.meanCosine(UnitRows(queries))),
      (StableRank.ofQueries, StableRank.value(queries)),
      (StableRank.ofEmbedding, StableRank.value(embedding.rows)),
      (EmbeddingOrder.rank, EffectiveRank.value(embedding.rows)),
      (EmbeddingOrder.order, embedding.order),
    ]
    return numbers.map { MeasureValue(name: $0.0.name, number: $0.1) }
      + [MeasureValue(name: EmbeddingOrder.spectrum.name, values: embedding.spectrum)]
  }

  /// The neurons of the first block's query matrix.
  static func queries(_ model: Transformer, _ store: ParameterStore<Float>) -> [[Double]] {
    rows(
      store.parameter("blocks.0.qkv.weight"), columns: model.width,
      0..<model.heads * model.keyWidth)
  }

  private static func rows(_ values: [Float], columns: Int, _ wanted: Range<Int>) -> [[Double]] {
    wanted.map { row in values[row * columns..<(row + 1) * columns].map { Double($0) } }
  }
}
