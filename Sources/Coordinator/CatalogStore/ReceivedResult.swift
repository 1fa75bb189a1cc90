package import Protocol

/// A result as it came from a node.
package struct ReceivedResult: Hashable, Sendable {
  /// The node.
  package var node: NodeName
  /// The spool that the record is of.
  package var spool: UniqueID
  /// The record's number in its spool, from 1.
  package var sequence: UInt64
  /// What it says.
  package var result: TrialResult

  /// Puts a received result together.
  package init(node: NodeName, spool: UniqueID, sequence: UInt64, result: TrialResult) {
    self.node = node
    self.spool = spool
    self.sequence = sequence
    self.result = result
  }
}

/// What the catalog made of a result.
package struct RecordedResult: Hashable, Sendable {
  /// What became of it.
  package enum Disposition: Hashable, Sendable {
    /// It is the trial's result.
    case counted
    /// The trial had its result, and this one is the same to the bit.
    case repeated
    /// The trial had its result, and this one differs: a determinism fault. The first one stays,
    /// and an event says what differs.
    case contradicted
    /// The attempt failed, and the trial still misses an outcome.
    case failedAttempt
    /// The attempt failed, and the trial is set aside.
    case failedForGood
    /// The attempt failed, and the trial has its outcome from another one.
    case failedLate
    /// The catalog does not know the trial; an event says so.
    case unknownTrial
    /// The record, or the same answer of the same attempt, was recorded before.
    case alreadyCommitted
  }

  /// The trial; `nil` when it is unknown, or when the record was committed before.
  package let trial: TrialID?
  /// What became of the result.
  package let disposition: Disposition

  /// Pairs a trial with what became of its result.
  package init(trial: TrialID?, disposition: Disposition) {
    self.trial = trial
    self.disposition = disposition
  }
}
