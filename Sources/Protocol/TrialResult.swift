/// How a trial that was trained to its end stopped.
public enum StopReason: String, Hashable, Sendable, CaseIterable {
  /// The study's stop rule was met.
  case rule
  /// The number of steps that the sweep asked for was reached.
  case steps
  /// The cap was reached before the rule was met: not converged.
  case cap
}

/// Why an attempt gave no result.
public enum FailureReason: String, Hashable, Sendable, CaseIterable {
  /// The slot ended with a signal or an exit status.
  case crashed
  /// The memory limit, or the machine's memory, ran out.
  case memory
  /// The time limit ran out.
  case time
  /// The worker refused the trial: a parameter out of range, an unknown study or revision.
  case refused
}

/// What came of one attempt.
public enum TrialOutcome: Hashable, Sendable {
  /// Trained to its end.
  case completed(StopReason)
  /// NaN or Inf appeared: a result too.
  case diverged
  /// No result, with the reason and a sentence about it.
  case failed(FailureReason, String)
}

/// What a trial reports under one name.
public struct MeasureValue: Hashable, Sendable {
  /// The measure's name.
  public var name: String
  /// One number for a number; the numbers in order for a vector or a curve.
  public var values: [Double]
  /// The training steps of a curve's numbers; empty for numbers and vectors.
  public var steps: [UInt32]

  /// One number.
  public init(name: String, number: Double) {
    self.name = name
    self.values = [number]
    self.steps = []
  }

  /// A vector, or a curve when `steps` are given.
  public init(name: String, values: [Double], steps: [UInt32] = []) {
    self.name = name
    self.values = values
    self.steps = steps
  }
}

/// What a worker reports of one attempt.
public struct TrialResult: Hashable, Sendable {
  /// Which trial.
  public var key: TrialKey
  /// Which try at it.
  public var attempt: AttemptNumber
  /// What came of it.
  public var outcome: TrialOutcome
  /// The measures, in the order of the study's description.
  public var measures: [MeasureValue]
  /// Training steps taken.
  public var steps: UInt64
  /// Processor time that the trial used, in seconds.
  public var cpuSeconds: Double
  /// Time from its start to its end, in seconds.
  public var wallSeconds: Double
  /// When it started, in microseconds since 1970 by the node's clock.
  public var startedMicroseconds: Int64
  /// The most memory that its slot has had resident, in bytes.
  public var peakMemoryBytes: UInt64
  /// The slot that trained it.
  public var slot: SlotIndex
  /// The kernels that OpenBLAS used, for instance `Haswell`.
  public var core: String
  /// What was kept of the training beside these numbers; it travels in parts before them.
  public var kept = KeptThings.none

  /// Puts a result together.
  public init(
    key: TrialKey, attempt: AttemptNumber, outcome: TrialOutcome, measures: [MeasureValue] = [],
    steps: UInt64 = 0, cpuSeconds: Double = 0, wallSeconds: Double = 0,
    startedMicroseconds: Int64 = 0, peakMemoryBytes: UInt64 = 0, slot: SlotIndex = SlotIndex(0),
    core: String = ""
  ) {
    self.key = key
    self.attempt = attempt
    self.outcome = outcome
    self.measures = measures
    self.steps = steps
    self.cpuSeconds = cpuSeconds
    self.wallSeconds = wallSeconds
    self.startedMicroseconds = startedMicroseconds
    self.peakMemoryBytes = peakMemoryBytes
    self.slot = slot
    self.core = core
  }
}
