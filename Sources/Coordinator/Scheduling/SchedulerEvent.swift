package import Protocol

/// A trial that is to be trained.
package struct PendingTrial: Hashable, Sendable {
  /// Which trial.
  package var trial: TrialID
  /// The number of its latest attempt; 0 when there was none.
  package var attempts: UInt32
  /// How many of its attempts failed.
  package var failures: UInt32
  /// Whether its latest attempt was seen in a slot.
  package var hasBegun: Bool

  /// Puts a pending trial together.
  package init(trial: TrialID, attempts: UInt32, failures: UInt32, hasBegun: Bool = false) {
    self.trial = trial
    self.attempts = attempts
    self.failures = failures
    self.hasBegun = hasBegun
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
  /// earlier coordinator handed to a node and that have no end yet.
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
  /// What a node's slots train now.
  case running(NodeName, [Assignment])
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
}

/// What is to be done.
package enum SchedulerAction: Hashable, Sendable {
  /// Connect a node, after a pause.
  case connect(NodeName, afterSeconds: Double)
  /// Record these attempts in the catalog, then hand them to the node.
  case assign(NodeName, [Assignment])
  /// Hand a node again what was handed to it and has not arrived: the attempts are recorded.
  case assignAgain(NodeName, [Assignment])
  /// Ask a node for trials that it has not begun.
  case retract(NodeName, [Assignment])
  /// These attempts will not be waited for; their answers are compared if they come.
  case giveUp(NodeName, [Assignment], LossReason)
  /// The trial failed too often: its failure is its outcome.
  case setAside(TrialID)
  /// Nothing is left to do.
  case end(EndReason)
}

/// Why an attempt is no longer waited for.
package enum LossReason: String, Hashable, Sendable {
  /// The node came back without it although it had begun: its worker was killed, or its machine
  /// started again.
  case forgotten
  /// The node was silent until its lease ended.
  case leaseEnded = "lease ended"
  /// Another attempt gave the result first.
  case overtaken
}

/// Why the scheduler has nothing left to do.
package enum EndReason: String, Hashable, Sendable {
  /// Every trial has an outcome.
  case complete
  /// It was told to stop, and what ran has ended.
  case stopped
  /// No node can be used.
  case noNode
}
