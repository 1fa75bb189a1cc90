/// Trials that are handed to a worker together; what they share is stored once.
public struct Shard: Hashable, Sendable {
  /// The part of a trial that differs within its shard.
  public struct Entry: Hashable, Sendable {
    /// The trial's key; a worker checks nothing about it and answers with it.
    public var key: TrialKey
    /// Which try this is.
    public var attempt: AttemptNumber
    /// The repetition of its cell.
    public var replicate: UInt32
    /// The parameters that differ from ``Shard/shared``.
    public var parameters: [String: ParameterValue]
    /// The seed index of each purpose.
    public var seeds: [String: UInt32]

    /// Puts an entry together.
    public init(
      key: TrialKey, attempt: AttemptNumber, replicate: UInt32,
      parameters: [String: ParameterValue], seeds: [String: UInt32]
    ) {
      self.key = key
      self.attempt = attempt
      self.replicate = replicate
      self.parameters = parameters
      self.seeds = seeds
    }
  }

  /// The study of all trials.
  public var study: String
  /// The study's revision, which the worker must have.
  public var revision: UInt32
  /// How products are computed.
  public var numerics: NumericProfile
  /// What each trial may use.
  public var limits: TrialLimits
  /// What of each trial is kept beside its result.
  public var keep: KeepRequest
  /// The parameters that all trials share.
  public var shared: [String: ParameterValue]
  /// The trials, in the order in which they are to be trained.
  public var entries: [Entry]

  /// Puts a shard together.
  public init(
    study: String, revision: UInt32, numerics: NumericProfile, limits: TrialLimits,
    keep: KeepRequest = .nothing, shared: [String: ParameterValue], entries: [Entry]
  ) {
    self.study = study
    self.revision = revision
    self.numerics = numerics
    self.limits = limits
    self.keep = keep
    self.shared = shared
    self.entries = entries
  }
}
