import Protocol

extension SchedulerState {
  /// What is wrong with this state, in words; `nil` when nothing is.
  ///
  /// Asked after every event in the tests, and by the driver of a debug build while it is quickly
  /// told.
  package var brokenInvariant: String? {
    for (index, node) in nodes.enumerated() {
      guard indexes[node.name] == index else { return "node \(node.name) is filed under another" }
      if let fault = brokenHolding(of: node, index) ?? node.brokenInvariant {
        return "node \(node.name) \(fault)"
      }
    }
    guard indexes.count == nodes.count else { return "a node that is not there has an index" }
    if let fault = brokenCounts ?? brokenQueue { return fault }
    if hasEnded, !isStopping, !trials.isEmpty, wasAnyUsable {
      return "ended with \(trials.count) trials left"
    }
    return nil
  }

  /// Whether ``brokenInvariant`` is quickly told.
  package var isSmall: Bool { trials.count <= 64 }

  private func brokenHolding(of node: SchedulerNode, _ index: Int) -> String? {
    for (trial, holding) in node.holdings {
      guard holding.assignment.trial == trial else { return "files a holding under another trial" }
      guard holding.assignment.attempt.rawValue > 0 else { return "holds an attempt 0" }
      guard let standing = trials[trial] else {
        return "holds trial \(trial.rawValue), which has its outcome"
      }
      guard standing.holders.contains(index) else {
        return "holds trial \(trial.rawValue) and is not known to"
      }
      guard holding.assignment.attempt.rawValue <= standing.attempts else {
        return "holds attempt \(holding.assignment.attempt.rawValue) of trial \(trial.rawValue), "
          + "of which \(standing.attempts) were handed out"
      }
    }
    return nil
  }

  private var brokenCounts: String? {
    var held = 0
    var twice = 0
    for (trial, standing) in trials {
      switch standing.place {
      case .waiting: continue
      case .held(let index):
        guard nodes[index].holdings[trial] != nil else { return "trial \(trial.rawValue) is lost" }
      case .heldTwice(let first, let copy):
        guard first != copy, let one = nodes[first].holdings[trial],
          let other = nodes[copy].holdings[trial]
        else { return "a copy of trial \(trial.rawValue) is lost" }
        guard one.assignment != other.assignment else {
          return "two nodes hold the same attempt of trial \(trial.rawValue)"
        }
        twice += 1
      }
      guard standing.avoids.count <= TrialStanding.avoidsMax else { return "avoids without end" }
      held += 1
    }
    guard held == heldCount else { return "\(heldCount) trials are counted as held, \(held) are" }
    guard twice == copyCount else { return "\(copyCount) copies are counted, there are \(twice)" }
    let holdings = nodes.reduce(0) { $0 + $1.holdings.count }
    guard holdings == held + twice else {
      return "nodes hold \(holdings) attempts of \(held) trials and \(twice) copies"
    }
    let asked = nodes.reduce(0) { $0 + ($1.wave?.count ?? 0) }
    guard nodes.allSatisfy({ $0.expected >= 0 }), nodes.reduce(0, { $0 + $1.expected }) == asked
    else { return "trials are expected that nobody was asked for" }
    return nil
  }

  private var brokenQueue: String? {
    let queued = queuedCount
    guard queued <= 2 * waitingCount + SchedulerState.staleMax else {
      return "\(queued) trials are queued and \(waitingCount) wait"
    }
    var meant = 0
    for entry in queue.waiting where isMeant(entry) { meant += 1 }
    for entry in aloneQueue.waiting where isMeant(entry) { meant += 1 }
    for node in nodes {
      for entry in node.failedHere.waiting where isMeant(entry) { meant += 1 }
    }
    guard meant == waitingCount else { return "\(waitingCount) trials wait, \(meant) are queued" }
    return nil
  }
}

extension SchedulerNode {
  fileprivate var brokenInvariant: String? {
    guard begins.count <= usableSlots else { return "trains more than it has slots" }
    guard begins.count <= holdings.count else { return "trains more than it holds" }
    guard connection == .ready || (begins.isEmpty && wave == nil) else {
      return "is away and believed to train or to answer"
    }
    guard role != .gone || (holdings.isEmpty && wave == nil && expected == 0) else {
      return "is let go and holds something"
    }
    guard aloneTrial.map({ holdings[$0] != nil && holdings.count == 1 }) ?? true else {
      return "has others beside a trial that is to be alone"
    }
    return nil
  }
}
