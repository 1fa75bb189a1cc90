package import Protocol

/// What is to be done.
package enum SchedulerAction: Hashable, Sendable {
  /// Connect a node, after a pause.
  case connect(NodeName, afterSeconds: Double)
  /// End a node's connection, or the attempts at one, and connect it anew: it is to have other
  /// slots than it was told.
  case reconnect(NodeName)
  /// Record these attempts in the catalog, then hand them to the node.
  case assign(NodeName, [Assignment])
  /// As ``assign(_:_:)``, for second attempts at trials that take long on another node: the first
  /// result counts, the other one is compared with it.
  case assignCopies(NodeName, [Assignment])
  /// Hand a node again what was handed to it and has not arrived: the attempts are recorded.
  case assignAgain(NodeName, [Assignment])
  /// Ask a node for trials that it has not begun.
  case retract(NodeName, [Assignment])
  /// As ``retract(_:_:)``, for trials that slots train as well: their training is broken off.
  case breakOff(NodeName, [Assignment])
  /// These attempts will not be waited for; their answers are compared if they come.
  case giveUp(NodeName, [Assignment], LossReason)
  /// The trial failed too often: its failure is its outcome.
  case setAside(TrialID)
  /// Workers were gone too often while they trained this trial: that is its outcome, although no
  /// attempt has answered. So many were gone.
  case setAsideUnanswered(TrialID, deaths: Int)
  /// A node that was removed holds nothing any more: end its connection, or the attempts at one.
  case disconnect(NodeName)
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
  /// Nobody wants the trial any more, and the node cannot be asked to give it back.
  case cancelled
}

/// Why the scheduler has nothing left to do.
package enum EndReason: String, Hashable, Sendable {
  /// Every trial has an outcome or was cancelled.
  case complete
  /// It was told to stop, and what ran has ended.
  case stopped
  /// No node can be used.
  case noNode
}
