import Protocol

/// From how many sentences a transformer learns what an anchor asks for, and how its attention does it.
struct AnchorFunctions: TieredStudy {
  let description = StudyDescription(
    name: "anchor-functions",
    title: "Anchor functions: how many sentences a transformer needs to generalise",
    summary: """
      Trains a small transformer on sentences of noise in which an anchor token marks a key token; the \
      answer after the last token is a function of the key that the anchor names, and only it is judged. \
      The pairs of key and position of the test never occur in training. Training is always learned; the \
      test accuracy rises from chance to one over the number of sentences. Two operations of attention \
      do it: shift (the position after the anchor looks at the anchor) and broadcast (the last position \
      looks at the key).
      """,
    source: """
      Zhang, Wang, Yao, Zhou, Li, E, Xu, "Anchor function: a type of benchmark functions for studying \
      language models", arXiv 2401.08309, and its public code
      """,
    revision: 1,
    parameters: dataParameters + transformer.parameters + initialization.parameters
      + optimizer.parameters + trainingParameters,
    constraints: [
      StudyConstraint(
        validWhen: "model.vocabulary >= data.length + 103",
        reason: "keys and answers go up to the length of a sentence and 102")
    ] + transformer.constraints + optimizer.constraints,
    seedPurposes: [
      RandomPurpose.initialization.name, RandomPurpose.data.name, RandomPurpose.dropout.name,
      RandomPurpose.batches.name,
    ],
    measures: [
      Accuracy.onTraining,
      Accuracy.onTest,
      Accuracy.onTransfer,
      AttentionScores.shift,
      AttentionScores.broadcast,
      MeanLoss.onTraining,
      MeanLoss.onTest,
      TrainingMeasures.steps,
    ],
    statements: AnchorFunctions.statements,
    // Products of three times this many multiply-adds, thirty times as fast as what `plan` assumes, as
    // measured.
    cost: "0.1 * training.steps * training.batch * (data.length * model.depth * model.width"
      + " * (4 * model.heads * model.keyWidth + 2 * model.feedForward)"
      + " + model.width * model.vocabulary)")

  static let transformer = TransformerParameters(vocabulary: 112)
  static let initialization = InitializationParameters(
    law: .fanInPower, gamma: 0.5, widthName: "width of the stream")
  static let optimizer = OptimizerParameters(
    rules: [.adamW, .adam, .descent], learningRate: 1e-3, weightDecay: 0.01,
    schedule: .warmUpCosine, clipNorm: 1, hasEpochs: true)

  private static let dataParameters: [ParameterDescription] = [
    .choice(
      "data.operation", label: "operation", among: AnchorOperation.allCases, default: .identity,
      meaning:
        "What is answered: the key; the key plus a number of its anchor; the key or the next number"
        + " with keys of two intervals; the token that followed, or came before, when the last token"
        + " was there; the key for two anchors of one meaning."),
    .integer(
      "data.samples", label: "N", default: 800, 10...1_000_000,
      meaning: "The number of sentences to train on."),
    .integer(
      "data.testSamples", label: "test sentences", default: 500, 10...1_000_000,
      meaning: "The number of sentences of each test."),
    .integer(
      "data.length", label: "n", default: 9, 5...64,
      meaning: "The tokens of a sentence; pairs are held back by a remainder of n - 1."),
    .integer(
      "data.anchors", label: "anchors", default: 4, 1...10,
      meaning: "The number of anchors that add a number of their own.",
      activeWhen: "data.operation == '\(AnchorOperation.offsets.rawValue)'"),
    .integer(
      "data.intervalWidth", label: "interval", default: 40, 10...70,
      meaning:
        "How many of the 80 keys each of two anchors is trained on, from below and from above.",
      activeWhen: "data.operation == '\(AnchorOperation.twoInterval.rawValue)'"),
    .real(
      "data.partnerShare", label: "partners", default: 0.5, 0.02...0.98,
      meaning: "The share of the keys that the second of two anchors of one meaning is trained on.",
      activeWhen: "data.operation == '\(AnchorOperation.nearSynonym.rawValue)'"),
  ]

