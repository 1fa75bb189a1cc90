import Protocol

extension SchedulerState {
  /// What is wrong with this state, in words; `nil` when nothing is.
  ///
  /// Asked after every event in debug builds and in the tests.
  package var brokenInvariant: String? {
    var seen: Set<TrialID> = []
    for (name, node) in nodes {
      for (trial, holding) in node.holdings {
        guard holding.assignment.trial == trial else { return "a holding is filed under another" }
        guard holding.assignment.attempt.rawValue > 0 else { return "attempt numbers begin at 1" }
        guard seen.insert(trial).inserted else { return "two nodes hold trial \(trial.rawValue)" }
        guard places[trial] == .held(name) else {
          return "trial \(trial.rawValue) is held and not known to be"
        }
      }
    }
    let held = places.values.count { if case .held = $0 { true } else { false } }
    guard held == seen.count else { return "\(held) trials are said to be held, \(seen.count) are" }
    if hasEnded, !isStopping, !places.isEmpty, nodes.values.contains(where: \.wasEverReady) {
      return "ended with \(places.count) trials left"
    }
    return nil
  }

  /// How many trials are held by nodes whose answer can be waited for.
  var heldCountOnReadyNodes: Int {
    nodes.values.reduce(0) { $0 + ($1.connection == .ready ? $1.holdings.count : 0) }
  }
}
