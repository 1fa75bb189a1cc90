import Protocol

/// Decides who trains what: a value without clock, input or output.
///
/// Every event is handled in full and answered with what is to be done; the same events at the same
/// times give the same actions, so that any run can be replayed from its events. Each kind of event
/// has one `on…` function.
package struct Scheduler: Sendable {
  /// What it knows.
  package private(set) var state = SchedulerState()
  /// The numbers that it decides by.
  package let policy: SchedulerPolicy

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
    switch event {
    case .begin(let nodes, let waiting, let recalled):
      onBegin(nodes, waiting, recalled, &actions)
    case .nodeReady(let name, let held): onNodeReady(name, held, &actions)
    case .nodeLost(let name): onNodeLost(name, time, &actions)
    case .running(let name, let assignments): onRunning(name, assignments)
    case .finished(let name, let assignment, let seconds):
      onFinished(name, assignment, seconds, &actions)
    case .failed(let name, let assignment): onFailed(name, assignment, &actions)
    case .returned(let name, let assignments): onReturned(name, assignments)
    case .tick: onTick(time, &actions)
    case .stop: onStop(&actions)
    }
    handOut(&actions)
    endIfDone(&actions)
    assert(state.brokenInvariant == nil, state.brokenInvariant ?? "")
    return actions
  }

  private mutating func onBegin(
    _ nodes: [NodeName: Int], _ waiting: [PendingTrial], _ recalled: [NodeName: [PendingTrial]],
    _ actions: inout [SchedulerAction]
  ) {
    for (name, slots) in nodes.sorted(by: { $0.key < $1.key }) {
      precondition(slots > 0, "a node has at least one slot")
      state.nodes[name] = SchedulerState.Node(slots: slots)
      actions.append(.connect(name, afterSeconds: 0))
    }
    for (name, trials) in recalled.sorted(by: { $0.key < $1.key }) {
      for trial in trials {
        // What an unknown node holds is nobody's to wait for.
        guard state.nodes[name] != nil else {
          wait(trial)
          continue
        }
        state.places[trial.trial] = .held(name)
        state.nodes[name]?.holdings[trial.trial] = SchedulerState.Holding(
          assignment: Assignment(trial: trial.trial, attempt: AttemptNumber(trial.attempts)),
          failures: trial.failures, hasBegun: trial.hasBegun)
      }
    }
    for trial in waiting where state.places[trial.trial] == nil { wait(trial) }
  }

  private mutating func onNodeReady(
    _ name: NodeName, _ held: [Assignment], _ actions: inout [SchedulerAction]
  ) {
    guard var node = state.nodes[name] else { return }
    node.connection = .ready
    node.wasEverReady = true
    node.failuresInARow = 0
    let reallyHeld = Set(held)
    var forgotten: [Assignment] = []
    var missing: [Assignment] = []
    for (trial, holding) in node.holdings {
      node.holdings[trial]?.isBeingRetracted = false
      guard !reallyHeld.contains(holding.assignment) else { continue }
      // What never began is handed out under the number that it has: it is no second try.
      if holding.hasBegun || state.isStopping {
        forgotten.append(holding.assignment)
      } else {
        missing.append(holding.assignment)
      }
    }
    forgotten.sort { $0.trial < $1.trial }
    missing.sort { $0.trial < $1.trial }
    state.nodes[name] = node
    if !missing.isEmpty { actions.append(.assignAgain(name, missing)) }
    // A trial that is held here under a number that nobody remembers is left alone: its answer is
    // compared when it comes.
    release(forgotten, from: name)
    if !forgotten.isEmpty { actions.append(.giveUp(name, forgotten, .forgotten)) }
    if state.isStopping { retractQueued(name, &actions) }
  }

  private mutating func onNodeLost(
    _ name: NodeName, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    guard var node = state.nodes[name] else { return }
    if case .lost = node.connection {} else { node.connection = .lost(since: time) }
    node.failuresInARow += 1
    let pause = policy.reconnectSeconds(name, failures: node.failuresInARow)
    state.nodes[name] = node
    actions.append(.connect(name, afterSeconds: pause))
  }

  private mutating func onRunning(_ name: NodeName, _ assignments: [Assignment]) {
    for assignment in assignments
    where state.nodes[name]?.holdings[assignment.trial]?.assignment == assignment {
      state.nodes[name]?.holdings[assignment.trial]?.hasBegun = true
    }
  }

  private mutating func onFinished(
    _ name: NodeName, _ assignment: Assignment, _ seconds: Double,
    _ actions: inout [SchedulerAction]
  ) {
    if let mean = state.nodes[name]?.meanSeconds {
      state.nodes[name]?.meanSeconds = mean + (seconds - mean) / 8
    } else {
      state.nodes[name]?.meanSeconds = seconds
    }
    // Whoever else holds the trial need not go on: one result is enough.
    if case .held(let holder) = state.places[assignment.trial],
      let holding = state.nodes[holder]?.holdings[assignment.trial],
      holder != name || holding.assignment.attempt != assignment.attempt
    {
      actions.append(.giveUp(holder, [holding.assignment], .overtaken))
      actions.append(.retract(holder, [holding.assignment]))
    }
    forget(assignment.trial)
  }

  private mutating func onFailed(
    _ name: NodeName, _ assignment: Assignment, _ actions: inout [SchedulerAction]
  ) {
    guard let holding = state.nodes[name]?.holdings[assignment.trial],
      holding.assignment == assignment
    else { return }  // The failure of an attempt that is no longer waited for changes nothing.
    forget(assignment.trial)
    let failures = holding.failures + 1
    if failures >= policy.failuresMax {
      actions.append(.setAside(assignment.trial))
    } else {
      wait(
        PendingTrial(
          trial: assignment.trial, attempts: assignment.attempt.rawValue, failures: failures))
    }
  }

  private mutating func onReturned(_ name: NodeName, _ assignments: [Assignment]) {
    let stillHeld = assignments.filter {
      state.nodes[name]?.holdings[$0.trial]?.assignment == $0
    }
    release(stillHeld, from: name)
  }

  private mutating func onTick(_ time: Double, _ actions: inout [SchedulerAction]) {
    for name in state.orderedNodes {
      guard let node = state.nodes[name], case .lost(let since) = node.connection,
        time - since >= policy.leaseSeconds, !node.holdings.isEmpty
      else { continue }
      let assignments = node.holdings.values.map(\.assignment).sorted { $0.trial < $1.trial }
      release(assignments, from: name)
      actions.append(.giveUp(name, assignments, .leaseEnded))
    }
  }

  private mutating func onStop(_ actions: inout [SchedulerAction]) {
    guard !state.isStopping else { return }
    state.isStopping = true
    for name in state.orderedNodes where state.nodes[name]?.connection == .ready {
      retractQueued(name, &actions)
    }
  }

  /// Asks for everything that a node holds: it gives back what it has not begun.
  private mutating func retractQueued(_ name: NodeName, _ actions: inout [SchedulerAction]) {
    guard let node = state.nodes[name] else { return }
    let queued = node.holdings.values.filter { !$0.isBeingRetracted }.map(\.assignment)
      .sorted { $0.trial < $1.trial }
    guard !queued.isEmpty else { return }
    for assignment in queued {
      state.nodes[name]?.holdings[assignment.trial]?.isBeingRetracted = true
    }
    actions.append(.retract(name, queued))
  }
}