  private static let trainingParameters: [ParameterDescription] = [
    .integer(
      "training.steps", label: "steps", default: 3000, 1...1_000_000_000,
      meaning: "The number of training steps."),
    .integer(
      "training.batch", label: "batch", default: 50, 1...100_000,
      meaning: "The sentences of a step; every epoch has all of them once, in an order of its own."),
  ]

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try AnchorProblem(reader, seed: request.seed(of: .data))
    let trainer = try trainer(
      problem, SentenceTraining(reader: reader, request: request, tier: tier))
    let ending = trainer.train()
    let evaluation = AnchorEvaluation(
      problem, trainer.store, numerics: request.numerics, tier: tier)
    let training = evaluation.results(on: problem.training)
    let test = evaluation.results(on: problem.test)
    let transfer = problem.transfer.map { evaluation.results(on: $0) } ?? test
    let measures = [
      (Accuracy.onTraining, training.accuracy), (Accuracy.onTest, test.accuracy),
      (Accuracy.onTransfer, transfer.accuracy), (AttentionScores.shift, test.shift),
      (AttentionScores.broadcast, test.broadcast), (MeanLoss.onTraining, training.loss),
      (MeanLoss.onTest, test.loss), (TrainingMeasures.steps, Double(ending.steps)),
    ]
    var report = TrainingReport(
      outcome: ending.outcome,
      measures: measures.map { MeasureValue(name: $0.0.name, number: $0.1) }, steps: ending.steps)
    if request.keepsTensors { report.tensors = trainer.store.tensors }
    return report
  }

  private func trainer(
    _ problem: AnchorProblem, _ training: SentenceTraining
  ) throws(KernelError) -> Trainer<Float> {
    let batches = FixedSetBatches<Float>(
      problem.training.inputs, samples: problem.training.count, batchSize: training.batchSize,
      seed: training.request.seed(of: .batches))
    var model = problem.model
    model.isTraining = true
    return try training.trainer(
      of: ModelProblem(model: model, loss: .crossEntropy, samples: training.batchSize),
      optimizer: Self.optimizer.optimizer(
        training.reader, steps: training.steps, stepsPerEpoch: UInt64(batches.stepsPerEpoch)),
      initialization: Self.initialization.initialization(training.reader, width: model.width),
      sharedInputs: model.fixedInputs, batches: batches)
  }
}

/// The sentences and the network of one trial.
struct AnchorProblem {
  /// What is trained on.
  let training: AnchorSentences
  /// Pairs of key and position that were held back.
  let test: AnchorSentences
  /// Pairs of anchor and key that training does not show, where there are any.
  let transfer: AnchorSentences?
  /// The network.
  let model: Transformer

  /// Puts together what a request asks for.
  /// - Throws: `kernel.parameter` where the model has too few tokens.
  init(_ reader: ParameterReader, seed: UInt32) throws(KernelError) {
    var generator = AnchorGenerator(
      reader.choice("data.operation", as: AnchorOperation.self),
      length: reader.integer("data.length"))
    generator.anchors = reader.integer("data.anchors")
    generator.intervalWidth = reader.integer("data.intervalWidth")
    generator.partnerShare = reader.real("data.partnerShare")
    let tests = reader.integer("data.testSamples")
    training = generator.sentences(
      count: reader.integer("data.samples"), pool: .training, seed: seed)
    test = generator.sentences(count: tests, pool: .test, seed: seed)
    transfer =
      generator.operation.hasTransfer
      ? generator.sentences(count: tests, pool: .transfer, seed: seed) : nil
    model = try AnchorFunctions.transformer.model(reader, tokens: generator.length)
    guard model.vocabulary >= generator.tokenLimit else {
      throw KernelError(
        .parameter,
        "making sentences of \(generator.length) tokens: a model of \(model.vocabulary) different"
          + " tokens has not the \(generator.tokenLimit) of the answers",
        remedy: "Set model.vocabulary to \(generator.tokenLimit) or more.")
    }
  }
}

/// What a trained network answers, and what its attention looks at.
struct AnchorEvaluation {
  /// The numbers of one set of sentences.
  struct Results {
    let accuracy: Double
    let loss: Double
    let shift: Double
    let broadcast: Double
  }

  private let evaluator: Evaluator<Float>
  private let heads: Int

  /// Sentences that are evaluated at once.
  private static let samplesAtOnce = 50

  /// Plans the network without what is for training alone.
  init(
    _ problem: AnchorProblem, _ store: ParameterStore<Float>, numerics: NumericProfile,
    tier: KernelTier
  ) {
    var model = problem.model
    model.computesAll = true
    let samples = Self.samplesAtOnce
    var graph = Graph()
    let logits = model.output(samples: samples, in: &graph)
    let losses = graph.labelCrossEntropy(logits, labels: graph.input("y", Shape(samples, 1)))
    let maps = graph.attentionMaps
    evaluator = Evaluator(
      graph: graph, nodes: [logits, losses, maps[0], maps[maps.count - 1]], samples: samples,
      store: store, numerics: numerics, tier: tier)
    for (name, values) in problem.model.fixedInputs { evaluator.setShared(name, values) }
    heads = model.heads
  }

  /// The numbers of a set of sentences.
  func results(on sentences: AnchorSentences) -> Results {
    let values = evaluator.values(sentences.inputs, samples: sentences.count)
    let (anchors, keys) = (sentences.anchorPositions, sentences.keyPositions)
    return Results(
      accuracy: Accuracy.value(outputs: values[0], labels: sentences.targets),
      loss: MeanLoss.value(values[1]),
      shift: AttentionScores.value(
        weights: values[2], heads: heads, tokens: sentences.length,
        places: anchors.map { (from: $0 + 1, to: $0) }),
      broadcast: AttentionScores.value(
        weights: values[3], heads: heads, tokens: sentences.length,
        places: keys.map { (from: sentences.length - 1, to: $0) }))
  }
}
