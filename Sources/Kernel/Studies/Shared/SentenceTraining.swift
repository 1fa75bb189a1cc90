/// Sentences with one answer each.
protocol AnsweredSentences {
  /// The tokens, sentence by sentence.
  var tokens: [Int] { get }
  /// The answer of each sentence.
  var targets: [Int] { get }
}

extension AnsweredSentences {
  /// The inputs of a model's problem.
  var inputs: [String: [Float]] {
    ["x": tokens.map { Float($0) }, "y": targets.map { Float($0) }]
  }
}

extension AnchorSentences: AnsweredSentences {}
extension ChainSentences: AnsweredSentences {}
extension CompositeSentences: AnsweredSentences {}

/// The training of a transformer on the answers to sentences, for `training.steps` steps.
struct SentenceTraining {
  let reader: ParameterReader
  let request: TrainingRequest
  let tier: KernelTier

  /// The steps of the whole training.
  var steps: UInt64 { UInt64(reader.integer("training.steps")) }
  /// The sentences of a step.
  var batchSize: Int { reader.integer("training.batch") }

  /// A trainer at its start.
  /// - Parameters:
  ///   - judged: The model as it is in training, with its loss on a batch.
  ///   - optimizer: The rule that changes the parameters.
  ///   - initialization: The law of the parameters at the start, unless the request gives them.
  ///   - sharedInputs: What is the same for all sentences.
  ///   - batches: The sentences of each step.
  /// - Returns: The trainer.
  /// - Throws: `kernel.initial` where given parameters do not fit.
  func trainer(
    of judged: ModelProblem, optimizer: any Optimizer, initialization: ModelInitialization,
    sharedInputs: [(name: String, values: [Float])], batches: any BatchSource<Float>
  ) throws(KernelError) -> Trainer<Float> {
    var stage = judged.stage(optimizer: optimizer, stop: StopRule(limit: .steps(steps)))
    stage.dropoutSeed = request.seed(of: .dropout)
    let trainer = Trainer<Float>(stage, numerics: request.numerics, tier: tier)
    for (name, values) in sharedInputs { trainer.setInput(name, values) }
    try initialization.draw(
      judged.model, into: trainer.store, seed: request.seed(of: .initialization))
    if let initial = request.initial { try trainer.store.set(initial) }
    trainer.recorder = request.recorder
    trainer.checkpoints = request.checkpoints
    trainer.batches = batches
    return trainer
  }
}
