import Protocol
import Scheduling

/// A node of the simulation: a worker with slots and a spool, and the link to it.
struct SimulatedNode {
  /// What a worker says; it arrives later, or never.
  enum Word {
    case ready(held: [Assignment])
    case result(Result)
    case running([Assignment])
    case returned([Assignment])
  }

  /// How an attempt ended.
  struct Result: Hashable {
    var assignment: Assignment
    var isCompleted: Bool
  }

  let name: NodeName
  var slots: Int
  var waiting: [Assignment] = []
  var running: [Assignment] = []
  /// Results that nobody has acknowledged.
  var spool: [Result] = []
  /// Words on their way to the coordinator.
  var uplink: [Word] = []
  /// Orders on their way to the worker.
  var downlink: [SchedulerAction] = []
  var isLinked = false
  /// Whether the scheduler was told that it is ready.
  var isReady = false
  /// When it may be connected; `nil` when nobody asked for it.
  var connectAt: Double?
  var isOff = false
  var isFrozen = false
  /// Whether everything fails here.
  var failsAlways = false
  /// A trial that never ends here.
  var hangsWith: TrialID?
  /// What the scheduler was told of the node.
  var isDrained = false
  var isRemoved = false
  var isCollectedOnly = false

  init(name: NodeName, slots: Int) {
    self.name = name
    self.slots = slots
  }

  /// Whether trials may be handed to it.
  var mayBeGiven: Bool { isReady && !isDrained && !isRemoved && !isCollectedOnly }

  /// The link comes up: everything in the spool, then what it holds.
  mutating func link() {
    isLinked = true
    connectAt = nil
    uplink = spool.map(Word.result) + [.ready(held: running + waiting)]
    downlink = []
  }

  /// The link ends, with everything on its way.
  mutating func unlink() {
    isLinked = false
    isReady = false
    uplink = []
    downlink = []
  }

  /// The worker is gone: only its spool is left.
  mutating func die() {
    waiting = []
    running = []
    unlink()
  }

  mutating func fillSlots() {
    guard !isOff, !isFrozen else { return }
    while running.count < slots, !waiting.isEmpty { running.append(waiting.removeFirst()) }
  }

  /// A trial leaves its slot with a result.
  mutating func end(_ result: Result) {
    running.removeAll { $0 == result.assignment }
    spool.append(result)
    if isLinked { uplink.append(.result(result)) }
  }

  /// Does what it is told as workers do.
  mutating func obey(_ order: SchedulerAction) {
    switch order {
    case .assign(_, let assignments), .assignCopies(_, let assignments),
      .assignAgain(_, let assignments):
      for assignment in assignments { take(assignment) }
    case .retract(_, let assignments):
      let returned = waiting.filter(assignments.contains)
      waiting.removeAll { returned.contains($0) }
      uplink.append(.returned(returned))
    case .breakOff(_, let assignments):
      let returned = (running + waiting).filter(assignments.contains)
      waiting.removeAll { returned.contains($0) }
      running.removeAll { returned.contains($0) }
      uplink.append(.returned(returned))
    case .connect, .reconnect, .giveUp, .setAside, .setAsideUnanswered, .disconnect, .end: break
    }
  }

  /// A later attempt at a trial that it holds takes the place of the earlier one.
  private mutating func take(_ assignment: Assignment) {
    if let index = running.firstIndex(where: { $0.trial == assignment.trial }) {
      running[index].attempt = max(running[index].attempt, assignment.attempt)
    } else if let index = waiting.firstIndex(where: { $0.trial == assignment.trial }) {
      waiting[index].attempt = max(waiting[index].attempt, assignment.attempt)
    } else if !spool.contains(where: {
      $0.assignment.trial == assignment.trial && $0.assignment.attempt >= assignment.attempt
    }) {
      waiting.append(assignment)
    }
  }
}
