import Protocol

/// The sentences and the network of one trial.
struct MatchingProblem {
  /// The generator.
  let generator: ChainGenerator
  /// What is trained on.
  let training: ChainSentences
  /// Fresh sentences of the types of training.
  let known: ChainSentences
  /// Sentences of the other types.
  let new: ChainSentences
  /// The network.
  let model: Transformer
  /// Fixed matrices by the names of the model's inputs.
  let matrices: [String: SquareMatrix]

  /// Puts together what a request asks for.
  /// - Throws: `kernel.parameter` where parameters contradict each other.
  init(_ reader: ParameterReader, _ request: TrainingRequest) throws(KernelError) {
    let generator = try Self.generator(reader)
    self.generator = generator
    let seed = request.seed(of: .data)
    func sentences(_ count: String, _ types: ChainGenerator.Types, step: UInt64) -> ChainSentences {
      generator.sentences(
        count: reader.integer(count), types: types,
        from: RandomStream(seed: seed, purpose: .data, step: step))
    }
    training = sentences("data.samples", .training, step: 0)
    known = sentences("data.testSamples", .training, step: 1)
    new = sentences("data.testSamples", .new, step: 2)
    var model = try MatchingReasoning.transformer.model(reader, tokens: generator.length)
    try MatchingReasoning.fixedMatrices.apply(reader, to: &model)
    guard model.vocabulary >= generator.tokenLimit else {
      throw KernelError(
        .parameter,
        "making sentences of \(generator.values) tokens from \(generator.first) on: a model of"
          + " \(model.vocabulary) different tokens has not the \(generator.tokenLimit) that occur",
        remedy: "Set model.vocabulary to \(generator.tokenLimit) or more.")
    }
    self.model = model
    matrices = MatchingReasoning.fixedMatrices.matrices(
      reader, of: model, seed: request.seed(of: .initialization))
  }

  private static func generator(_ reader: ParameterReader) throws(KernelError) -> ChainGenerator {
    let format = reader.choice("data.format", as: ChainFormat.self)
    let (relations, steps) = (reader.integer("data.relations"), reader.integer("data.steps"))
    let values = reader.integer("data.values")
    let chains = format == .single || format == .ordered ? 1 : 2
    guard relations.isMultiple(of: chains), chains * steps <= relations else {
      throw KernelError(
        .parameter,
        "making \(chains) chains of \(relations) relations together: \(steps) steps are not on one",
        remedy: "Set data.relations to a multiple of \(chains) that is \(chains * steps) or more.")
    }
    let leastDouble = ChainGenerator.leastDoubleValues(relations: relations)
    guard 2 * values >= leastDouble else {
      throw KernelError(
        .parameter, "making chains of \(relations) relations: \(values) tokens can run out",
        remedy: "Set data.values to \((leastDouble + 1) / 2) or more.")
    }
    return ChainGenerator(
      format, relations: relations, steps: steps, first: reader.integer("data.firstValue"),
      values: values)
  }

  /// The inputs that are the same for all samples.
  var sharedInputs: [(name: String, values: [Float])] {
    model.fixedInputs
      + matrices.sorted { $0.key < $1.key }.map { ($0.key, $0.value.entries.map { Float($0) }) }
  }
}

/// What is seen of a network during its training.
struct MatchingLook {
  /// The accuracy on the first sentences of training.
  let training: Double
  /// On fresh sentences of known types.
  let known: Double
  /// On sentences of new types.
  let new: Double
  /// top1 of steps 1 and 2; NaN where there is no such step.
  let tops: [Double]
}

/// What was seen over the steps.
struct MatchingProgress {
  private var looks: [(step: UInt64, look: MatchingLook)] = []

  /// Adds what is seen at a step.
  mutating func add(_ look: MatchingLook, at step: UInt64) { looks.append((step, look)) }

  /// First steps at which thresholds are reached, and curves.
  /// - Parameter limit: What is given where a threshold is never reached.
  /// - Returns: The measures, in the order of the description.
  func measures(limit: UInt64) -> [MeasureValue] {
    func first(
      _ measure: MeasureDescription, _ threshold: Double, _ value: (MatchingLook) -> Double
    ) -> MeasureValue {
      let values = looks.map { (step: $0.step, value: value($0.look)) }
      return MeasureValue(
        name: measure.name,
        number: ReasoningProgress.firstStep(values, reaching: threshold, limit: limit))
    }
    func curve(_ measure: MeasureDescription, _ value: (MatchingLook) -> Double) -> MeasureValue {
      MeasureValue(
        name: measure.name, values: looks.map { value($0.look) },
        steps: looks.map { UInt32(truncatingIfNeeded: $0.step) })
    }
    return [
      first(ReasoningProgress.newHalf, 0.5, \.new), first(ReasoningProgress.newMost, 0.9, \.new),
      first(ReasoningProgress.training, 0.9, \.training),
    ]
      + ReasoningProgress.matching.enumerated().map { index, measure in
        first(measure, 0.9) { $0.tops[index] }
      } + [curve(ReasoningProgress.knownCurve, \.known), curve(ReasoningProgress.newCurve, \.new)]
  }
}

