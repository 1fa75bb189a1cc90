package import Protocol

/// A trial that is to be trained.
package struct PendingTrial: Hashable, Sendable {
  /// Which trial.
  package var trial: TrialID
  /// The number of its latest attempt; 0 when there was none.
  package var attempts: UInt32
  /// How many of its attempts failed.
  package var failures: UInt32
  /// Whether the attempt that a node holds was seen in a slot.
  package var hasBegun: Bool
  /// The number under which a node holds it; the latest unless another one is said.
  package var held: AttemptNumber

  /// Puts a pending trial together.
  package init(
    trial: TrialID, attempts: UInt32, failures: UInt32, hasBegun: Bool = false,
    held: AttemptNumber? = nil
  ) {
    self.trial = trial
    self.attempts = attempts
    self.failures = failures
    self.hasBegun = hasBegun
    self.held = held ?? AttemptNumber(attempts)
  }
}

/// A trial under the attempt number that fences it.
package struct Assignment: Hashable, Sendable {
  /// Which trial.
  package var trial: TrialID
  /// Which try at it.
  package var attempt: AttemptNumber

  /// Puts an assignment together.
  package init(trial: TrialID, attempt: AttemptNumber) {
    self.trial = trial
    self.attempt = attempt
  }
}

/// What happened, as far as it matters to who trains what.
package enum SchedulerEvent: Sendable {
  /// The first event: the nodes with their slots, the trials that nobody holds, and those that an
  /// earlier coordinator handed to a node and that have no end yet. A trial of which a copy was
  /// handed out stands at two nodes.
  ///
  /// `nil` slots are told when the node is ready. A node with 0 is one that an earlier coordinator
  /// used: its results are collected, and it is handed nothing.
  case begin(
    nodes: [NodeName: Int?], waiting: [PendingTrial], recalled: [NodeName: [PendingTrial]])
  /// A node is connected with so many slots, everything in its spool has been taken in, and this is
  /// what it holds.
  case nodeReady(NodeName, slots: Int, held: [Assignment])
  /// A node could not be connected, or its connection ended.
  case nodeLost(NodeName)
  /// A node cannot be used until a person mends it: its key is unknown, its login is refused.
  case nodeRefused(NodeName)
  /// The time that a message to a node and its answer took.
  case latency(NodeName, seconds: Double)
  /// What a node's slots train now, with the count of what is no trial of this sweep.
  case running(NodeName, [Assignment], others: Int = 0)
  /// An attempt ended with a result; `seconds` is the time that it took.
  case finished(NodeName, Assignment, seconds: Double)
  /// An attempt ended without one.
  case failed(NodeName, Assignment)
  /// A node answered a retraction with the trials that it had not begun, be it none.
  case returned(NodeName, [Assignment])
  /// Time passed.
  case tick
  /// Hand nothing out any more; end when what runs has ended.
  case stop
  /// Hand nothing out until ``unpause``: nodes give back what they have not begun, and what runs
  /// goes on.
  case pause
  /// Hand out again.
  case unpause
  /// A node belongs to the cluster, for the first time or again; `nil` slots are told when it is
  /// ready.
  case add(NodeName, slots: Int?)
  /// A node gets nothing more and gives back what it has not begun; what runs there is collected.
  case drain(NodeName)
  /// A drained node is one like others again.
  case undrain(NodeName)
  /// As ``drain(_:)``; when the node holds nothing any more it is let go.
  case remove(NodeName)
  /// Nobody wants these trials any more, `nil` for all: what has not begun is not trained; what a
  /// slot trains is broken off or left to end, and counts if it ends.
  case cancel(Set<TrialID>?, breaksOff: Bool)
  /// Trials are to be trained after all: those that were set aside or cancelled. Failures so far
  /// count as they are said here.
  case retry([PendingTrial])
}
