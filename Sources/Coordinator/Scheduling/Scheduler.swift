import Protocol

/// Decides who trains what: a value without clock, input or output.
///
/// Every event is handled in full and answered with what is to be done; the same events at the same
/// times give the same actions, so that any run can be replayed from its events. Each kind of event
/// has one `on…` function.
package struct Scheduler: Sendable {
  /// What it knows.
  package internal(set) var state = SchedulerState()
  /// The numbers that it decides by.
  package let policy: SchedulerPolicy

  /// Whose stock an event has changed.
  enum Scope {
    case nobody
    case node(Int)
    case everybody
  }

  /// A scheduler that knows nothing yet.
  package init(policy: SchedulerPolicy = SchedulerPolicy()) {
    self.policy = policy
  }

  /// Takes in what happened.
  /// - Parameters:
  ///   - event: What happened.
  ///   - time: When, in seconds on a clock that never goes back.
  /// - Returns: What is to be done, in order.
  package mutating func handle(_ event: SchedulerEvent, at time: Double) -> [SchedulerAction] {
    guard !state.hasEnded else { return [] }
    var actions: [SchedulerAction] = []
    let scope = take(event, time, &actions)
    if !state.isStopping { deal(scope, time, &actions) }
    endIfDone(&actions)
    assert(
      !state.isSmall || state.brokenInvariant == nil, state.brokenInvariant ?? "no fault is left")
    return actions
  }

  private mutating func take(
    _ event: SchedulerEvent, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    switch event {
    case .begin(let nodes, let waiting, let recalled):
      onBegin(nodes, waiting, recalled, &actions)
      return .nobody
    case .nodeReady(let name, let slots, let held):
      return onNode(name) { $0.onNodeReady($1, slots, held, time, &actions) }
    case .nodeLost(let name):
      return onNode(name) { $0.onNodeLost($1, isRefused: false, time, &actions) }
    case .nodeRefused(let name):
      return onNode(name) { $0.onNodeLost($1, isRefused: true, time, &actions) }
    case .latency(let name, let seconds):
      return onNode(name) { $0.onLatency($1, seconds) }
    case .running(let name, let assignments):
      return onNode(name) { $0.onRunning($1, assignments) }
    case .finished(let name, let assignment, let seconds):
      return onNode(name) { $0.onFinished($1, assignment, seconds, time, &actions) }
    case .failed(let name, let assignment):
      return onNode(name) { $0.onFailed($1, assignment, time, &actions) }
    case .returned(let name, let assignments):
      return onNode(name) { $0.onReturned($1, assignments, time) }
    case .tick: return onTick(time, &actions)
    case .stop: return onStop(&actions)
    }
  }

  /// Handles an event of a node; that of an unknown one changes nothing.
  private mutating func onNode(
    _ name: NodeName, _ handle: (inout Scheduler, Int) -> Scope
  ) -> Scope {
    guard let index = state.indexes[name] else { return .nobody }
    return handle(&self, index)
  }

  private mutating func onBegin(
    _ nodes: [NodeName: Int?], _ waiting: [PendingTrial], _ recalled: [NodeName: [PendingTrial]],
    _ actions: inout [SchedulerAction]
  ) {
    for (name, slots) in nodes.sorted(by: { $0.key < $1.key }) {
      state.indexes[name] = state.nodes.count
      state.nodes.append(SchedulerNode(name: name, slots: slots))
      actions.append(.connect(name, afterSeconds: 0))
    }
    for (name, trials) in recalled.sorted(by: { $0.key < $1.key }) {
      for trial in trials {
        // What an unknown node holds is nobody's to wait for.
        guard let index = state.indexes[name] else {
          wait(trial)
          continue
        }
        hold(
          Assignment(trial: trial.trial, attempt: AttemptNumber(trial.attempts)),
          failures: trial.failures, hasBegun: trial.hasBegun, on: index)
      }
    }
    for trial in waiting where state.places[trial.trial] == nil { wait(trial) }
  }

  private mutating func onLatency(_ index: Int, _ seconds: Double) -> Scope {
    guard seconds.isFinite, seconds >= 0 else { return .nobody }
    let before = state.nodes[index].latencySeconds
    let bounded = min(seconds, 10)
    state.nodes[index].latencySeconds = before > 0 ? before + (bounded - before) / 8 : bounded
    return .nobody
  }

  private mutating func onRunning(_ index: Int, _ assignments: [Assignment]) -> Scope {
    for assignment in assignments
    where state.nodes[index].holdings[assignment.trial]?.assignment == assignment {
      state.nodes[index].holdings[assignment.trial]?.hasBegun = true
    }
    return .nobody
  }

  private mutating func onFinished(
    _ index: Int, _ assignment: Assignment, _ seconds: Double, _ time: Double,
    _ actions: inout [SchedulerAction]
  ) -> Scope {
    state.nodes[index].meanSeconds.add(seconds)
    state.meanSeconds.add(seconds)
    state.nodes[index].failedInARow = 0
    guard case .held(let holder) = state.places[assignment.trial] else {
      state.places[assignment.trial] = nil
      return .node(index)
    }
    // Whoever else holds the trial need not go on: one result is enough.
    if let holding = state.nodes[holder].holdings[assignment.trial],
      holder != index || holding.assignment.attempt != assignment.attempt
    {
      let name = state.nodes[holder].name
      actions.append(.giveUp(name, [holding.assignment], .overtaken))
      actions.append(.retract(name, [holding.assignment]))
    }
    letGo(assignment.trial, from: holder)
    state.places[assignment.trial] = nil
    state.nodes[holder].slotBecameFree(trialSeconds: seconds, at: time)
    return holder == index ? .node(index) : .everybody
  }

  private mutating func onFailed(
    _ index: Int, _ assignment: Assignment, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    // The failure of an attempt that is no longer waited for changes nothing.
    guard let holding = state.nodes[index].holdings[assignment.trial],
      holding.assignment == assignment
    else { return .nobody }
    letGo(assignment.trial, from: index)
    state.nodes[index].slotBecameFree(trialSeconds: 0, at: time)
    let failures = holding.failures + 1
    if failures >= policy.failuresMax {
      state.places[assignment.trial] = nil
      actions.append(.setAside(assignment.trial))
    } else {
      state.places[assignment.trial] = .waiting
      state.nodes[index].failedHere.append(
        PendingTrial(
          trial: assignment.trial, attempts: assignment.attempt.rawValue, failures: failures))
    }
    state.nodes[index].failedInARow += 1
    let failedInARow = state.nodes[index].failedInARow
    if failedInARow >= policy.failedInARowMax {
      state.nodes[index].pausedUntil = time + policy.suspectSeconds(failedInARow: failedInARow)
      if isSuspect(index) { retractQueued(index, &actions) }
    }
    return .everybody
  }

  private mutating func onReturned(
    _ index: Int, _ assignments: [Assignment], _ time: Double
  ) -> Scope {
    let stillHeld = assignments.filter {
      state.nodes[index].holdings[$0.trial]?.assignment == $0
    }
    release(stillHeld, from: index)
    if !stillHeld.isEmpty { state.nodes[index].gaveBackAt = time }
    endWave(of: index)
    // What was asked for and did not come has begun, and so has what was handed out before it.
    let begun = state.nodes[index].holdings.values.filter { $0.retraction == .asked }.map(\.order)
    if let last = begun.max() {
      for (trial, holding) in state.nodes[index].holdings where holding.order <= last {
        state.nodes[index].holdings[trial]?.retraction = .refused
      }
    }
    return .everybody
  }

  private mutating func onStop(_ actions: inout [SchedulerAction]) -> Scope {
    guard !state.isStopping else { return .nobody }
    state.isStopping = true
    for index in state.nodes.indices where state.nodes[index].connection == .ready {
      retractQueued(index, &actions)
    }
    return .nobody
  }

  private mutating func endIfDone(_ actions: inout [SchedulerAction]) {
    let reason: EndReason
    if state.places.isEmpty {
      reason = .complete
    } else if state.isStopping, state.heldCountOnReadyNodes == 0 {
      reason = .stopped
    } else if !state.wasAnyUsable, state.nodes.allSatisfy(isHopeless) {
      reason = .noNode
    } else {
      return
    }
    state.hasEnded = true
    actions.append(.end(reason))
  }

  /// Whether nothing can be expected of a node.
  private func isHopeless(_ node: SchedulerNode) -> Bool {
    guard node.wasEverReady else { return node.failuresInARow >= policy.connectFailuresMax }
    return node.isCollectedOnly && node.holdings.isEmpty
  }
}
