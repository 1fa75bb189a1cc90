import Protocol
import Scheduling
import TestSupport
import Testing

/// Nodes that crash, vanish, come back, repeat themselves and answer late, under a virtual clock.
///
/// Each schedule is a function of its seed, so that a failure is replayed by its number.
@Suite struct SchedulerSimulationTests {
  @Test(arguments: [1, 2, 5])
  func `under any schedule every trial is counted once and the sweep ends`(nodeCount: Int) {
    for seed in 0..<400 {
      var simulation = Simulation(seed: UInt64(seed), nodeCount: nodeCount, trialCount: 30)
      simulation.play()
      #expect(simulation.fault == nil, "seed \(seed)")
      #expect(simulation.counted.count == 30, "seed \(seed)")
    }
  }

  @Test func `the same seed gives the same actions`() {
    var first = Simulation(seed: 42, nodeCount: 3, trialCount: 40)
    var second = Simulation(seed: 42, nodeCount: 3, trialCount: 40)
    first.play()
    second.play()
    #expect(first.log == second.log)
  }
}

private struct Simulation {
  /// What a simulated worker has: trials to train, and results that nobody acknowledged.
  struct Worker {
    var held: [Assignment] = []
    var spool: [Assignment] = []
    var isConnected = false
    /// What it answered to retractions and the coordinator has not heard.
    var answers: [[Assignment]] = []
  }

  var random: SeededGenerator
  var scheduler: Scheduler
  var workers: [NodeName: Worker] = [:]
  var counted: Set<TrialID> = []
  var attempts: Set<Assignment> = []
  var log: [SchedulerAction] = []
  var fault: String?
  var ended: EndReason?
  var time = 0.0
  private var wasAnyReady = false
  private let collected = NodeName("old")

  init(seed: UInt64, nodeCount: Int, trialCount: Int) {
    random = SeededGenerator(seed: seed)
    var policy = SchedulerPolicy()
    policy.failuresMax = 1000
    scheduler = Scheduler(policy: policy)
    var slots: [NodeName: Int?] = [:]
    for index in 0..<nodeCount {
      slots[NodeName("node\(index)")] = index % 3 == 2 ? nil : 1 + index % 2
      workers[NodeName("node\(index)")] = Worker()
    }
    let trials = (1...trialCount).map {
      PendingTrial(trial: TrialID(Int64($0)), attempts: 0, failures: 0)
    }
    guard nodeCount > 2 else {
      send(.begin(nodes: slots, waiting: trials, recalled: [:]))
      return
    }
    // An earlier coordinator used another node, which holds some of the trials.
    slots[collected] = 0
    let recalled = trials.suffix(4).map {
      PendingTrial(trial: $0.trial, attempts: 1, failures: 0)
    }
    attempts = Set(recalled.map { Assignment(trial: $0.trial, attempt: AttemptNumber(1)) })
    workers[collected] = Worker(held: attempts.sorted { $0.trial < $1.trial })
    send(.begin(nodes: slots, waiting: Array(trials.dropLast(4)), recalled: [collected: recalled]))
  }

  mutating func play() {
    for step in 0..<20_000 where ended == nil && fault == nil {
      // Faults come in the first part only, so that a sweep that can end does.
      advance(withFaults: step < 300)
    }
    if ended == nil, fault == nil { fault = "the sweep did not end" }
  }

  private mutating func advance(withFaults: Bool) {
    time += Double.random(in: 0...2, using: &random)
    let names = workers.keys.sorted()
    let name = names[Int.random(in: 0..<names.count, using: &random)]
    switch Int.random(in: 0..<(withFaults ? 15 : 7), using: &random) {
    case 0: connect(name)
    case 1...4: train(name)
    case 5: send(.tick)
    case 6: answerRetraction(name)
    case 7: disconnect(name)
    case 8: kill(name)
    case 9: time += 150
    case 10: failOne(name)
    case 11: answerAgain(name)
    case 12: beat(name)
    case 13: refuse(name)
    default: send(.latency(name, seconds: Double.random(in: 0...0.3, using: &random)))
    }
  }

