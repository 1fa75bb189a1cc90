import Protocol

/// Trains a user's data in one precision, one stage after the other.
struct SuppliedTraining<Element: Scalar> {
  private let problem: SuppliedProblem
  private let tier: KernelTier

  /// A training that has not begun.
  init(_ problem: SuppliedProblem, tier: KernelTier = .chosen) {
    self.problem = problem
    self.tier = tier
  }

  private var reader: ParameterReader { problem.reader }
  private var request: TrainingRequest { problem.request }

  /// Trains all stages.
  /// - Parameter observe: Called after every evaluation of the first stage.
  /// - Returns: What came of it.
  /// - Throws: `kernel.initial` where given parameters do not fit.
  func train(
    observing observe: (StepRecord) -> Void = { _ in }
  ) throws(KernelError) -> SuppliedResult<Element> {
    let first = problem.first
    let store = try initialStore(of: first.model)
    let start = store.copy()
    let steps = reader.integer("training.steps")
    let ending = try train(
      first, store, steps: steps, rate: nil, before: 0, frozen: [], observing: observe)
    let firstScore = score(first.model, first.training, store)
    guard let second = problem.second, !ending.diverged else {
      return result(of: first, start, store, [ending], firstLoss: firstScore.loss)
    }
    let (later, frozen) = try secondStore(second.model, after: store)
    let begin = later.copy()
    let secondEnding = try train(
      second, later, steps: reader.integer("finetune.steps"),
      rate: reader.real("finetune.learningRate"), before: steps, frozen: frozen
    ) { _ in }
    return result(of: second, begin, later, [ending, secondEnding], firstLoss: firstScore.loss)
  }

  /// The parameters at the start, drawn or given.
  private func initialStore(of model: any Model) throws(KernelError) -> ParameterStore<Element> {
    let store = Self.store(of: model)
    try problem.initialization(of: model).draw(
      model, into: store, seed: request.seed(of: .initialization))
    if let initial = request.initial { try store.set(initial) }
    return store
  }

  private static func store(of model: any Model) -> ParameterStore<Element> {
    var graph = Graph()
    _ = model.output(samples: 1, in: &graph)
    return ParameterStore(graph.parameters)
  }

