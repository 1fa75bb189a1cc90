package import Protocol

/// All that the scheduler knows: a value, so that any moment can be kept and compared.
///
/// It grows with the trials that have no outcome and with the nodes, never with what happens.
package struct SchedulerState: Sendable {
  /// In the order in which they came: the same events give the same actions.
  var nodes: [SchedulerNode] = []
  var indexes: [NodeName: Int] = [:]
  /// The trials that any node may have; those that failed somewhere wait in
  /// ``SchedulerNode/failedHere``.
  var queue = WaitingQueue()
  /// The trials that workers died of: each is handed out when a node has nothing else.
  var aloneQueue = WaitingQueue()
  /// Every trial without an outcome.
  var trials: [TrialID: TrialStanding] = [:]
  /// How many trials nodes hold, each counted once.
  package internal(set) var heldCount = 0
  /// How many of them a second node holds as well.
  package internal(set) var copyCount = 0
  /// How many trials were handed out so far, by which the order of hand-outs is kept.
  var handedCount = 0
  /// The last ticket of a queue.
  var ticket = 0
  /// When the last event came, in seconds; `nil` before the first.
  var time: Double?
  /// When all would be done; `nil` when it is to be worked out again.
  var outlook: Outlook?
  /// When it was last looked for trials that take too long.
  var lookedForLateAt = -Double.infinity
  /// Whether a node that trials can be handed to was ever ready.
  var wasAnyUsable = false
  /// The mean time of recent trials on all nodes, in seconds; `nil` until the first.
  var meanSeconds = RecentMean()
  /// Whether nothing is handed out until somebody says so.
  package internal(set) var isPaused = false
  var isStopping = false
  var hasEnded = false

  /// How many trials are waiting for a node.
  package var waitingCount: Int { trials.count - heldCount }

  /// Whether a node is believed to hold a trial under just this number.
  package func isHeld(_ assignment: Assignment, by name: NodeName) -> Bool {
    guard let index = indexes[name] else { return false }
    return nodes[index].holdings[assignment.trial]?.assignment == assignment
  }

  /// What a node is believed to hold, in the order in which it was handed out.
  package func assignments(on name: NodeName) -> [Assignment] {
    guard let index = indexes[name] else { return [] }
    return nodes[index].holdings.values.sorted { $0.order < $1.order }.map(\.assignment)
  }

  /// How many nodes are connected and ready.
  package var readyNodeCount: Int { nodes.count { $0.connection == .ready } }

  /// How many nodes are remembered, with those that were let go.
  package var nodeCount: Int { nodes.count }

  /// Whether trials may be handed out at all.
  var isHandingOut: Bool { !isPaused && !isStopping }

  /// How many trials are held by nodes whose answer can be waited for.
  var heldCountOnReadyNodes: Int {
    nodes.reduce(0) { $0 + ($1.connection == .ready ? $1.holdings.count : 0) }
  }

  /// How many entries all queues have, with those whose turn will be skipped.
  var queuedCount: Int {
    queue.count + aloneQueue.count + nodes.reduce(0) { $0 + $1.failedHere.count }
  }

  /// Whether the trial of an entry still waits under it.
  func isMeant(_ entry: WaitingQueue.Entry) -> Bool {
    trials[entry.trial]?.place == .waiting(ticket: entry.ticket)
  }

  /// Whether a node may train a trial: it did not fail there, or nobody else can be asked.
  func mayTry(_ trial: TrialID, on index: Int, failedInARowMax: Int) -> Bool {
    guard let avoids = trials[trial]?.avoids, avoids.contains(nodes[index].name) else {
      return true
    }
    return !nodes.contains {
      $0.takesTrials && $0.failedInARow < failedInARowMax && !avoids.contains($0.name)
    }
  }

  /// Forgets the entries whose turn would be skipped, once they are more than the others.
  mutating func compactQueues() {
    guard queuedCount > 2 * waitingCount + SchedulerState.staleMax else { return }
    let trials = trials
    func isMeant(_ entry: WaitingQueue.Entry) -> Bool {
      trials[entry.trial]?.place == .waiting(ticket: entry.ticket)
    }
    queue.keep(isMeant)
    aloneQueue.keep(isMeant)
    for index in nodes.indices { nodes[index].failedHere.keep(isMeant) }
  }

  /// So many entries without a trial are not worth the work.
  static let staleMax = 64
}

/// When everything that is left would be done if every slot worked to the end.
struct Outlook: Hashable, Sendable {
  let madeAt: Double
  let endsAt: Double
  /// Whether nothing was found then that a node should give back.
  var hasNoGiver = false
}
