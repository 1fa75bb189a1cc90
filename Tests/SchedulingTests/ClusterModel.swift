import Protocol
import Scheduling
import TestSupport

/// A cluster under a virtual clock.
///
/// Slots train, links take time, and the coordinator gathers results before it commits. Nodes work
/// as workers do: first in, first out, and they give back what has not begun.
struct ClusterModel {
  /// A node of the model.
  struct Node {
    var slots: Int
    /// How many times longer than on the fastest machine a trial takes.
    var slowness = 1.0
    /// The time of a message to it, and of one from it, in seconds.
    var delaySeconds = 0.0
    /// Whether every trial fails here.
    var failsAlways = false
    /// From when it stands still, in seconds.
    var hangsAt = Double.infinity
    /// When it is connected, in seconds.
    var readyAt = 0.0

    var waiting: [Assignment] = []
    var running: [Assignment] = []
    var trainedCount = 0
    /// Up to the hand-out of the last waiting trial: the time that slots had nothing to do.
    var idleSeconds = 0.0
    var changedAt = 0.0
  }

  /// What happens at a moment.
  enum Happening {
    case ready(NodeName)
    case arrive(NodeName, SchedulerAction)
    case trained(NodeName, Assignment, seconds: Double)
    case hear(SchedulerEvent)
    case tick
  }

  var scheduler: Scheduler
  var nodes: [NodeName: Node]
  /// What each trial takes on the fastest machine, in seconds.
  let trialSeconds: [Double]
  let commitSeconds: Double
  private var happenings = Heap()
  private(set) var time = 0.0
  /// When the last result came.
  private(set) var endSeconds = 0.0
  private(set) var ending: EndReason?
  private(set) var counted: Set<TrialID> = []
  private(set) var fault: String?
  private(set) var assignActionCount = 0
  private(set) var retractedCount = 0
  private(set) var setAsideCount = 0
  private(set) var eventCount = 0
  private(set) var log: [SchedulerAction] = []
  /// When nothing waited at the coordinator for the first time: the tail begins.
  private(set) var tailSeconds: Double?
  /// A large state takes long to check after each event.
  var checksInvariants: Bool { trialSeconds.count <= 500 || eventCount % 50 == 0 }

  init(
    nodes: [String: Node], trialSeconds: [Double], commitSeconds: Double = 0.05,
    policy: SchedulerPolicy = SchedulerPolicy()
  ) {
    scheduler = Scheduler(policy: policy)
    self.nodes = Dictionary(uniqueKeysWithValues: nodes.map { (NodeName($0.key), $0.value) })
    self.trialSeconds = trialSeconds
    self.commitSeconds = commitSeconds
  }

  /// Plays until the end.
  mutating func play(untilSeconds: Double = 1e5) {
    let trials = trialSeconds.indices.map {
      PendingTrial(trial: TrialID(Int64($0)), attempts: 0, failures: 0)
    }
    tell(.begin(nodes: nodes.mapValues { _ in nil }, waiting: trials, recalled: [:]))
    for (name, node) in nodes.sorted(by: { $0.key < $1.key }) {
      happenings.add(.ready(name), at: node.readyAt + 2 * node.delaySeconds)
    }
    happenings.add(.tick, at: 0.05)
    while ending == nil, fault == nil, let (moment, happening) = happenings.next() {
      guard moment < untilSeconds else {
        fault = "the sweep did not end"
        return
      }
      time = moment
      happen(happening)
    }
  }

  /// The time that all slots together would need if each was busy to the end, in seconds.
  var idealSeconds: Double {
    let speed = nodes.values.reduce(0) { $0 + Double($1.slots) / $1.slowness }
    return trialSeconds.reduce(0, +) / speed
  }

  /// The part of the slots' time before the tail in which they had nothing to do.
  var idlePart: Double {
    let slots = nodes.values.reduce(0) { $0 + $1.slots }
    return nodes.values.reduce(0) { $0 + $1.idleSeconds } / (Double(slots) * (tailSeconds ?? time))
  }

