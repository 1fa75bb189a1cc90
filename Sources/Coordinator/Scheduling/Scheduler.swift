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
  ///   - time: When, in seconds; a time before that of the last event counts as that one.
  /// - Returns: What is to be done, in order.
  package mutating func handle(_ event: SchedulerEvent, at time: Double) -> [SchedulerAction] {
    guard !state.hasEnded else { return [] }
    let time = pass(to: time)
    var actions: [SchedulerAction] = []
    let scope = take(event, time, &actions)
    if state.isHandingOut {
      deal(scope, time, &actions)
      if case .tick = event {
        trimLongHolds(time, &actions)
        copyLate(time, &actions)
      }
    }
    letLeaversGo(time, &actions)
    state.compactQueues()
    endIfDone(&actions)
    return actions
  }

  /// Moves the clock on; what the coordinator slept through is nobody's silence.
  private mutating func pass(to time: Double) -> Double {
    guard let before = state.time else {
      state.time = time
      return time
    }
    let now = max(time, before)
    state.time = now
    if now - before >= policy.absenceSecondsMin {
      for index in state.nodes.indices { state.nodes[index].skip(seconds: now - before) }
      state.outlook = nil
    }
    return now
  }

  private mutating func take(
    _ event: SchedulerEvent, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    switch event {
    case .begin(let nodes, let waiting, let recalled):
      onBegin(nodes, waiting, recalled, time, &actions)
      return .nobody
    case .nodeReady(let name, let slots, let held):
      return onNode(name) { $0.onNodeReady($1, slots, held, time, &actions) }
    case .nodeLost(let name):
      return onNode(name) { $0.onNodeLost($1, isRefused: false, time, &actions) }
    case .nodeRefused(let name):
      return onNode(name) { $0.onNodeLost($1, isRefused: true, time, &actions) }
    case .latency(let name, let seconds):
      return onNode(name) { $0.onLatency($1, seconds) }
    case .running(let name, let assignments, let others):
      return onNode(name) { $0.onRunning($1, assignments, others, time) }
    case .finished(let name, let assignment, let seconds):
      return onNode(name) { $0.onFinished($1, assignment, seconds, time, &actions) }
    case .failed(let name, let assignment):
      return onNode(name) { $0.onFailed($1, assignment, time, &actions) }
    case .returned(let name, let assignments):
      return onNode(name) { $0.onReturned($1, assignments, time) }
    case .tick: return onTick(time, &actions)
    case .stop: return onStop(&actions)
    case .pause: return onPause(&actions)
    case .unpause: return onUnpause()
    case .add(let name, let slots): return onAdd(name, slots, time, &actions)
    case .drain(let name): return onNode(name) { $0.onDrain($1, .drained, &actions) }
    case .undrain(let name): return onNode(name) { $0.onUndrain($1) }
    case .remove(let name): return onNode(name) { $0.onDrain($1, .leaving, &actions) }
    case .cancel(let trials, let breaksOff): return onCancel(trials, breaksOff, &actions)
    case .retry(let trials): return onRetry(trials)
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
    _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    for (name, slots) in nodes.sorted(by: { $0.key < $1.key }) {
      state.indexes[name] = state.nodes.count
      state.nodes.append(SchedulerNode(name: name, slots: slots, time: time))
      actions.append(.connect(name, afterSeconds: 0))
    }
    var unheld: [PendingTrial] = []
    for (name, trials) in recalled.sorted(by: { $0.key < $1.key }) {
      for trial in trials {
        // What an unknown node holds is nobody's to wait for.
        guard let index = state.indexes[name] else {
          unheld.append(trial)
          continue
        }
        recall(trial, on: index)
      }
    }
    for trial in unheld + waiting where state.trials[trial.trial] == nil { enter(trial) }
  }

  private mutating func endIfDone(_ actions: inout [SchedulerAction]) {
    let reason: EndReason
    if state.trials.isEmpty {
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
    if node.role == .gone { return true }
    guard node.wasEverReady else { return node.failuresInARow >= policy.connectFailuresMax }
    return node.role == .collectedOnly && node.holdings.isEmpty
  }
}
