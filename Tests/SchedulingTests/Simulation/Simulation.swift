import Protocol
import Scheduling
import TestSupport

/// A scheduler under fire: simulated nodes, a virtual clock, and everything that can go wrong.
///
/// A schedule is a function of its seed. Faults come in its first part; then every node that is not
/// destroyed heals, and the sweep must end with one outcome for each trial. What the scheduler may
/// do is checked at each of its actions against the catalog and the nodes of the simulation, and
/// its own invariants after each event.
struct Simulation {
  /// What a trial does to whoever trains it.
  enum Nature {
    case harmless, fails, kills
  }

  let seed: UInt64
  var random: SeededGenerator
  var policy = SchedulerPolicy()
  var scheduler: Scheduler
  var nodes: [SimulatedNode] = []
  var catalog: SimulatedCatalog
  var natures: [Nature] = []
  var time = 0.0
  var isPaused = false
  var isStopping = false
  /// Whether the coordinator has ended although trials are left: somebody starts it again.
  var hasStopped = false
  /// Whether the faults are over.
  var isHealing = false
  var isOver = false
  private(set) var fault: String?
  private(set) var eventCount = 0
  private(set) var copyCount = 0
  private(set) var setAsideCount = 0
  private(set) var restartCount = 0
  private(set) var actions: [SchedulerAction] = []
  /// What happened, in words, when it is kept.
  private(set) var log: [String] = []
  private let keepsLog: Bool

  init(seed: UInt64, keepsLog: Bool = false) {
    self.seed = seed
    self.keepsLog = keepsLog
    random = SeededGenerator(seed: seed)
    let trialCount = Int.random(in: 1...48, using: &random)
    catalog = SimulatedCatalog(trialCount: trialCount)
    scheduler = Scheduler()
    for _ in 0..<trialCount {
      switch Int.random(in: 0..<24, using: &random) {
      case 0: natures.append(.kills)
      case 1, 2: natures.append(.fails)
      default: natures.append(.harmless)
      }
    }
    policy.failuresMax = UInt32.random(in: 1...3, using: &random)
    policy.leaseSeconds = Double.random(in: 5...30, using: &random)
    policy.copySilenceSeconds = Double.random(in: 3...20, using: &random)
    policy.copySecondsMin = Double.random(in: 0.1...2, using: &random)
    policy.holdTrialsMin = Int.random(in: 1...4, using: &random)
    if Int.random(in: 0..<4, using: &random) == 0 { policy.holdSeconds = 600 }
    for index in 0..<Int.random(in: 1...5, using: &random) {
      nodes.append(
        SimulatedNode(
          name: NodeName("n\(index)"), slots: Int.random(in: 1...3, using: &random)))
    }
    if nodes.count > 2, Int.random(in: 0..<4, using: &random) == 0 { nodes[1].failsAlways = true }
  }

  /// Plays the schedule to its end, or to the first fault.
  mutating func play() {
    begin()
    for _ in 0..<Int.random(in: 40...400, using: &random) where !isOver && fault == nil {
      time += Double.random(in: 0...1, using: &random)
      hasStopped ? restart() : misbehave()
    }
    if fault == nil, !isOver { heal() }
    guard fault == nil else { return }
    for id in catalog.ids {
      if catalog[id].outcome == nil { fault = "trial \(id.rawValue) has no outcome" }
      if catalog[id].countedTimes > 1 { fault = "trial \(id.rawValue) was counted twice" }
      if catalog[id].countedTimes == 0, catalog[id].outcome == .counted {
        fault = "trial \(id.rawValue) counts without a result"
      }
    }
  }

  /// A coordinator starts: all it knows is what the catalog holds.
  mutating func begin() {
    scheduler = Scheduler(policy: policy)
    isPaused = false
    isStopping = false
    hasStopped = false
    if nodes.allSatisfy(\.isRemoved) { nodes[0].isRemoved = false }
    var slots: [NodeName: Int?] = [:]
    var waiting: [PendingTrial] = []
    var recalled: [NodeName: [PendingTrial]] = [:]
    for index in nodes.indices {
      nodes[index].unlink()
      nodes[index].connectAt = nil
      nodes[index].isDrained = false
      let name = nodes[index].name
      let holds = catalog.trials.contains { $0.open.contains { $0.node == name } }
      nodes[index].isCollectedOnly = nodes[index].isRemoved && holds
      if !nodes[index].isRemoved || holds {
        slots[name] = nodes[index].isRemoved ? 0 : index % 3 == 2 ? nil : nodes[index].slots
      }
      if holds { nodes[index].isRemoved = false }
    }
    for id in catalog.ids where catalog[id].outcome == nil {
      let trial = catalog[id]
      if trial.open.isEmpty { waiting.append(trial.pending(id)) }
      for open in trial.open {
        recalled[open.node, default: []].append(trial.pending(id, held: open))
      }
    }
    tell(.begin(nodes: slots, waiting: waiting, recalled: recalled))
  }

