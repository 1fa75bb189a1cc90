/// How many trials a coordinator wants in training at a time.
public enum SlotRequest: Hashable, Sendable {
  /// As many as there are physical cores free; the worker says how many that is.
  case free
  /// Just so many, from 1.
  case count(UInt16)
  /// None: what is held is told and results are collected, but no trial is begun.
  case collectOnly
}

/// What a coordinator says first on a connection.
public struct Attach: Hashable, Sendable {
  /// The catalog for which results are wanted; the worker serves one.
  public var catalog: UniqueID
  /// The spool that `committed` speaks of; `nil` when none of this node was ever seen.
  public var spool: UniqueID?
  /// The last record of that spool that the catalog has committed; 0 for none.
  public var committed: UInt64
  /// How many slots to use.
  public var slots: SlotRequest
  /// How far the slots step back behind other processes: 0 to 19, as `nice` counts.
  public var nice: UInt8
  /// The load average of other processes above which no trial is begun, finite and above 0; `nil`
  /// for none.
  public var loadLimit: Double?
  /// How long the worker waits for a coordinator when it has nothing left to train, in seconds.
  public var leaseSeconds: UInt32

  /// Puts a first message together.
  public init(
    catalog: UniqueID, spool: UniqueID?, committed: UInt64, slots: SlotRequest, nice: UInt8 = 0,
    loadLimit: Double? = nil, leaseSeconds: UInt32
  ) {
    self.catalog = catalog
    self.spool = spool
    self.committed = committed
    self.slots = slots
    self.nice = nice
    self.loadLimit = loadLimit
    self.leaseSeconds = leaseSeconds
  }
}

/// What a worker answers to ``Attach``.
public struct Attached: Hashable, Sendable {
  /// A trial that the worker holds and has not finished.
  public struct Held: Hashable, Sendable {
    /// The trial under its attempt number.
    public var trial: TrialAttempt
    /// Whether a slot trains it now.
    public var isRunning: Bool

    /// Pairs a trial with its state.
    public init(trial: TrialAttempt, isRunning: Bool) {
      self.trial = trial
      self.isRunning = isRunning
    }
  }

  /// The worker's release.
  public var release: String
  /// The machine's own identity, the same for every worker on it.
  public var machine: String
  /// The logical processors of the machine that the worker may use.
  public var processors: UInt16
  /// How many slots it uses; 0 when it only collects.
  public var slots: UInt16
  /// The spool that the records come from.
  public var spool: UniqueID
  /// The number of the next record to be written; records before it that the catalog has not
  /// committed follow this message.
  public var nextSequence: UInt64
  /// What the worker holds and has not finished.
  public var held: [Held]

  /// Puts an answer together.
  public init(
    release: String, machine: String, processors: UInt16, slots: UInt16, spool: UniqueID,
    nextSequence: UInt64, held: [Held]
  ) {
    self.release = release
    self.machine = machine
    self.processors = processors
    self.slots = slots
    self.spool = spool
    self.nextSequence = nextSequence
    self.held = held
  }
}
