import Protocol

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
    /// Keys with every pair but the exception, whose vectors are compared.
    case compared = 5
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

  /// The pairs whose answers are not taught to differ from those of their functions.
  static let composedPairs = AnchorPair.all.filter { $0 != .exception }

  /// A sentence for each of some keys with each of ``composedPairs``.
  var comparedSentences: CompositeSentences {
    let usual = generator.valueTokens.filter { (30...40).contains($0) }
    return generator.everySentence(
      keys: usual.isEmpty ? Array(generator.valueTokens) : usual, pairs: Self.composedPairs,
      from: RandomStream(seed: seed, purpose: .data, step: Part.compared.rawValue))
  }

  /// Sentences of a part that is drawn.
  func sentences(_ part: Part, count: Int) -> CompositeSentences {
    let pairs: [AnchorPair] =
      switch part {
      case .training, .test, .stored, .compared: generator.seenPairs
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
  /// How alike sentences of different pairs are in between.
  let fused: FusedSimilarity

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
    fused = Self.fused(problem, store, numerics: numerics, tier: tier)
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
        number(FusedSimilarity.agreeing, fused.agreeingMean),
        number(FusedSimilarity.differing, fused.differingMean),
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

  /// The vectors after the second attention, or the only one.
  private static func fused(
    _ problem: CompositeProblem, _ store: ParameterStore<Float>, numerics: NumericProfile,
    tier: KernelTier
  ) -> FusedSimilarity {
    let (model, sentences) = (problem.model, problem.comparedSentences)
    var graph = Graph()
    let vectors = model.fused(
      inBlock: min(1, model.layers - 1), samples: samplesAtOnce, in: &graph)
    let evaluator = Evaluator(
      graph: graph, nodes: [vectors], samples: samplesAtOnce, store: store, numerics: numerics,
      tier: tier)
    for (name, values) in model.fixedInputs { evaluator.setShared(name, values) }
    let tokens = sentences.inputs["x"] ?? []
    let values = evaluator.values(["x": tokens], samples: sentences.count)[0]
    let pairs = CompositeProblem.composedPairs
    let pair = (0..<sentences.count).map { $0 * pairs.count / sentences.count }
    return FusedSimilarity(
      rows(values, columns: model.width, 0..<sentences.count),
      answers: zip(sentences.keys, pair).map { $0 + pairs[$1].shift }, pairs: pair)
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
