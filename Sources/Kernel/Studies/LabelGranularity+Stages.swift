import Protocol

/// The samples, networks and stages of one trial of label granularity.
struct GranularityStages {
  /// What draws the samples.
  let generator: FeaturePatchGenerator
  /// The labels of the pretraining.
  let hierarchy: LabelHierarchy
  /// What is pretrained.
  private let network: any Model
  /// The same filters with a new head for the two classes.
  private let freshNetwork: PatchNetwork
  private let samples: FeaturePatches
  private let easyTest: FeaturePatches
  private let hardTest: FeaturePatches
  private let reader: ParameterReader
  private let request: TrainingRequest
  private let tier: KernelTier
  /// The filters' biases, where they are given.
  private let fixedBias: Double?

  /// Accuracies on both tests.
  struct Accuracies {
    let easy: Double
    let hard: Double
  }

  /// Puts together what a request asks for.
  /// - Throws: `kernel.parameter` where its parameters do not go together.
  init(
    _ reader: ParameterReader, _ request: TrainingRequest, _ tier: KernelTier
  ) throws(KernelError) {
    let generator = try Self.generator(reader)
    hierarchy = LabelHierarchy(
      granularity: reader.integer("labels.granularity"), subtypes: generator.subtypes,
      noise: reader.real("labels.noise"), kind: reader.choice("labels.kind"))
    let activation = reader.choice("model.activation", as: ActivationWord.self).activation
    let (patches, inputs) = (generator.patches, generator.dimension)
    let filters: Int
    if reader.choice("model.head", as: LabelGranularity.Head.self) == .trained {
      filters = reader.integer("model.filters")
      network = PatchNetwork(
        patches: patches, inputs: inputs, filters: filters, classes: hierarchy.count,
        activation: activation)
      fixedBias = nil
    } else {
      let each = reader.integer("model.filtersPerLabel")
      filters = each * hierarchy.count
      network = ClassFilterNetwork(
        patches: patches, inputs: inputs, filtersPerClass: each, classes: hierarchy.count,
        activation: activation)
      fixedBias =
        -reader.real("model.threshold") * generator.noise
        * Elementary.logarithm(Double(inputs)).squareRoot()
    }
    var fresh = PatchNetwork(
      patches: patches, inputs: inputs, filters: filters, classes: 2, activation: activation)
    fresh.headName = "fresh"
    freshNetwork = fresh
    let seed = request.seed(of: .data)
    func draw(_ count: String, _ pool: FeaturePatchGenerator.Pool, _ share: Double)
      -> FeaturePatches
    {
      generator.samples(count: reader.integer(count), pool: pool, hardShare: share, seed: seed)
    }
    samples = draw("data.samples", .pretraining, reader.real("data.hardShare"))
    easyTest = draw("data.testSamples", .easyTest, 0)
    hardTest = draw("data.testSamples", .hardTest, 1)
    self.generator = generator
    self.reader = reader
    self.request = request
    self.tier = tier
  }

  private static func generator(
    _ reader: ParameterReader
  ) throws(KernelError) -> FeaturePatchGenerator {
    var generator = FeaturePatchGenerator()
    generator.dimension = reader.integer("data.dimension")
    generator.patches = reader.integer("data.patches")
    generator.patchesPerFeature = reader.integer("data.patchesPerFeature")
    generator.subtypes = reader.integer("data.subtypes")
    generator.noise = reader.real("data.noise")
    generator.hardPatchNoise = reader.real("data.hardPatchNoise")
    let (least, greatest) = (reader.real("data.wrongMin"), reader.real("data.wrongMax"))
    let (labels, subtypes) = (reader.integer("labels.granularity"), generator.subtypes)
    func demand(_ holds: Bool, _ problem: String, _ remedy: String) throws(KernelError) {
      guard !holds else { return }
      throw KernelError(.parameter, "drawing samples of patches: \(problem)", remedy: remedy)
    }
    try demand(
      labels.isMultiple(of: subtypes) || subtypes.isMultiple(of: labels),
      "\(labels) labels do not go evenly with \(subtypes) sub-classes",
      "Set labels.granularity to a divisor or a multiple of data.subtypes.")
    try demand(
      generator.dimension >= 2 + 2 * subtypes,
      "\(generator.dimension) numbers of a patch have no axis for each of \(2 + 2 * subtypes)"
        + " features", "Set data.dimension to \(2 + 2 * subtypes) or more.")
    try demand(
      generator.patches >= generator.patchesUsed,
      "\(generator.patches) patches have no room for \(generator.patchesUsed)",
      "Set data.patches to \(generator.patchesUsed) or more.")
    try demand(
      least <= greatest, "amplitudes from \(least) to \(greatest) are none",
      "Set data.wrongMax to data.wrongMin or more.")
    generator.wrongAmplitude = least...greatest
    return generator
  }