  /// The parameters that a second stage begins with: those of the first, perhaps but the last layer.
  private func secondStore(
    _ model: any Model, after store: ParameterStore<Element>
  ) throws(KernelError) -> (ParameterStore<Element>, frozen: Set<String>) {
    let head = Set(model.headPieces)
    let result = Self.store(of: model)
    let isNew = reader.choice("finetune.head", as: Supervised.Head.self) == .new
    if isNew {
      try Supervised.initialization.initialization(
        reader,
        width: (model as? ConvolutionalNetwork)?.channels[0] ?? reader.integer("model.width")
      ).draw(model, into: result, seed: request.seed(of: .initialization), only: head)
    }
    for piece in result.pieces where !isNew || !head.contains(piece.name) {
      let values = store.parameter(piece.name)
      result.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    guard reader.choice("finetune.trained", as: Supervised.Trained.self) == .head else {
      return (result, [])
    }
    guard !head.isEmpty else {
      throw KernelError(
        .parameter, "training the last layer alone: this transformer has none with parameters",
        remedy: "Set finetune.trained to all, or model.head to own.")
    }
    return (result, Set(result.pieces.map(\.name)).subtracting(head))
  }

  private func train(
    _ part: SuppliedProblem.Part, _ store: ParameterStore<Element>, steps: Int, rate: Double?,
    before: Int, frozen: Set<String>, observing observe: (StepRecord) -> Void
  ) throws(KernelError) -> TrainingEnding {
    let batch = reader.integer("training.batch")
    let count = part.training.count
    let inputs = problem.inputs(of: part.model, part.training).mapValues { values in
      values.map { Element($0) }
    }
    let order = reader.choice("training.order", as: Supervised.Order.self)
    let batches =
      batch == 0
      ? nil
      : FixedSetBatches(
        inputs, samples: count, batchSize: batch, order: order.order(of: Element.self),
        seed: request.seed(of: .batches))
    batches?.stepsBefore = UInt64(before)
    let judged = ModelProblem(
      chunked: part.model.trained, loss: problem.loss, samples: batch == 0 ? count : batch)
    let target = reader.real("training.stopLoss")
    var stage = judged.stage(
      optimizer: Supervised.optimizer.optimizer(
        reader, steps: UInt64(steps), stepsPerEpoch: UInt64(batches?.stepsPerEpoch ?? 1),
        peak: rate),
      stop: StopRule(
        loss: target > 0 ? .atMost(target) : .none, limit: .steps(UInt64(steps))))
    stage.dropoutSeed = request.seed(of: .dropout)
    stage.frozen = frozen
    let trainer = Trainer(stage, store: store, numerics: request.numerics, tier: tier)
    trainer.recorder = request.recorder
    trainer.checkpoints = request.checkpoints
    for (name, values) in part.model.fixedNumbers {
      trainer.setInput(name, values.map { Element($0) })
    }
    if let batches {
      trainer.batches = batches
    } else {
      for (name, values) in inputs.sorted(by: { $0.key < $1.key }) {
        trainer.setInput(name, values)
      }
    }
    var nothing = NoMemory()
    return trainer.train(remembering: &nothing) { observe($1) }
  }

  /// Samples that are evaluated at once.
  private static var samplesAtOnce: Int { 64 }

  /// Mean loss and accuracy of a model on samples, without dropout; no accuracy without classes.
  private func score(
    _ model: any Model, _ samples: SuppliedSamples, _ store: ParameterStore<Element>
  ) -> (loss: Double, accuracy: Double) {
    let atOnce = min(Self.samplesAtOnce, samples.count)
    var graph = Graph()
    let output = model.output(samples: atOnce, in: &graph)
    let losses: Node
    switch problem.loss {
    case .crossEntropy:
      losses = graph.labelCrossEntropy(
        output, labels: graph.input("y", Shape(output.shape.rows, 1)))
    default:
      losses = graph.square(graph.subtract(output, graph.input("y", output.shape)))
    }
    let evaluator = Evaluator(
      graph: graph, nodes: [output, losses], samples: atOnce, store: store,
      numerics: request.numerics, tier: tier)
    for (name, values) in model.fixedNumbers {
      evaluator.setShared(name, values.map { Element($0) })
    }
    let values = evaluator.values(
      problem.inputs(of: model, samples).mapValues { $0.map { Element($0) } },
      samples: samples.count)
    return (
      MeanLoss.value(values[1]),
      samples.labels.map { Accuracy.value(outputs: values[0], labels: $0) } ?? .nan
    )
  }

  private func result(
    of part: SuppliedProblem.Part, _ start: ParameterStore<Element>,
    _ end: ParameterStore<Element>, _ endings: [TrainingEnding], firstLoss: Double
  ) -> SuppliedResult<Element> {
    let training = score(part.model, part.training, end)
    let test = part.test.map { score(part.model, $0, end) } ?? (loss: .nan, accuracy: .nan)
    let squares = end.pieces.map {
      RelativeChange.squares(start: start.parameter($0.name), end: end.parameter($0.name))
    }
    let change = squares.reduce(RelativeChange.Squares(change: 0, start: 0), +)
    let isFinite = endings.allSatisfy { !$0.diverged }
    let curvature =
      reader.boolean("measure.curvature") && isFinite
      ? curvature(of: part, end) : [Double](repeating: .nan, count: 3)
    let measures: [(MeasureDescription, Double)] = [
      (MeanLoss.onTraining, training.loss), (MeanLoss.onTest, test.loss),
      (Accuracy.onTraining, training.accuracy), (Accuracy.onTest, test.accuracy),
      (MeanLoss.afterFirstStage, firstLoss), (RelativeChange.allWeights, change.relativeChange),
      (LossCurvature.greatest, curvature[0]), (LossCurvature.trace, curvature[1]),
      (LossCurvature.traceError, curvature[2]),
    ]
    return SuppliedResult(measures: measures, endings: endings, store: end)
  }

  /// λ_max, Tr H and its error, of the mean loss over all samples that are trained on.
  private func curvature(
    of part: SuppliedProblem.Part, _ store: ParameterStore<Element>
  ) -> [Double] {
    let judged = ModelProblem(
      model: part.model, loss: problem.loss, samples: part.training.count)
    let curvature = LossCurvature(
      graph: judged.graph, loss: judged.loss, store: store.converted(to: Double.self),
      numerics: request.numerics, tier: tier)
    let inputs = problem.inputs(of: part.model, part.training)
    for (name, values) in inputs.sorted(by: { $0.key < $1.key }) {
      curvature.setInput(name, values)
    }
    for (name, values) in part.model.fixedNumbers { curvature.setInput(name, values) }
    let seed = request.seed(of: .probes)
    let trace = curvature.trace(draws: 64, seed: seed)
    return [
      curvature.lanczos(steps: 30, seed: seed).values.first ?? .nan, trace.mean, trace.error,
    ]
  }
}

/// What came of training a user's data.
struct SuppliedResult<Element: Scalar> {
  /// The study's own measures, in the order of its description.
  let measures: [(description: MeasureDescription, value: Double)]
  /// How each stage ended.
  let endings: [TrainingEnding]
  /// The parameters at the end.
  let store: ParameterStore<Element>

  /// The report of the trial: the steps of all stages, and the losses of the last.
  func report(keepingTensors keeps: Bool) -> TrainingReport {
    let last = endings.first { $0.diverged } ?? endings[endings.count - 1]
    let ending = TrainingEnding(
      stop: last.stop, steps: endings.reduce(0) { $0 + $1.steps }, firstLoss: last.firstLoss,
      lastLoss: last.lastLoss)
    return ending.report(measures, tensors: keeps ? store.tensors : [])
  }
}

extension SuppliedProblem {
  /// The inputs of a model and its loss for samples, in the kernel's order.
  func inputs(of model: any Model, _ samples: SuppliedSamples) -> [String: [Double]] {
    let input = model.inputs(samples: samples.count).first { $0.name == "x" }
    let targets: [Double]
    switch samples.targets {
    case .numbers(_, let values): targets = values
    case .labels(_, let labels) where loss == .crossEntropy: targets = labels.map { Double($0) }
    case .labels(_, let labels):
      let outputs = model.outputShape(samples: 1).last ?? 1
      targets = labels.flatMap { label in (0..<outputs).map { $0 == label ? 1 : 0 } }
    }
    return ["x": input?.layout.inner(samples.inputs) ?? samples.inputs, "y": targets]
  }
}

extension Model {
  /// The inputs that are the same for all samples and follow from the model alone.
  fileprivate var fixedNumbers: [(name: String, values: [Double])] {
    inputs(samples: 1).compactMap { input in
      guard case .fixed(let values) = input.kind else { return nil }
      return (input.name, values)
    }
  }
}

extension Supervised.Order {
  /// The order of batches of elements.
  fileprivate func order<Element>(of type: Element.Type) -> FixedSetBatches<Element>.Order {
    switch self {
    case .epochs: .epochs
    case .wholeBatches: .wholeBatches
    case .withReplacement: .withReplacement
    }
  }
}
