import Protocol

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
    /// Its place in the order of all hand-outs: a node begins its trials in this order.
    var order: Int
    var retraction = Retraction.none
    /// How often it had not arrived when the node came back, and was sent again.
    var againCount = 0
    /// Whether it was seen in a slot.
    var hasBegun = false
    /// When it was first seen there by this coordinator.
    var begunAt: Double?
  }

  /// Where a connection stands.
  enum Connection: Hashable, Sendable {
    case ready
    /// It is silent, or was never there.
    case lost(since: Double)
  }

  /// What a node is for.
  enum Role: Hashable, Sendable {
    case trains
    /// An earlier coordinator used it: its results are collected.
    case collectedOnly
    /// It keeps what its slots train and gets nothing more, until somebody says otherwise.
    case drained
    /// As `drained`; once it holds nothing it is let go.
    case leaving
    /// It was let go.
    case gone
  }

  /// Trials that were asked back and whose answer has not come.
  struct Wave: Hashable, Sendable {
    var count: Int
    /// The index of the node that they are for.
    var receiver: Int
  }

  let name: NodeName
  var role: Role
  var slots: Int
  var connection: Connection
  var wasEverReady = false
  var failuresInARow = 0
  var holdings: [TrialID: Holding] = [:]
  /// The one trial that it holds because workers die of it: nothing goes beside it.
  var aloneTrial: TrialID?
  /// When its slots began what they train, as far as that can be told; no more than it has slots.
  var begins: [Double] = []
  /// What its slots train that nobody waits for; see ``recountForeign()``.
  private(set) var foreignCount = 0
  /// What it last said of its slots: the trials that are known here, and how many others.
  var seenRunning: [Assignment] = []
  var othersRunning = 0
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

  /// A node that is to be connected from this moment on.
  init(name: NodeName, slots: Int?, time: Double) {
    self.name = name
    connection = .lost(since: time)
    role = slots == 0 ? .collectedOnly : .trains
    self.slots = max(0, slots ?? 1)
  }

  /// The slots that are not busy with what nobody waits for.
  var usableSlots: Int { max(0, slots - foreignCount) }

  /// Whether it is there and trials can be handed to it.
  var takesTrials: Bool { connection == .ready && role == .trains && usableSlots > 0 }

  /// Counts what its slots train that nobody waits for: the losers of races, and what was given up.
  ///
  /// A slot that hangs with such a trial must get no other.
  mutating func recountForeign() {
    guard !seenRunning.isEmpty || othersRunning > 0 || foreignCount > 0 else { return }
    foreignCount =
      othersRunning + seenRunning.count { holdings[$0.trial]?.assignment != $0 }
    emptySlots()
  }

  /// Time passed in which the coordinator noticed nothing: nothing is concluded from it.
  mutating func skip(seconds: Double) {
    if case .lost(let since) = connection { connection = .lost(since: since + seconds) }
    for slot in begins.indices { begins[slot] += seconds }
    for (trial, holding) in holdings {
      if let begunAt = holding.begunAt { holdings[trial]?.begunAt = begunAt + seconds }
    }
  }
}