  private mutating func happen(_ happening: Happening) {
    switch happening {
    case .ready(let name):
      guard let node = nodes[name] else { return }
      nodes[name]?.changedAt = time
      tell(.latency(name, seconds: 2 * node.delaySeconds))
      tell(.nodeReady(name, slots: node.slots, held: []))
    case .arrive(let name, .assign(_, let assignments)):
      nodes[name]?.waiting += assignments
      work(name)
    case .arrive(let name, .retract(_, let assignments)):
      guard let node = nodes[name] else { return }
      let asked = Set(assignments)
      let returned = node.waiting.filter(asked.contains)
      nodes[name]?.waiting.removeAll { asked.contains($0) }
      retractedCount += returned.count
      happenings.add(.hear(.returned(name, returned)), at: time + node.delaySeconds)
    case .arrive: break
    case .trained(let name, let assignment, let seconds):
      guard let node = nodes[name], time < node.hangsAt else { return }
      rest(name)
      nodes[name]?.running.removeAll { $0 == assignment }
      nodes[name]?.trainedCount += 1
      let event =
        node.failsAlways
        ? SchedulerEvent.failed(name, assignment)
        : SchedulerEvent.finished(name, assignment, seconds: seconds)
      happenings.add(.hear(event), at: time + node.delaySeconds)
      work(name)
    case .hear(let event):
      if case .finished(_, let assignment, _) = event {
        if !counted.insert(assignment.trial).inserted { fault = "a trial ended twice" }
        endSeconds = time
      }
      tell(event)
    case .tick:
      tell(.tick)
      happenings.add(.tick, at: time + 0.05)
    }
  }

  /// Slots without a trial begin what waits.
  private mutating func work(_ name: NodeName) {
    guard var node = nodes[name] else { return }
    rest(name)
    node.idleSeconds = nodes[name]?.idleSeconds ?? 0
    node.changedAt = time
    while node.running.count < node.slots, !node.waiting.isEmpty {
      let assignment = node.waiting.removeFirst()
      node.running.append(assignment)
      let seconds = trialSeconds[Int(assignment.trial.rawValue)] * node.slowness
      happenings.add(.trained(name, assignment, seconds: seconds), at: time + seconds)
    }
    nodes[name] = node
  }

  /// Adds up the time in which slots had nothing to do, before the tail.
  private mutating func rest(_ name: NodeName) {
    guard let node = nodes[name] else { return }
    let until = min(time, tailSeconds ?? time)
    if until > node.changedAt {
      let idle = Double(node.slots - node.running.count) * (until - node.changedAt)
      nodes[name]?.idleSeconds += idle
    }
    nodes[name]?.changedAt = time
  }

  private mutating func tell(_ event: SchedulerEvent) {
    eventCount += 1
    let actions = scheduler.handle(event, at: time)
    if checksInvariants, let broken = scheduler.state.brokenInvariant { fault = fault ?? broken }
    if tailSeconds == nil, scheduler.state.waitingCount == 0 { tailSeconds = time }
    log += actions
    for action in actions { perform(action) }
  }

  private mutating func perform(_ action: SchedulerAction) {
    switch action {
    case .assign(let name, let assignments):
      assignActionCount += 1
      for assignment in assignments where counted.contains(assignment.trial) {
        fault = "trial \(assignment.trial.rawValue) was handed out after its end"
      }
      send(action, to: name, after: commitSeconds)
    case .assignAgain(let name, _), .assignCopies(let name, _), .retract(let name, _),
      .breakOff(let name, _):
      send(action, to: name, after: commitSeconds)
    case .setAside, .setAsideUnanswered: setAsideCount += 1
    case .end(let reason): ending = reason
    case .connect, .reconnect, .giveUp, .disconnect: break
    }
  }

  private mutating func send(_ action: SchedulerAction, to name: NodeName, after seconds: Double) {
    let delay = nodes[name]?.delaySeconds ?? 0
    happenings.add(.arrive(name, action), at: time + seconds + delay)
  }
}

/// What is to happen, soonest first; at one moment, in the order in which it was added.
struct Heap {
  private typealias Entry = (seconds: Double, order: Int, happening: ClusterModel.Happening)
  private var entries: [Entry] = []
  private var order = 0

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (entries[left].seconds, entries[left].order) < (entries[right].seconds, entries[right].order)
  }

  mutating func add(_ happening: ClusterModel.Happening, at seconds: Double) {
    entries.append((seconds, order, happening))
    order += 1
    var index = entries.count - 1
    while index > 0, precedes(index, (index - 1) / 2) {
      entries.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func next() -> (Double, ClusterModel.Happening)? {
    guard !entries.isEmpty else { return nil }
    entries.swapAt(0, entries.count - 1)
    let first = entries.removeLast()
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < entries.count && precedes(child, least) { least = child }
      guard least != index else { return (first.seconds, first.happening) }
      entries.swapAt(index, least)
      index = least
    }
  }
}