extension MatchingProgress: StageMemory {
  /// Appends what was seen.
  func encode(to writer: inout ByteWriter) {
    writer.writeList(looks) { entry, writer in
      writer.write(entry.step)
      for number in [entry.look.training, entry.look.known, entry.look.new] + entry.look.tops {
        writer.write(number)
      }
    }
  }

  /// Takes over what was seen.
  mutating func restore(from reader: inout ByteReader) throws(FrameError) {
    // A look is six numbers.
    looks = try reader.readList(countMax: reader.remaining / 48) { reader throws(FrameError) in
      let step: UInt64 = try reader.read()
      let look = MatchingLook(
        training: try reader.readDouble(), known: try reader.readDouble(),
        new: try reader.readDouble(), tops: [try reader.readDouble(), try reader.readDouble()])
      return (step, look)
    }
  }
}

/// What a network answers, matches and looks at.
struct MatchingEvaluation {
  private let problem: MatchingProblem
  private let store: ParameterStore<Float>
  private let answers: Evaluator<Float>
  private let attention: Evaluator<Float>
  private let seen: ChainSentences

  /// Sentences that are evaluated at once.
  private static let samplesAtOnce = 50

  /// Plans a network without what is for training alone.
  init(
    _ problem: MatchingProblem, _ store: ParameterStore<Float>, numerics: NumericProfile,
    tier: KernelTier
  ) {
    self.problem = problem
    self.store = store
    let count = Self.samplesAtOnce
    var graph = Graph()
    let logits = problem.model.output(samples: count, in: &graph)
    let losses = graph.labelCrossEntropy(logits, labels: graph.input("y", Shape(count, 1)))
    answers = Evaluator(
      graph: graph, nodes: [logits, losses], samples: count, store: store, numerics: numerics,
      tier: tier)
    var model = problem.model
    model.computesAll = true
    var whole = Graph()
    _ = model.output(samples: count, in: &whole)
    attention = Evaluator(
      graph: whole, nodes: whole.attentionMaps, samples: count, store: store, numerics: numerics,
      tier: tier)
    for (name, values) in problem.sharedInputs {
      answers.setShared(name, values)
      attention.setShared(name, values)
    }
    seen = problem.training.first(problem.new.count)
  }

  private func results(on sentences: ChainSentences) -> (accuracy: Double, loss: Double) {
    let values = answers.values(sentences.inputs, samples: sentences.count)
    return (
      Accuracy.value(outputs: values[0], labels: sentences.targets), MeanLoss.value(values[1])
    )
  }

  /// What is seen at a step.
  func look() -> MatchingLook {
    let embedded = self.embedded(problem.generator.valueTokens)
    let tops = (1...2).map { step in
      matching(step).map { Matching.top($0.matrix(of: embedded)) } ?? .nan
    }
    return MatchingLook(
      training: results(on: seen).accuracy, known: results(on: problem.known).accuracy,
      new: results(on: problem.new).accuracy, tops: tops)
  }

  /// Accuracies and losses after the training.
  var accuracies: [MeasureValue] {
    let training = results(on: problem.training)
    let known = results(on: problem.known)
    let new = results(on: problem.new)
    return [
      (Accuracy.onTraining, training.accuracy), (ReasoningProgress.known, known.accuracy),
      (ReasoningProgress.new, new.accuracy), (MeanLoss.onTraining, training.loss),
      (MeanLoss.onTest, new.loss),
    ].map { MeasureValue(name: $0.0.name, number: $0.1) }
  }