  private var batch: Int { reader.integer("training.batch") }

  /// The parameters of both networks at the start.
  /// - Throws: `kernel.initial` where given ones do not fit.
  func initialStore() throws(KernelError) -> ParameterStore<Float> {
    let both = TwoHeadedNetwork(first: network, second: freshNetwork)
    var graphs = [Graph(), Graph()]
    _ = network.output(samples: 1, in: &graphs[0])
    _ = freshNetwork.output(samples: 1, in: &graphs[1])
    let store = ParameterStore<Float>(of: graphs)
    var initialization = LabelGranularity.initialization.initialization(
      reader, width: freshNetwork.filters)
    if let fixedBias { initialization.pieces["filters.bias"] = .constant(fixedBias) }
    try initialization.draw(both, into: store, seed: request.seed(of: .initialization))
    if let initial = request.initial { try store.set(initial) }
    return store
  }

  /// Trains on the labels.
  /// - Returns: How it ended, and the running mean of the loss.
  func pretrain(_ store: ParameterStore<Float>) -> (ending: TrainingEnding, loss: Double) {
    let labels = hierarchy.labels(of: samples, seed: request.seed(of: .data))
    var mean = RunningMean(memory: 0.95)
    let ending = train(
      remembering: &mean,
      ModelProblem(model: network, loss: .crossEntropy, samples: batch), store,
      ["x": samples.values, "y": labels.map { Float($0) }], samples: samples.count,
      steps: reader.integer("training.steps"), rate: nil, before: 0
    ) { $0.add($1.loss) }
    return (ending, mean.value)
  }

  /// Goes on with the sums of the labels' probabilities, on the classes of the same samples.
  func trainMarginal(_ store: ParameterStore<Float>) -> [TrainingEnding] {
    let steps = reader.integer("transfer.steps")
    guard steps > 0 else { return [] }
    var graph = Graph()
    let logits = network.output(samples: batch, in: &graph)
    let classes = graph.input("classes", Shape(batch, 2))
    let membership = graph.input("membership", Shape(2, hierarchy.count))
    let loss = graph.crossEntropy(logits, groups: graph.product(classes, membership))
    let oneHot = samples.classes.flatMap { $0 == 0 ? [1, 0] : [0, 1] as [Float] }
    var stage = Stage(
      graph: graph, loss: loss, output: logits,
      optimizer: optimizer(steps: steps, rate: reader.real("transfer.learningRate")),
      stop: StopRule(limit: .steps(UInt64(steps))))
    stage.frozen = frozen
    let trainer = Trainer(stage, store: store, numerics: request.numerics, tier: tier)
    trainer.setInput("membership", hierarchy.membership)
    trainer.batches = batches(
      ["x": samples.values, "classes": oneHot], samples: samples.count,
      before: reader.integer("training.steps"))
    trainer.checkpoints = request.checkpoints
    return [trainer.train()]
  }

  /// Goes on with a new head, on the classes of new samples.
  func trainFresh(_ store: ParameterStore<Float>) -> [TrainingEnding] {
    let steps = reader.integer("transfer.steps")
    guard steps > 0 else { return [] }
    let count = reader.integer("transfer.samples")
    let fresh = generator.samples(
      count: count, pool: .transfer, hardShare: reader.real("transfer.hardShare"),
      seed: request.seed(of: .data))
    var nothing = NoMemory()
    let ending = train(
      remembering: &nothing, ModelProblem(model: freshNetwork, loss: .crossEntropy, samples: batch),
      store,
      ["x": fresh.values, "y": fresh.classes.map { Float($0) }], samples: count, steps: steps,
      rate: reader.real("transfer.learningRate"), before: reader.integer("training.steps"))
    return [ending]
  }

