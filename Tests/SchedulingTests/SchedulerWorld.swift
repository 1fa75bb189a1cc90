import Protocol
import Scheduling
import Testing

/// A scheduler with a clock that the test turns, nodes that do what the test says, and the
/// invariants checked after every event.
struct SchedulerWorld {
  var scheduler: Scheduler
  var time = 0.0
  let slots: [String: Int?]

  init(
    policy: SchedulerPolicy = SchedulerPolicy(), trials: Int, nodes: [String: Int?],
    recalled: [String: [PendingTrial]] = [:]
  ) {
    scheduler = Scheduler(policy: policy)
    slots = nodes
    send(
      .begin(
        nodes: Dictionary(uniqueKeysWithValues: nodes.map { (NodeName($0.key), $0.value) }),
        waiting: (0..<trials).map {
          PendingTrial(trial: TrialID(Int64($0 + 1)), attempts: 0, failures: 0)
        },
        recalled: Dictionary(uniqueKeysWithValues: recalled.map { (NodeName($0.key), $0.value) })))
  }

  /// Sends an event after a time in which the clock ticks.
  /// - Returns: What follows from the ticks and from the event.
  @discardableResult
  mutating func send(_ event: SchedulerEvent, after seconds: Double = 0) -> [SchedulerAction] {
    var actions: [SchedulerAction] = []
    var left = seconds
    while left > SchedulerWorld.tickSeconds {
      left -= SchedulerWorld.tickSeconds
      actions += handle(.tick, after: SchedulerWorld.tickSeconds)
    }
    return actions + handle(event, after: left)
  }

  /// Sends an event after a time in which the coordinator slept.
  mutating func handle(_ event: SchedulerEvent, after seconds: Double) -> [SchedulerAction] {
    time += seconds
    let actions = scheduler.handle(event, at: time)
    // A large state takes long to check after each event.
    if scheduler.state.heldCount < 200 { #expect(scheduler.state.brokenInvariant == nil) }
    return actions
  }

  private static let tickSeconds = 4.0

  /// Connects a node that holds nothing and returns what it is handed.
  mutating func ready(
    _ name: String, slots said: Int? = nil, held: [Assignment] = []
  ) -> [Assignment] {
    answer(name, slots: said, held: held).assigned(to: name)
  }

  /// Connects a node that holds these and returns all that follows; without a word of its own it
  /// has the slots that the cluster says.
  @discardableResult
  mutating func answer(
    _ name: String, slots said: Int? = nil, held: [Assignment] = []
  ) -> [SchedulerAction] {
    send(.nodeReady(NodeName(name), slots: said ?? (slots[name] ?? 1) ?? 1, held: held))
  }

  @discardableResult
  mutating func finish(
    _ assignment: Assignment, on name: String, seconds: Double = 1
  ) -> [SchedulerAction] {
    send(.finished(NodeName(name), assignment, seconds: seconds))
  }
}

extension SchedulerWorld {
  /// The node that holds a trial; `nil` when none does.
  func holder(of trial: TrialID) -> String? {
    slots.keys.sorted().first {
      scheduler.state.assignments(on: NodeName($0)).contains { $0.trial == trial }
    }
  }

  /// Finishes a trial after others were asked for, so that the sweep does not end with it; nothing
  /// of them is handed out before.
  mutating func finish(_ assignment: Assignment, on name: String, andMore numbers: Range<Int64>) {
    send(.pause)
    send(
      .retry(numbers.map { PendingTrial(trial: TrialID($0), attempts: 0, failures: 0) }))
    finish(assignment, on: name)
    send(.unpause)
  }
}

extension [SchedulerAction] {
  /// What these actions hand to a node.
  func assigned(to name: String) -> [Assignment] {
    flatMap { action -> [Assignment] in
      guard case .assign(NodeName(name), let assignments) = action else { return [] }
      return assignments
    }
  }

  /// What these actions hand to a node that another node has, too.
  func copied(to name: String) -> [Assignment] {
    flatMap { action -> [Assignment] in
      guard case .assignCopies(NodeName(name), let assignments) = action else { return [] }
      return assignments
    }
  }

  /// What these actions ask a node to give back.
  func retracted(from name: String) -> [Assignment] {
    flatMap { action -> [Assignment] in
      guard case .retract(NodeName(name), let assignments) = action else { return [] }
      return assignments
    }
  }

  /// What these actions give up on a node, and why.
  func givenUp(on name: String) -> [(assignments: [Assignment], reason: LossReason)] {
    compactMap { action -> (assignments: [Assignment], reason: LossReason)? in
      guard case .giveUp(NodeName(name), let assignments, let reason) = action else { return nil }
      return (assignments, reason)
    }
  }
}
