public import Protocol

/// A recipe of data, model, training and measures that a worker can train.
///
/// Everything that the coordinator knows of a study is its ``description``; everything that
/// determines a trial's numbers is the ``TrainingRequest``.
public protocol Study: Sendable {
  /// The study's parameters, measures, statements and theory lines, as data.
  var description: StudyDescription { get }

  /// Trains one trial from its start to its end, on the calling thread.
  ///
  /// The same request gives the same bits, whatever was trained before it in this process.
  /// - Parameter request: What to train; its parameters have been checked against `description`.
  /// - Returns: The outcome, completed or diverged, with the measures in the description's order.
  /// - Throws: ``KernelError`` when the request cannot be trained at all.
  func train(_ request: TrainingRequest) throws(KernelError) -> TrainingReport

  /// Looks at the files of a trial before any is trained: whether their samples fit its parameters.
  ///
  /// A study without files has nothing to look at.
  /// - Parameter request: What would be trained, with the content of its files.
  /// - Throws: ``KernelError`` `kernel.data` with what was expected and what is there, and what
  ///   ``train(_:)`` throws before it begins.
  func examine(_ request: TrainingRequest) throws(KernelError)

  /// The same trial cut short: it takes as much memory, and as little time as it can.
  ///
  /// Where nothing else is said, the parameters `training.steps`, `training.stepsMax` and
  /// `training.epochs` have the least value that they can have: whatever only sets the length of a
  /// training bears one of these names, or the study says it here.
  func rehearsal(of parameters: [String: ParameterValue]) -> [String: ParameterValue]

  /// Holds the study's statements against a table of results.
  ///
  /// Rows that a statement is not about (other fixed parameters) are ignored by it.
  /// - Parameter rows: Trials of this study with their results, in any order.
  /// - Returns: One verdict a statement, in the description's order.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict]
}

extension Study {
  /// Nothing.
  public func examine(_ request: TrainingRequest) throws(KernelError) {}

  /// The least number of steps or epochs.
  public func rehearsal(of parameters: [String: ParameterValue]) -> [String: ParameterValue] {
    var parameters = parameters
    for name in ["training.steps", "training.stepsMax", "training.epochs"] {
      guard let parameter = description.parameter(name), let least = parameter.minimum else {
        continue
      }
      parameters[name] = .integer(Int64(least))
    }
    return parameters
  }
}

/// All that determines the numbers of one trial, as a study wants it.
public struct TrainingRequest: Sendable {
  /// The identity of the trial.
  public var key: TrialKey
  /// How products are computed.
  public var numerics: NumericProfile
  /// Every parameter of the study with its value.
  public var parameters: [String: ParameterValue]
  /// The seed index of each purpose; a purpose that is not here follows `replicate`.
  public var seeds: [String: UInt32]
  /// Which repetition of its cell.
  public var replicate: UInt32
  /// The content of the files that parameters name, by its SHA-256.
  public var files: [String: SafetensorsReader] = [:]
  /// The model's parameters to begin with instead of drawn ones: such a training is no trial of a
  /// sweep, and has no key of one.
  public var initial: [NamedTensor]?
  /// Whether the report has the model's parameters at the end.
  public var keepsTensors = false
  /// Who keeps something of the training, for the study's trainers; `nil` for nobody.
  public var recorder: TrainingRecorder?
  /// What lets the trial go on after an interruption, for the study's trainers; `nil` for nothing.
  public var checkpoints: TrialCheckpoints?

  /// Puts a request together.
  public init(
    key: TrialKey, numerics: NumericProfile, parameters: [String: ParameterValue],
    seeds: [String: UInt32], replicate: UInt32
  ) {
    self.key = key
    self.numerics = numerics
    self.parameters = parameters
    self.seeds = seeds
    self.replicate = replicate
  }
}

/// What came of training one trial.
public struct TrainingReport: Sendable {
  /// Completed or diverged.
  public var outcome: TrialOutcome
  /// The measures, in the order of the study's description.
  public var measures: [MeasureValue]
  /// Training steps taken.
  public var steps: UInt64
  /// The model's parameters at the end, where the request asks for them; none of a study that
  /// trains nothing.
  public var tensors: [NamedTensor] = []

  /// Puts a report together.
  public init(outcome: TrialOutcome, measures: [MeasureValue], steps: UInt64) {
    self.outcome = outcome
    self.measures = measures
    self.steps = steps
  }
}