extension Scheduler {
  private mutating func wait(_ trial: PendingTrial) {
    state.places[trial.trial] = .waiting
    state.queue.append(trial)
  }

  private mutating func forget(_ trial: TrialID) {
    if case .held(let holder) = state.places.removeValue(forKey: trial) {
      state.nodes[holder]?.holdings[trial] = nil
    }
  }

  /// Lets other nodes have what this one held.
  private mutating func release(_ assignments: [Assignment], from name: NodeName) {
    for assignment in assignments {
      guard let holding = state.nodes[name]?.holdings.removeValue(forKey: assignment.trial) else {
        continue
      }
      wait(
        PendingTrial(
          trial: assignment.trial, attempts: assignment.attempt.rawValue,
          failures: holding.failures))
    }
  }

  /// Fills every ready node up to what it should hold, each once its stock is half gone.
  private mutating func handOut(_ actions: inout [SchedulerAction]) {
    guard !state.isStopping else { return }
    for name in state.orderedNodes {
      guard let node = state.nodes[name], node.connection == .ready else { continue }
      let wanted = node.slots * holdTrials(node)
      let stock = node.holdings.count
      // Topping up by single trials would make a transaction and a frame of each.
      guard stock < max(wanted / 2, node.slots * policy.holdTrialsMin) else { continue }
      var assignments: [Assignment] = []
      while stock + assignments.count < wanted, let trial = state.queue.popFirst() {
        // It may have got its result while it waited.
        guard state.places[trial.trial] == .waiting else { continue }
        let assignment = Assignment(
          trial: trial.trial, attempt: AttemptNumber(trial.attempts + 1))
        assignments.append(assignment)
        state.places[trial.trial] = .held(name)
        state.nodes[name]?.holdings[trial.trial] = SchedulerState.Holding(
          assignment: assignment, failures: trial.failures)
      }
      if !assignments.isEmpty { actions.append(.assign(name, assignments)) }
    }
  }

  private func holdTrials(_ node: SchedulerState.Node) -> Int {
    guard let seconds = node.meanSeconds else { return policy.holdTrialsUnknown }
    let count = Int((policy.holdSeconds / max(seconds, 1e-6)).rounded(.up))
    return min(max(count, policy.holdTrialsMin), policy.holdTrialsMax)
  }

  private mutating func endIfDone(_ actions: inout [SchedulerAction]) {
    let reason: EndReason
    if state.places.isEmpty {
      reason = .complete
    } else if state.isStopping, state.heldCountOnReadyNodes == 0 {
      reason = .stopped
    } else if state.nodes.values.allSatisfy({
      !$0.wasEverReady && $0.failuresInARow >= policy.connectFailuresMax
    }) {
      reason = .noNode
    } else {
      return
    }
    state.hasEnded = true
    actions.append(.end(reason))
  }
}
