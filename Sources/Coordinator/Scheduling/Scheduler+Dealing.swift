import Protocol

// How trials are dealt out: a short stock for every node, fair shares near the end, and trials
// taken back from whoever would take longest.
extension Scheduler {
  /// Hands out what the nodes concerned need, and takes back what others wait for.
  mutating func deal(_ scope: Scope, _ time: Double, _ actions: inout [SchedulerAction]) {
    switch scope {
    case .nobody: return
    case .node(let index):
      if isShort(index) { supply(index, time, &actions) }
    case .everybody:
      state.outlook = nil
      // Those whose slots stand still come first.
      let short = state.nodes.indices.filter(isShort)
      for index in short where state.nodes[index].holdings.count < state.nodes[index].slots {
        supply(index, time, &actions)
      }
      for index in short where state.nodes[index].holdings.count >= state.nodes[index].slots {
        supply(index, time, &actions)
      }
    }
  }

  private mutating func supply(
    _ index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    if isSuspect(index) { return tryOut(index, time, &actions) }
    guard state.nodes[index].aloneTrial == nil else { return }
    let before = state.nodes[index].holdings.count
    if state.waitingCount > 0 { topUp(index, time, &actions) }
    // What still waits then is for another node, or for one that has nothing else.
    guard state.queue.count == 0, state.nodes[index].holdings.count == before else { return }
    if before == 0, handOutAlone(to: index, time, &actions) { return }
    if isHungry(index, time) { takeBack(for: index, time, &actions) }
  }

  /// Whether a node's stock is half gone.
  private func isShort(_ index: Int) -> Bool {
    guard state.nodes[index].takesTrials else { return false }
    return state.nodes[index].holdings.count < lowStock(target(index), index)
  }

  /// Topping up by single trials would make a transaction and a frame of each.
  private func lowStock(_ wanted: Int, _ index: Int) -> Int {
    // Who is to work for hours without us must have all of it at any moment.
    let part = policy.holdSeconds > 0 ? wanted - wanted / 10 : wanted / 2
    return max(part, min(wanted, state.nodes[index].usableSlots * policy.holdTrialsMin))
  }

  /// How many trials a node holds in the middle of a sweep.
  func target(_ index: Int) -> Int {
    let slots = state.nodes[index].usableSlots
    let forNow = policy.holdTrials(
      slots: slots, trialSeconds: state.nodes[index].meanSeconds.value,
      pauseSeconds: policy.pauseSeconds(latencySeconds: state.nodes[index].latencySeconds),
      trained: state.nodes[index].meanSeconds.count)
    guard policy.holdSeconds > 0 else { return forNow }
    let trialSeconds = state.nodes[index].meanSeconds.value ?? typicalSeconds
    return max(forNow, policy.holdTrialsLong(slots: slots, trialSeconds: trialSeconds))
  }

  private mutating func topUp(
    _ index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    // What it just gave back is for somebody else.
    if let gaveBackAt = state.nodes[index].gaveBackAt, time - gaveBackAt < policy.holdSecondsMin,
      state.nodes[index].holdings.count >= state.nodes[index].usableSlots
    {
      return
    }
    var wanted = target(index)
    if isNearEnd(index, wanted) {
      // What failed on the quickest node is another one's, however slow.
      let atLeast = state.queue.count == 0 ? state.nodes[index].usableSlots : 0
      wanted = min(wanted, max(share(of: index, time), atLeast))
      guard state.nodes[index].holdings.count < lowStock(wanted, index) else { return }
    }
    handOut(wanted - state.nodes[index].holdings.count, to: index, time, &actions)
  }

  /// Hands a node some trials, fewer when fewer wait for it.
  private mutating func handOut(
    _ count: Int, to index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    var assignments: [Assignment] = []
    while assignments.count < count, let trial = nextTrial(for: index) {
      guard let standing = state.trials[trial] else { continue }
      let assignment = Assignment(trial: trial, attempt: standing.nextAttempt)
      assignments.append(assignment)
      hold(assignment, on: index)
    }
    guard !assignments.isEmpty else { return }
    state.nodes[index].fillSlots(at: time)
    actions.append(.assign(state.nodes[index].name, assignments))
  }

