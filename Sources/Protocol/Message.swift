/// What a coordinator says to a worker.
///
/// The enum is closed: a new case is a new wire version.
public enum ToWorker: Hashable, Sendable {
  /// The first message of a connection.
  case attach(Attach)
  /// Trials to train, in this order after those that the worker holds.
  case assign(Shard)
  /// Trials to give back unless a slot trains them already; answered by ``FromWorker/retracted(_:)``.
  case retract([TrialAttempt])
  /// Records up to this one are committed in the catalog: they may be forgotten.
  case acknowledge(UInt64)
  /// The coordinator is there; the number, from 1, comes back in the answer.
  case heartbeat(UInt64)
  /// Nothing more will come: exit once nothing is held and everything is acknowledged.
  case release
  /// A part of a checkpoint: a trial that is assigned after its last part goes on from there.
  case checkpoint(CheckpointPart)
}

/// What a worker says to a coordinator.
///
/// The enum is closed: a new case is a new wire version.
public enum FromWorker: Hashable, Sendable {
  /// The answer to ``ToWorker/attach(_:)``.
  case attached(Attached)
  /// One record of the spool: its number, from 1 and without gaps, and its result.
  case record(UInt64, TrialResult)
  /// One record of the spool that holds a part of what a trial keeps; its result follows.
  case part(UInt64, KeptPart)
  /// Of the trials to give back, those that will not be trained.
  case retracted([TrialAttempt])
  /// The worker is there; the number of the heartbeat that this answers, 0 when it answers none,
  /// and what the slots train now.
  case heartbeat(UInt64, running: [TrialAttempt])
  /// The worker cannot go on with this connection, in words.
  case refused(String)
  /// A part of the newest checkpoint of a trial that a slot trains; no record, and not acknowledged.
  case checkpoint(CheckpointPart)
}
