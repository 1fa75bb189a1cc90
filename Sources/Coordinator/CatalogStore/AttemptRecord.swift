package import Protocol

/// One try at a trial of this catalog.
package struct AttemptID: Hashable, Sendable {
  /// The trial's row.
  package let trial: TrialID
  /// Which try at it.
  package let number: AttemptNumber

  /// Pairs a trial with the number of a try.
  package init(trial: TrialID, number: AttemptNumber) {
    self.trial = trial
    self.number = number
  }
}

/// What has become of an attempt.
package enum AttemptState: String, Hashable, Sendable, CaseIterable {
  /// Handed to a node.
  case assigned
  /// A slot trains it.
  case running
  /// It gave the trial's result: trained to its end.
  case completed
  /// It gave the trial's result: NaN or Inf.
  case diverged
  /// It gave no result.
  case failed
  /// Its node was given up; a result that still comes counts.
  case lost
  /// The node gave it back untrained.
  case returned
  /// It gave a result that the trial had already.
  case `repeat`

  /// Whether a node holds it.
  package var isOpen: Bool { self == .assigned || self == .running }
  /// Whether a result of it has arrived.
  var isAnswered: Bool {
    switch self {
    case .completed, .diverged, .failed, .repeat: true
    case .assigned, .running, .lost, .returned: false
    }
  }
}

/// How an attempt ends without an answer.
package enum AttemptEnd: String, Hashable, Sendable {
  /// Its node was given up.
  case lost
  /// The node gave it back untrained.
  case returned
}

/// An attempt in the catalog.
package struct AttemptRecord: Hashable, Sendable {
  /// Which try at which trial.
  package let id: AttemptID
  /// Where.
  package let node: NodeName
  /// The slot that trained it; `nil` before its result.
  package let slot: SlotIndex?
  /// What has become of it.
  package let state: AttemptState
  /// When it was handed out, in microseconds since 1970.
  package let assignedMicroseconds: Int64
  /// When it started by the node's clock, in microseconds since 1970; `nil` before its result.
  package let startedMicroseconds: Int64?
  /// When the coordinator recorded its end, in microseconds since 1970.
  package let closedMicroseconds: Int64?
  /// Processor time, in seconds.
  package let cpuSeconds: Double?
  /// Time from start to end, in seconds.
  package let wallSeconds: Double?
  /// The most memory that its slot had resident, in bytes.
  package let peakMemoryBytes: Int64?
  /// The kernels that OpenBLAS used.
  package let core: String?
  /// The worker's release.
  package let release: String?
  /// Why it gave no result.
  package let failure: FailureReason?
  /// What a failed attempt said.
  package let message: String?
  /// Why it was given up, given back or repeated.
  package let reason: String?
}
