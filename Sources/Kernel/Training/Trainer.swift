public import Protocol

/// What is known between two steps.
public struct StepRecord: Hashable, Sendable {
  /// How many steps were taken.
  public let step: UInt64
  /// The loss after them.
  public let loss: Double
  /// The size of the last of them; 0 before the first.
  public let stepSize: Double
}

/// How a training ended.
public struct TrainingEnding: Hashable, Sendable {
  /// Why it stopped; `nil` where NaN or Inf appeared.
  public let stop: StopReason?
  /// Steps taken.
  public let steps: UInt64
  /// The loss before the first step.
  public let firstLoss: Double
  /// The loss after the last step.
  public let lastLoss: Double

  /// Whether NaN or Inf appeared.
  public var diverged: Bool { stop == nil }

  /// The outcome as a trial reports it.
  public var outcome: TrialOutcome { stop.map { .completed($0) } ?? .diverged }
}

/// Trains a stage: plans its graph once, then evaluates and steps until the stop rule says so.
///
/// ```swift
/// let trainer = Trainer<Float>(stage, numerics: .pinned)
/// trainer.setInput("x", points)
/// trainer.withParameter("hidden.weight") { weights in ... }
/// let ending = trainer.train()
/// ```
/// Neither evaluating nor stepping allocates. Not for use by two threads at once.
public final class Trainer<Element: Scalar> {
  /// The stage that is trained.
  public let stage: Stage
  /// The parameters and gradients.
  public let store: ParameterStore<Element>
  /// Steps taken so far.
  public internal(set) var steps: UInt64 = 0
  /// What sets the inputs of a batch before every evaluation; `nil` where they do not change.
  public var batches: (any BatchSource<Element>)?
  /// Who keeps something of the training; `nil` for nobody.
  public var recorder: TrainingRecorder?
  /// What lets the training go on after an interruption; `nil` where nothing does.
  public var checkpoints: TrialCheckpoints?
  private let plan: Plan<Element>
  let update: ParameterUpdate<Element>
  private var initial: [Element] = []
  /// The steps of the trainings before this one, as the recorder counts them.
  private var stepsBefore: UInt64?
  private var dropout: DropoutCounter<Element>?

  /// Plans a stage.
  /// - Parameters:
  ///   - stage: What to train.
  ///   - store: Parameters of an earlier stage to go on with; all zero when there are none.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use; the bits do not depend on it.
  public init(
    _ stage: Stage, store: ParameterStore<Element>? = nil, numerics: NumericProfile,
    tier: KernelTier = .chosen
  ) {
    var graph = stage.graph
    let pieces = stage.trainedPieces
    let parameters = pieces.compactMap { graph.parameterNode($0.name) }
    let gradients = graph.gradient(of: stage.loss, withRespectTo: parameters)
    let gram =
      stage.optimizer.readsGram
      ? graph.perSampleGram(of: stage.output, withRespectTo: parameters) : nil
    precondition(
      gram == nil || stage.chunks == 1, "a Gram matrix is of all samples: they are one chunk")
    let store = store ?? ParameterStore(graph.parameters)
    var targets: [String: Node] = [:]
    for (piece, node) in zip(pieces, gradients) { targets[piece.name] = node }
    plan = Plan(
      graph: graph, outputs: [stage.loss, stage.output] + (gram.map { [$0] } ?? []),
      gradients: targets, store: store, numerics: numerics, tier: tier, chunks: stage.planChunks)
    update = ParameterUpdate(
      plan: plan, gram: gram, optimizer: stage.optimizer,
      trained: Set(pieces.map(\.name)), tier: tier)
    self.stage = stage
    self.store = store
    if graph.inputNode(DropoutCounterInput.name) != nil {
      dropout = DropoutCounter(
        seed: stage.dropoutSeed, chunks: stage.chunks, samplesPerChunk: stage.samplesPerChunk)
    }
  }

  /// Sets an input: row-major, as many values as its shape has.
  public func setInput(_ name: String, _ values: Span<Element>) { plan.setInput(name, values) }

  /// Sets an input: row-major, as many values as its shape has.
  public func setInput(_ name: String, _ values: [Element]) { plan.setInput(name, values) }

  /// Bytes of everything that the training holds: parameters, gradients, the optimiser's blocks, inputs
  /// and values in between.
  public var memoryBytes: Int { store.memoryBytes + plan.memoryBytes + update.memoryBytes }

  /// Bytes of the values that one evaluation computes, inputs included.
  var workspaceBytes: Int { plan.workspaceBytes }