  /// The coordinator dies and another one starts.
  mutating func restart() {
    note("restart")
    restartCount += 1
    // What was cancelled is closed with it.
    for id in catalog.ids where catalog[id].outcome != nil { catalog[id].open = [] }
    begin()
  }

  mutating func note(_ words: @autoclosure () -> String) {
    if keepsLog { log.append("\(time) \(words())") }
  }

  mutating func complain(_ words: String) { fault = fault ?? words }

  /// Tells the scheduler what happened and does what it says.
  mutating func tell(_ event: SchedulerEvent) {
    eventCount += 1
    note("EVENT \(event)")
    let decided = scheduler.handle(event, at: time)
    if let broken = scheduler.state.brokenInvariant { complain(broken) }
    for action in decided {
      note("  action \(action)")
      if keepsLog { actions.append(action) }
      perform(action)
    }
  }

  func index(of name: NodeName) -> Int {
    nodes.firstIndex { $0.name == name } ?? nodes.startIndex
  }

  private mutating func perform(_ action: SchedulerAction) {
    switch action {
    case .connect(let name, let pause):
      if nodes[index(of: name)].isRemoved, scheduler.state.assignments(on: name).isEmpty {
        complain("\(name) is connected although it was let go")
      }
      nodes[index(of: name)].connectAt = time + pause
    case .reconnect(let name):
      nodes[index(of: name)].unlink()
      nodes[index(of: name)].connectAt = time
    case .assign(let name, let assignments):
      hand(assignments, to: name, asCopy: false, action)
    case .assignCopies(let name, let assignments):
      copyCount += assignments.count
      hand(assignments, to: name, asCopy: true, action)
    case .assignAgain(let name, let assignments):
      checkMayBeGiven(name)
      for assignment in assignments
      where !catalog[assignment.trial].isLiedAbout
        && !catalog[assignment.trial].open.contains(where: {
          $0.node == name && $0.attempt == assignment.attempt
        })
      {
        complain("\(assignment) is handed out again and was not handed to \(name)")
      }
      nodes[index(of: name)].downlink.append(action)
    case .retract(let name, _), .breakOff(let name, _):
      if nodes[index(of: name)].isReady { nodes[index(of: name)].downlink.append(action) }
    case .giveUp(let name, let assignments, let reason):
      for assignment in assignments
      where !catalog.close(assignment, on: name) && !catalog[assignment.trial].isLiedAbout {
        complain("\(assignment) is given up on \(name) (\(reason)), which does not hold it")
      }
    case .setAside(let trial): setAside(trial, isEnough: catalog[trial].failures)
    case .setAsideUnanswered(let trial, _):
      if catalog[trial].deaths <= Int(policy.deathsMax) { complain("\(trial) killed too few") }
      setAside(trial, isEnough: .max)
    case .disconnect(let name):
      let node = nodes[index(of: name)]
      if !node.isRemoved { complain("\(name) is disconnected and was not removed") }
      if catalog.trials.contains(where: {
        $0.outcome == nil && $0.open.contains { $0.node == name }
      }) {
        complain("\(name) is disconnected and holds trials")
      }
      nodes[index(of: name)].unlink()
      nodes[index(of: name)].connectAt = nil
    case .end(let reason): end(reason)
    }
  }

  private mutating func hand(
    _ assignments: [Assignment], to name: NodeName, asCopy: Bool, _ action: SchedulerAction
  ) {
    checkMayBeGiven(name)
    for assignment in assignments {
      if let wrong = catalog.assign(assignment, to: name, asCopy: asCopy) { complain(wrong) }
    }
    nodes[index(of: name)].downlink.append(action)
  }

  private mutating func checkMayBeGiven(_ name: NodeName) {
    if isPaused || isStopping { complain("\(name) is handed trials although nothing may be") }
    if !nodes[index(of: name)].mayBeGiven { complain("\(name) is handed trials") }
  }

  private mutating func setAside(_ trial: TrialID, isEnough failures: UInt32) {
    setAsideCount += 1
    if failures < policy.failuresMax, !catalog[trial].isLiedAbout {
      complain("\(trial) is set aside after \(failures)")
    }
    if catalog[trial].outcome != nil { complain("\(trial) is set aside and has its outcome") }
    if !catalog[trial].open.isEmpty { complain("\(trial) is set aside and somebody trains it") }
    catalog[trial].outcome = .failed
  }

  private mutating func end(_ reason: EndReason) {
    switch reason {
    case .complete: isOver = true
    case .stopped:
      if !isStopping { complain("ended as stopped") }
      hasStopped = true
    case .noNode:
      if nodes.contains(where: { $0.isReady && !$0.isCollectedOnly }) {
        complain("ended without a node, and one is there")
      }
      hasStopped = true
    }
  }
}