  /// Matching, attention and factors after the training.
  var mechanism: [MeasureValue] {
    let embedded = self.embedded(problem.generator.valueTokens)
    let untrained =
      self.embedded(0..<problem.generator.first)
      + self.embedded(problem.generator.tokenLimit..<problem.model.vocabulary)
    let kernels = (1...2).map { matching($0) }
    let matrices = kernels.map { $0?.matrix(of: embedded) }
    func numbers(_ measures: [MeasureDescription], _ values: [Double]) -> [MeasureValue] {
      zip(measures, values).map { MeasureValue(name: $0.name, number: $1) }
    }
    return numbers(Matching.scores, matrices.map { $0.map(Matching.score) ?? .nan })
      + numbers(Matching.tops, matrices.map { $0.map(Matching.top) ?? .nan })
      + numbers(
        Matching.untrainedTops,
        kernels.map { $0.map { Matching.top($0.matrix(of: untrained)) } ?? .nan })
      + numbers(
        Matching.kernelScores, kernels.map { $0.map { Matching.score($0.kernel.rows) } ?? .nan })
      + numbers(
        Matching.dominances,
        kernels.map { $0.map { Matching.dominance($0.kernel.rows) } ?? .nan })
      + numbers(ReasoningAttention.hops, hopAttention)
      + numbers(ReasoningAttention.alphas, (1...2).map { factor("alpha", block: $0) })
      + numbers(ReasoningAttention.betas, (0...2).map { factor("beta", block: $0) })
  }

  /// The attention of the last token to what each step leads to.
  private var hopAttention: [Double] {
    let sentences = problem.new
    let maps = attention.values(["x": sentences.inputs["x"] ?? []], samples: sentences.count)
    let (heads, tokens) = (problem.model.heads, sentences.length)
    let size = heads * tokens * tokens
    return (1...2).map { step in
      guard step < problem.model.layers else { return .nan }
      let asked = sentences.hops.indices.filter { sentences.hops[$0].count >= step }
      return AttentionScores.value(
        weights: asked.flatMap { maps[step][$0 * size..<($0 + 1) * size] }, heads: heads,
        tokens: tokens, places: asked.map { (tokens - 1, sentences.hops[$0][step - 1]) })
    }
  }

  private func factor(_ name: String, block: Int) -> Double {
    guard problem.model.hasFixedMatrices, block < problem.model.layers else { return 0 }
    return Double(store.parameter("\(FixedMatrices.name(block)).\(name)")[0])
  }

  /// The matching of a step; `nil` where there is no such block.
  private func matching(_ step: Int) -> Matching? {
    guard step < problem.model.layers else { return nil }
    let blocks = (0...step).map { products(block: $0) }
    return Matching(
      queryKeys: blocks.map(\.queryKeys), valueOutputs: blocks.map(\.valueOutputs), step: step)
  }

  /// W_Q W_Kᵀ / √d_k and W_V W_O of a block, summed over heads, fixed matrices included.
  private func products(block: Int) -> (queryKeys: SquareMatrix, valueOutputs: SquareMatrix) {
    let model = problem.model
    let weight = rows("blocks.\(block).qkv.weight", columns: model.width)
    let (keys, values) = (model.heads * model.keyWidth, model.heads * model.valueWidth)
    let scale = 1 / Double(model.keyWidth).squareRoot()
    var queryKeys =
      scale
      * SquareMatrix(
        transposed: Array(weight[..<keys]), times: Array(weight[keys..<2 * keys]))
    let valueRows = Array(weight[2 * keys..<2 * keys + values])
    // Row k of the projection's transpose is what value k adds to the stream.
    let outputs =
      model.hasProjection
      ? columns("blocks.\(block).proj.weight", columns: values)
      : (0..<values).map { row in (0..<model.width).map { $0 == row ? 1 : 0 } }
    var valueOutputs = SquareMatrix(transposed: valueRows, times: outputs)
    if let fixed = problem.matrices["\(FixedMatrices.name(block)).values"] {
      valueOutputs = valueOutputs + factor("beta", block: block) * fixed
    }
    if let fixed = problem.matrices["\(FixedMatrices.name(block)).scores"] {
      queryKeys = queryKeys + (scale * factor("alpha", block: block)) * fixed
    }
    return (queryKeys, valueOutputs)
  }

  /// The embedded tokens, as a network with LayerNorm after the sums sees them.
  private func embedded(_ tokens: Range<Int>) -> [[Double]] {
    let model = problem.model
    let table = rows("tok.weight", columns: model.width)
    return table[tokens].map {
      model.normalization == .after ? Matching.normalized($0, epsilon: model.epsilon) : $0
    }
  }

  private func rows(_ name: String, columns: Int) -> [[Double]] {
    let values = store.parameter(name)
    return stride(from: 0, to: values.count, by: columns).map { start in
      values[start..<start + columns].map { Double($0) }
    }
  }

  private func columns(_ name: String, columns: Int) -> [[Double]] {
    let rows = rows(name, columns: columns)
    return (0..<columns).map { column in rows.map { $0[column] } }
  }
}