  /// Calls the body with the elements of a parameter, row-major, which it may change.
  public func withParameter<Value, Failure: Error>(
    _ name: String, _ body: (inout MutableSpan<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try store.withMutableParameter(name, body)
  }

  /// A copy of a parameter as it is now.
  public func parameter(_ name: String) -> [Element] { store.parameter(name) }

  /// A copy of a parameter as it was when ``train(observing:)`` was first called.
  public func initialParameter(_ name: String) -> [Element] {
    let position = store.position(of: name)
    let (offset, count) = (store.offsets[position], store.pieces[position].shape.count)
    precondition(!initial.isEmpty, "parameters are initial once training has begun")
    return Array(initial[offset..<(offset + count)])
  }

  /// Computes loss, output and gradients at the parameters as they are.
  /// - Returns: The loss.
  @discardableResult
  public func evaluate() -> Double {
    batches?.load(step: steps) { plan.setInput($0, $1) }
    dropout?.set(step: steps)
    if let dropout { plan.setInput(DropoutCounterInput.name, dropout.elements) }
    plan.run()
    return Double(plan.number(stage.loss))
  }

  /// A copy of the model's output at the last evaluation.
  public var output: [Element] { plan.value(of: stage.output) }

  /// Computes loss and gradients at the parameters as they are, and changes these once.
  /// - Returns: The loss before the change.
  @discardableResult
  public func step() -> Double {
    let loss = evaluate()
    update.stepsBefore = steps
    _ = stage.optimizer.step(update)
    steps += 1
    return loss
  }

  /// Trains until a rule ends it or the loss is no number any more.
  ///
  /// What the functions carry from step to step would be lost with an interruption: such a training
  /// has no checkpoints. ``train(remembering:every:observing:endsWhen:)`` has.
  /// - Parameters:
  ///   - observe: Called after every evaluation, the first before any step.
  ///   - interval: After how many steps each `isOver` is asked again, at least 1.
  ///   - isOver: A rule beside that of the stage, on an accuracy for instance: whether the training
  ///     ends here. It is asked after `observe`, and first before any step.
  /// - Returns: How it ended.
  public func train(
    observing observe: (StepRecord) -> Void = { _ in }, every interval: UInt64 = 1,
    endsWhen isOver: (StepRecord) -> Bool = { _ in false }
  ) -> TrainingEnding {
    let kept = checkpoints
    defer { checkpoints = kept }
    checkpoints = nil
    var nothing = NoMemory()
    return train(
      remembering: &nothing, every: interval, observing: { observe($1) },
      endsWhen: { isOver($1) })
  }

  /// Trains until the stage's rule ends it or the loss is no number any more.
  public func train() -> TrainingEnding {
    var nothing = NoMemory()
    return train(remembering: &nothing)
  }

  /// Trains until a rule ends it or the loss is no number any more, or goes on from a checkpoint.
  /// - Parameters:
  ///   - memory: What the functions carry from step to step.
  ///   - interval: After how many steps each `isOver` is asked again, at least 1.
  ///   - observe: Called after every evaluation, the first before any step, but once for each step
  ///     however often the training is interrupted.
  ///   - isOver: A rule beside that of the stage, on an accuracy for instance: whether the training
  ///     ends here. It is asked after `observe`, and first before any step.
  /// - Returns: How it ended.
  public func train<Memory: StageMemory>(
    remembering memory: inout Memory, every interval: UInt64 = 1,
    observing observe: (inout Memory, StepRecord) -> Void = { _, _ in },
    endsWhen isOver: (inout Memory, StepRecord) -> Bool = { _, _ in false }
  ) -> TrainingEnding {
    precondition(interval > 0, "a rule is asked after some steps")
    if initial.isEmpty {
      initial = store.parameters.withSlice(offset: 0, count: store.blockCount) { $0.copied() }
    }
    let before = stepsBefore ?? recorder?.stepsSoFar ?? 0
    stepsBefore = before
    let optimizer = stage.optimizer
    let found = goOn(&memory)
    var size = found?.stepSize ?? 0
    var loss = evaluate()
    if let ending = found?.ending { return ending }
    let firstLoss = found?.firstLoss ?? loss
    let target = stage.stop.target(firstLoss: firstLoss)
    var lookStep = checkpoints == nil ? .max : steps + 1
    while true {
      let record = StepRecord(step: steps, loss: loss, stepSize: size)
      observe(&memory, record)
      let isAsked = steps.isMultiple(of: interval) && loss.isFinite
      var reason: StopReason?
      if let target, loss <= target {
        reason = .rule
      } else if isAsked && isOver(&memory, record) {
        reason = .rule
      } else if steps >= stage.stop.stepsMax {
        reason = if case .steps = stage.stop.limit { .steps } else { .cap }
      }
      let isLast = reason != nil || !loss.isFinite
      recorder?.note(record, after: before, isLast: isLast) { store.tensors }
      if isLast {
        let ending = TrainingEnding(
          stop: loss.isFinite ? reason : nil, steps: steps, firstLoss: firstLoss, lastLoss: loss)
        end(ending, memory)
        return ending
      }
      update.stepsBefore = steps
      size = optimizer.step(update)
      steps += 1
      if steps >= lookStep { lookStep = look(stepSize: size, firstLoss: firstLoss, memory) }
      loss = evaluate()
    }
  }
}