  /// How often the class with the greater sum of its labels' probabilities is right.
  func summedAccuracies(_ store: ParameterStore<Float>) -> Accuracies {
    var graph = Graph()
    let logits = network.output(samples: Self.samplesAtOnce, in: &graph)
    let membership = graph.input("membership", Shape(2, hierarchy.count))
    let sums = graph.product(graph.softmax(logits), membership, transposeRight: true)
    return accuracies(graph, sums, store) { $0.setShared("membership", hierarchy.membership) }
  }

  /// How often the new head is right.
  func freshAccuracies(_ store: ParameterStore<Float>) -> Accuracies {
    var graph = Graph()
    let logits = freshNetwork.output(samples: Self.samplesAtOnce, in: &graph)
    return accuracies(graph, logits, store) { _ in }
  }

  /// Samples that are evaluated at once.
  private static let samplesAtOnce = 250

  /// The filters' biases, where they are given.
  private var frozen: Set<String> { fixedBias == nil ? [] : ["filters.bias"] }

  private func train<Memory: StageMemory>(
    remembering memory: inout Memory, _ problem: ModelProblem, _ store: ParameterStore<Float>,
    _ inputs: [String: [Float]], samples: Int, steps: Int, rate: Double?, before: Int,
    observing observe: (inout Memory, StepRecord) -> Void = { _, _ in }
  ) -> TrainingEnding {
    var stage = problem.stage(
      optimizer: optimizer(steps: steps, rate: rate),
      stop: StopRule(limit: .steps(UInt64(steps))))
    stage.frozen = frozen
    let trainer = Trainer(stage, store: store, numerics: request.numerics, tier: tier)
    trainer.batches = batches(inputs, samples: samples, before: before)
    // The two ways to go on are of copies; what a trial keeps is of the network that it reports.
    if before == 0 { trainer.recorder = request.recorder }
    trainer.checkpoints = request.checkpoints
    return trainer.train(remembering: &memory, observing: observe)
  }

  private func optimizer(steps: Int, rate: Double?) -> any Optimizer {
    LabelGranularity.optimizer.optimizer(reader, steps: UInt64(steps), peak: rate)
  }

  private func batches(
    _ inputs: [String: [Float]], samples: Int, before: Int
  ) -> FixedSetBatches<Float> {
    let batches = FixedSetBatches(
      inputs, samples: samples, batchSize: batch, order: .withReplacement,
      seed: request.seed(of: .batches))
    batches.stepsBefore = UInt64(before)
    return batches
  }

  private func accuracies(
    _ graph: Graph, _ outputs: Node, _ store: ParameterStore<Float>,
    prepare: (Evaluator<Float>) -> Void
  ) -> Accuracies {
    let evaluator = Evaluator(
      graph: graph, nodes: [outputs], samples: Self.samplesAtOnce, store: store,
      numerics: request.numerics, tier: tier)
    prepare(evaluator)
    func accuracy(_ test: FeaturePatches) -> Double {
      let values = evaluator.values(["x": test.values], samples: test.count)
      return Accuracy.value(outputs: values[0], labels: test.classes)
    }
    return Accuracies(easy: accuracy(easyTest), hard: accuracy(hardTest))
  }
}

/// Two networks that share pieces: those of the first, then what the second has beside them.
///
/// Drawn as one model, the second's own pieces are none of the first's once more.
struct TwoHeadedNetwork: Model {
  /// What comes first.
  let first: any Model
  /// What has other pieces beside it.
  let second: any Model

  /// The pieces of both.
  var parameters: [TensorLayout] {
    let names = Set(first.parameters.map(\.name))
    return first.parameters + second.parameters.filter { !names.contains($0.name) }
  }

  /// The inputs of the second.
  func inputs(samples: Int) -> [ModelInput] { second.inputs(samples: samples) }

  /// Those of the second's output.
  func outputShape(samples: Int) -> [Int] { second.outputShape(samples: samples) }

  /// The output of the second.
  func output(samples: Int, in graph: inout Graph) -> Node {
    second.output(samples: samples, in: &graph)
  }
}
