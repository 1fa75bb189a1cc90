import Protocol

/// All that the scheduler knows: a value, so that any moment can be kept and compared.
package struct SchedulerState: Sendable {
  /// A trial on a node.
  struct Holding: Hashable, Sendable {
    var assignment: Assignment
    var failures: UInt32
    var isBeingRetracted = false
    /// Whether it was seen in a slot.
    var hasBegun = false
  }

  /// One node.
  struct Node: Sendable {
    /// Where its connection stands.
    enum Connection: Hashable, Sendable {
      case connecting
      case ready
      case lost(since: Double)
    }

    var slots: Int
    var connection: Connection = .connecting
    var wasEverReady = false
    var failuresInARow = 0
    var holdings: [TrialID: Holding] = [:]
    /// The mean time of recent trials, in seconds; `nil` until the first.
    var meanSeconds: Double?
  }

  /// What may still happen to a trial that is known here and not on a node.
  enum Place: Hashable, Sendable {
    case waiting
    case held(NodeName)
  }

  var nodes: [NodeName: Node] = [:]
  var queue = WaitingQueue()
  var places: [TrialID: Place] = [:]
  var isStopping = false
  var hasEnded = false

  /// The nodes in the order of their names: the same events give the same actions.
  var orderedNodes: [NodeName] { nodes.keys.sorted() }

  /// How many trials are waiting for a node.
  package var waitingCount: Int { places.count - heldCount }

  /// How many trials nodes hold.
  package var heldCount: Int { nodes.values.reduce(0) { $0 + $1.holdings.count } }

  /// How many nodes are connected and ready.
  package var readyNodeCount: Int { nodes.values.count { $0.connection == .ready } }
}

/// The trials that nobody holds, first in, first out.
///
/// A trial that got its result while it waited is skipped when its turn comes.
struct WaitingQueue: Sendable {
  private var trials: [PendingTrial] = []
  private var head = 0

  mutating func append(_ trial: PendingTrial) { trials.append(trial) }

  mutating func popFirst() -> PendingTrial? {
    guard head < trials.count else { return nil }
    defer {
      head += 1
      if head == trials.count {
        trials.removeAll(keepingCapacity: true)
        head = 0
      } else if head > 4096, head * 2 > trials.count {
        trials.removeSubrange(..<head)
        head = 0
      }
    }
    return trials[head]
  }
}