  /// The next trial that waits; one that failed on this node only when there is no other node.
  private mutating func nextTrial(for index: Int) -> TrialID? {
    while let entry = state.queue.popFirst() {
      if state.isMeant(entry) { return entry.trial }
    }
    for other in state.nodes.indices where state.nodes[other].failedHere.count > 0 {
      // A few from the head: what is for others goes to the end, and all have their turn.
      for _ in 0..<min(state.nodes[other].failedHere.count, Scheduler.looksMax) {
        guard let entry = state.nodes[other].failedHere.popFirst() else { break }
        guard state.isMeant(entry) else { continue }
        if mayTry(entry.trial, on: index) { return entry.trial }
        state.nodes[other].failedHere.append(entry)
      }
    }
    return nil
  }

  /// Hands a node that holds nothing a trial that workers died of.
  private mutating func handOutAlone(
    to index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Bool {
    for _ in 0..<min(state.aloneQueue.count, Scheduler.looksMax) {
      guard let entry = state.aloneQueue.popFirst() else { break }
      guard let standing = state.trials[entry.trial], state.isMeant(entry) else { continue }
      guard mayTry(entry.trial, on: index) else {
        state.aloneQueue.append(entry)
        continue
      }
      let assignment = Assignment(trial: entry.trial, attempt: standing.nextAttempt)
      hold(assignment, on: index)
      state.nodes[index].aloneTrial = entry.trial
      state.nodes[index].fillSlots(at: time)
      actions.append(.assign(state.nodes[index].name, [assignment]))
      return true
    }
    return false
  }

  /// So many trials that failed are looked at for one that a node may have.
  private static let looksMax = 16

  func mayTry(_ trial: TrialID, on index: Int) -> Bool {
    state.mayTry(trial, on: index, failedInARowMax: policy.failedInARowMax)
  }

  /// Whether so little is left that it matters who gets it: less than three times what this node
  /// would need for its whole stock.
  private func isNearEnd(_ index: Int, _ wanted: Int) -> Bool {
    var rate = 0.0
    var held = 0
    let typical = typicalSeconds
    for node in state.nodes.indices where state.nodes[node].takesTrials {
      held += state.nodes[node].holdings.count
      rate +=
        Double(state.nodes[node].usableSlots) / (state.nodes[node].meanSeconds.value ?? typical)
    }
    let leftSeconds = Double(state.waitingCount + held) / rate
    let trialSeconds = state.nodes[index].meanSeconds.value ?? typical
    let stockSeconds =
      Double(wanted) / Double(state.nodes[index].usableSlots) * trialSeconds
      + policy.pauseSeconds(latencySeconds: state.nodes[index].latencySeconds)
    return leftSeconds < 3 * stockSeconds
  }

  /// How long a trial takes on a node that has not told.
  var typicalSeconds: Double { state.meanSeconds.value ?? max(policy.expectedTrialSeconds, 1e-6) }
}

// Nodes on which everything fails.
extension Scheduler {
  /// Whether trials only fail on a node while they succeed on another one.
  func isSuspect(_ index: Int) -> Bool {
    guard state.nodes[index].failedInARow >= policy.failedInARowMax else { return false }
    return state.nodes.contains {
      $0.takesTrials && $0.failedInARow < policy.failedInARowMax && $0.meanSeconds.count > 0
    }
  }

  /// Gives a suspect node one trial at a time, each after a longer pause.
  private mutating func tryOut(
    _ index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    guard state.nodes[index].holdings.isEmpty, time >= state.nodes[index].pausedUntil else {
      return
    }
    handOut(1, to: index, time, &actions)
  }
}
