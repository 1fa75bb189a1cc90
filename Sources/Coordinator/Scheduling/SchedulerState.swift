import Protocol

/// All that the scheduler knows: a value, so that any moment can be kept and compared.
package struct SchedulerState: Sendable {
  /// What may still happen to a trial that is known here.
  enum Place: Hashable, Sendable {
    case waiting
    /// On the node at this index.
    case held(Int)
  }

  /// In the order of their names: the same events give the same actions.
  var nodes: [SchedulerNode] = []
  var indexes: [NodeName: Int] = [:]
  /// The trials that any node may have; those that failed somewhere wait in
  /// ``SchedulerNode/failedHere``.
  var queue = WaitingQueue()
  var places: [TrialID: Place] = [:]
  /// How many trials nodes hold.
  package internal(set) var heldCount = 0
  /// How many trials were handed out so far, by which the order of hand-outs is kept.
  var handedCount = 0
  /// When all would be done; `nil` when it is to be worked out again.
  var outlook: Outlook?
  /// Whether a node that trials can be handed to was ever ready.
  var wasAnyUsable = false
  /// The mean time of recent trials on all nodes, in seconds; `nil` until the first.
  var meanSeconds = RecentMean()
  var isStopping = false
  var hasEnded = false

  /// How many trials are waiting for a node.
  package var waitingCount: Int { places.count - heldCount }

  /// How many nodes are connected and ready.
  package var readyNodeCount: Int { nodes.count { $0.connection == .ready } }

  /// How many trials are held by nodes whose answer can be waited for.
  var heldCountOnReadyNodes: Int {
    nodes.reduce(0) { $0 + ($1.connection == .ready ? $1.holdings.count : 0) }
  }

  /// Whether trials can be handed to a node other than this one, and do not only fail there.
  func hasOtherNode(than index: Int, failedInARowMax: Int) -> Bool {
    nodes.indices.contains {
      $0 != index && nodes[$0].takesTrials && nodes[$0].failedInARow < failedInARowMax
    }
  }
}

/// When everything that is left would be done if every slot worked to the end.
struct Outlook: Hashable, Sendable {
  let madeAt: Double
  let endsAt: Double
  /// Whether nothing was found then that a node should give back.
  var hasNoGiver = false
}

/// One node, as the scheduler knows it.
struct SchedulerNode: Sendable {
  /// A trial on a node.
  struct Holding: Hashable, Sendable {
    /// Whether it was asked for, and what became of that.
    enum Retraction: Hashable, Sendable {
      case none
      case asked
      /// It had begun.
      case refused
    }

    var assignment: Assignment
    var failures: UInt32
    /// Its place in the order of all hand-outs: a node begins its trials in this order.
    var order: Int
    var retraction = Retraction.none
    /// Whether it was seen in a slot.
    var hasBegun = false
  }

  /// Where a connection stands.
  enum Connection: Hashable, Sendable {
    case connecting
    case ready
    case lost(since: Double)
  }

  /// Trials that were asked back and whose answer has not come.
  struct Wave: Hashable, Sendable {
    var count: Int
    /// The index of the node that they are for.
    var receiver: Int
  }

  let name: NodeName
  /// Its results are collected, and it is handed nothing.
  let isCollectedOnly: Bool
  var slots: Int
  var connection = Connection.connecting
  var wasEverReady = false
  var failuresInARow = 0
  var holdings: [TrialID: Holding] = [:]
  /// When its slots began what they train, as far as that can be told; no more than it has slots.
  var begins: [Double] = []
  /// The time of its recent trials.
  var meanSeconds = RecentMean()
  /// The time that a message and its answer take.
  var latencySeconds = 0.0
  var wave: Wave?
  /// How many trials other nodes were asked for in its favour.
  var expected = 0
  /// When it last gave trials back.
  var gaveBackAt: Double?
  /// How many trials failed here since one last succeeded.
  var failedInARow = 0
  /// Until when it gets nothing because everything fails here.
  var pausedUntil = 0.0
  /// Trials whose last attempt failed here: another node should try them.
  var failedHere = WaitingQueue()

  init(name: NodeName, slots: Int?) {
    self.name = name
    isCollectedOnly = slots == 0
    self.slots = max(0, slots ?? 1)
  }

  /// Whether it is there and trials can be handed to it.
  var takesTrials: Bool { connection == .ready && !isCollectedOnly }
}

/// A mean in which the recent values count.
struct RecentMean: Sendable {
  private(set) var count = 0
  private var mean = 0.0
  private var variance = 0.0
  private static let countMax = 32

  /// `nil` until the first value.
  var value: Double? { count > 0 ? mean : nil }

  /// The standard deviation, in seconds.
  var deviation: Double { variance.squareRoot() }

  /// Takes in a time in seconds; a worker that says nonsense is not believed.
  mutating func add(_ seconds: Double) {
    guard seconds.isFinite, seconds >= 0 else { return }
    count += 1
    let bounded = min(max(seconds, 1e-6), 1e7)
    let weight = 1 / Double(min(count, RecentMean.countMax))
    let difference = bounded - mean
    mean += difference * weight
    variance += (difference * (bounded - mean) - variance) * weight
  }
}