  private mutating func connect(_ name: NodeName) {
    guard workers[name]?.isConnected == false else { return }
    workers[name]?.isConnected = true
    wasAnyReady = wasAnyReady || name != collected
    for assignment in workers[name]?.spool ?? [] { deliver(assignment, from: name) }
    workers[name]?.spool = []
    send(.nodeReady(name, slots: 1 + (time > 100 ? 1 : 0), held: workers[name]?.held ?? []))
  }

  private mutating func disconnect(_ name: NodeName) {
    guard workers[name]?.isConnected == true else { return }
    workers[name]?.isConnected = false
    workers[name]?.answers = []
    send(.nodeLost(name))
  }

  /// A node that cannot be connected turns out to be wrong.
  private mutating func refuse(_ name: NodeName) {
    guard wasAnyReady, workers[name]?.isConnected == false else { return }
    send(.nodeRefused(name))
  }

  private mutating func answerRetraction(_ name: NodeName) {
    guard let answer = workers[name]?.answers.first else { return }
    workers[name]?.answers.removeFirst()
    send(.returned(name, answer))
  }

  /// The worker dies: what it held is gone, what it spooled is not.
  private mutating func kill(_ name: NodeName) {
    workers[name]?.held = []
    disconnect(name)
  }

  private mutating func train(_ name: NodeName) {
    guard let worker = workers[name], let assignment = worker.held.first else { return }
    workers[name]?.held.removeFirst()
    if worker.isConnected {
      deliver(assignment, from: name)
    } else {
      workers[name]?.spool.append(assignment)
    }
  }

  private mutating func failOne(_ name: NodeName) {
    guard let worker = workers[name], worker.isConnected, let assignment = worker.held.first else {
      return
    }
    workers[name]?.held.removeFirst()
    send(.failed(name, assignment))
  }

  /// A heartbeat: the first trials that it holds are in its slots.
  private mutating func beat(_ name: NodeName) {
    guard let worker = workers[name], worker.isConnected else { return }
    send(.running(name, Array(worker.held.prefix(1))))
  }

  private mutating func answerAgain(_ name: NodeName) {
    guard
      let assignment = attempts.filter({ counted.contains($0.trial) }).min(by: {
        ($0.trial, $0.attempt) < ($1.trial, $1.attempt)
      })
    else { return }
    send(.finished(name, assignment, seconds: 1))
  }

  private mutating func deliver(_ assignment: Assignment, from name: NodeName) {
    counted.insert(assignment.trial)
    send(.finished(name, assignment, seconds: Double.random(in: 0.1...3, using: &random)))
  }

  private mutating func send(_ event: SchedulerEvent) {
    let actions = scheduler.handle(event, at: time)
    if let broken = scheduler.state.brokenInvariant { fault = fault ?? broken }
    log += actions
    for action in actions { perform(action) }
  }

  private mutating func perform(_ action: SchedulerAction) {
    switch action {
    case .assign(let name, let assignments):
      if name == collected { fault = "a node was handed trials that is only collected from" }
      for assignment in assignments {
        if !attempts.insert(assignment).inserted { fault = "an attempt number was used twice" }
        if counted.contains(assignment.trial) { fault = "a counted trial was handed out" }
      }
      // A worker does not take a second attempt of what it holds.
      let trials = Set(assignments.map(\.trial))
      workers[name]?.held.removeAll { trials.contains($0.trial) }
      workers[name]?.held += assignments
    case .assignAgain(let name, let assignments):
      let missing = assignments.filter { workers[name]?.held.contains($0) == false }
      workers[name]?.held += missing
    case .retract(let name, let assignments):
      // The first that it holds is in a slot: it has begun and stays.
      let returned = (workers[name]?.held ?? []).dropFirst().filter(assignments.contains)
      workers[name]?.held.removeAll { returned.contains($0) }
      workers[name]?.answers.append(returned)
    case .end(let reason):
      ended = reason
      if reason != .complete { fault = "ended as \(reason)" }
    case .connect, .giveUp, .setAside: break
    }
  }
}
