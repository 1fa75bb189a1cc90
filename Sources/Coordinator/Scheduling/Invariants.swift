import Protocol

extension SchedulerState {
  /// What is wrong with this state, in words; `nil` when nothing is.
  ///
  /// Asked after every event in the tests, and in debug builds while it is quickly told.
  package var brokenInvariant: String? {
    var seen: Set<TrialID> = []
    for (index, node) in nodes.enumerated() {
      guard indexes[node.name] == index else { return "node \(node.name) is filed under another" }
      for (trial, holding) in node.holdings {
        guard holding.assignment.trial == trial else { return "a holding is filed under another" }
        guard holding.assignment.attempt.rawValue > 0 else { return "attempt numbers begin at 1" }
        guard seen.insert(trial).inserted else { return "two nodes hold trial \(trial.rawValue)" }
        guard places[trial] == .held(index) else {
          return "trial \(trial.rawValue) is held and not known to be"
        }
      }
      if let fault = node.brokenInvariant { return "node \(node.name) \(fault)" }
    }
    let held = places.values.count { if case .held = $0 { true } else { false } }
    guard held == seen.count else { return "\(held) trials are said to be held, \(seen.count) are" }
    guard held == heldCount else { return "\(heldCount) trials are counted as held, \(held) are" }
    let queued = queue.count + nodes.reduce(0) { $0 + $1.failedHere.count }
    guard queued >= waitingCount else { return "\(waitingCount) trials wait, \(queued) are queued" }
    let asked = nodes.reduce(0) { $0 + ($1.wave?.count ?? 0) }
    guard nodes.allSatisfy({ $0.expected >= 0 }), nodes.reduce(0, { $0 + $1.expected }) == asked
    else { return "trials are expected that nobody was asked for" }
    if hasEnded, !isStopping, !places.isEmpty, wasAnyUsable {
      return "ended with \(places.count) trials left"
    }
    return nil
  }

  /// Whether ``brokenInvariant`` is quickly told.
  var isSmall: Bool { places.count <= 64 }
}

extension SchedulerNode {
  fileprivate var brokenInvariant: String? {
    guard begins.count <= max(slots, 0) else { return "trains more than it has slots" }
    guard begins.count <= holdings.count else { return "trains more than it holds" }
    guard connection == .ready || (begins.isEmpty && wave == nil) else {
      return "is away and believed to train or to answer"
    }
    return nil
  }
}
