package import Protocol

/// What people ask of a sweep while it is driven.
package enum SweepRequest: Sendable {
  /// Hand nothing out until ``unpause``; what runs goes on, what has not begun comes back.
  case pause
  /// Hand out again.
  case unpause
  /// A node gets nothing more and gives back what it has not begun.
  case drain(NodeName)
  /// A drained node is one like others again.
  case undrain(NodeName)
  /// As ``drain(_:)``; when the node holds nothing any more its connection ends.
  case remove(NodeName)
  /// A node belongs to the cluster, for the first time, again, or with other slots.
  case add(SweepNode)
  /// Nobody wants these trials any more, `nil` for all; what runs of them is broken off or left to
  /// end.
  case cancel(Set<TrialID>?, breaksOff: Bool)
  /// Trials that failed for good are trained again, `nil` for all of them, and so are these if they
  /// were cancelled.
  case retry(Set<TrialID>?)
}
