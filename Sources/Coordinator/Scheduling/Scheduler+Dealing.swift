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
    let before = state.nodes[index].holdings.count
    if state.waitingCount > 0 { topUp(index, time, &actions) }
    // What still waits then failed here: that is for another node.
    if state.queue.count == 0, state.nodes[index].holdings.count == before, isHungry(index) {
      takeBack(for: index, time, &actions)
    }
  }

  /// Whether a node's stock is half gone.
  private func isShort(_ index: Int) -> Bool {
    guard state.nodes[index].takesTrials else { return false }
    return state.nodes[index].holdings.count < lowStock(target(index), index)
  }

  /// Topping up by single trials would make a transaction and a frame of each.
  private func lowStock(_ wanted: Int, _ index: Int) -> Int {
    max(wanted / 2, min(wanted, state.nodes[index].slots * policy.holdTrialsMin))
  }

  /// How many trials a node holds in the middle of a sweep.
  private func target(_ index: Int) -> Int {
    policy.holdTrials(
      slots: state.nodes[index].slots, trialSeconds: state.nodes[index].meanSeconds.value,
      pauseSeconds: policy.pauseSeconds(latencySeconds: state.nodes[index].latencySeconds),
      trained: state.nodes[index].meanSeconds.count)
  }

  private mutating func topUp(
    _ index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    // What it just gave back is for somebody else.
    if let gaveBackAt = state.nodes[index].gaveBackAt, time - gaveBackAt < policy.holdSecondsMin,
      state.nodes[index].holdings.count >= state.nodes[index].slots
    {
      return
    }
    var wanted = target(index)
    if isNearEnd(index, wanted) {
      // What failed on the quickest node is another one's, however slow.
      let atLeast = state.queue.count == 0 ? state.nodes[index].slots : 0
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
      let assignment = Assignment(trial: trial.trial, attempt: AttemptNumber(trial.attempts + 1))
      assignments.append(assignment)
      hold(assignment, failures: trial.failures, on: index)
    }
    guard !assignments.isEmpty else { return }
    state.nodes[index].fillSlots(at: time)
    actions.append(.assign(state.nodes[index].name, assignments))
  }

  /// The next trial that waits; one that failed on this node only when there is no other node.
  private mutating func nextTrial(for index: Int) -> PendingTrial? {
    // A trial may have got its result while it waited.
    while let trial = state.queue.popFirst() {
      if state.places[trial.trial] == .waiting { return trial }
    }
    for other in state.nodes.indices where state.nodes[other].failedHere.count > 0 {
      if other == index,
        state.hasOtherNode(than: index, failedInARowMax: policy.failedInARowMax)
      {
        continue
      }
      while let trial = state.nodes[other].failedHere.popFirst() {
        if state.places[trial.trial] == .waiting { return trial }
      }
    }
    return nil
  }

  /// Whether so little is left that it matters who gets it: less than three times what this node
  /// would need for its whole stock.
  private func isNearEnd(_ index: Int, _ wanted: Int) -> Bool {
    var rate = 0.0
    var held = 0
    let typical = typicalSeconds
    for node in state.nodes.indices where state.nodes[node].takesTrials {
      held += state.nodes[node].holdings.count
      rate += Double(state.nodes[node].slots) / (state.nodes[node].meanSeconds.value ?? typical)
    }
    let leftSeconds = Double(state.waitingCount + held) / rate
    let trialSeconds = state.nodes[index].meanSeconds.value ?? typical
    let stockSeconds =
      Double(wanted) / Double(state.nodes[index].slots) * trialSeconds
      + policy.pauseSeconds(latencySeconds: state.nodes[index].latencySeconds)
    return leftSeconds < 3 * stockSeconds
  }

  /// How long a trial takes on a node that has not told.
  private var typicalSeconds: Double { state.meanSeconds.value ?? 1 }
}

// Looking ahead.
extension Scheduler {
  /// How a node gets on from this moment.
  private func pace(of index: Int, _ time: Double) -> NodePace {
    NodePace(
      state.nodes[index], index: index, typicalSeconds: typicalSeconds, policy: policy, at: time)
  }

  /// How many trials a node should hold so that nobody waits for it at the end.
  private mutating func share(of index: Int, _ time: Double) -> Int {
    let leftSeconds = outlook(time).endsAt - time
    return pace(of: index, time).trained(within: leftSeconds * (1 + 1e-6))
  }

  /// The present outlook; it is worked out again when a node has come or gone, and now and then.
  private mutating func outlook(_ time: Double) -> Outlook {
    if let known = state.outlook, time - known.madeAt < policy.outlookSeconds { return known }
    let made = makeOutlook(time)
    state.outlook = made
    return made
  }

  /// Looks ahead to the end of everything that waits and that nodes which are there hold.
  private func makeOutlook(_ time: Double) -> Outlook {
    var paces: [NodePace] = []
    var left = state.waitingCount
    for index in state.nodes.indices where state.nodes[index].takesTrials && !isSuspect(index) {
      left += state.nodes[index].holdings.count
      paces.append(pace(of: index, time))
    }
    guard left > 0, !paces.isEmpty else { return Outlook(madeAt: time, endsAt: time) }
    func isEnough(_ seconds: Double) -> Bool {
      var count = 0
      for pace in paces {
        count += pace.trained(within: seconds)
        if count >= left { return true }
      }
      return false
    }
    var lower = 0.0
    var upper = max(1e-6, Double(left) / paces.reduce(0) { $0 + $1.rate })
    while !isEnough(upper), upper < 1e12 {
      lower = upper
      upper *= 1.5
    }
    for _ in 0..<12 {
      let middle = (lower + upper) / 2
      if isEnough(middle) { upper = middle } else { lower = middle }
    }
    return Outlook(madeAt: time, endsAt: time + upper)
  }
}

// Taking back.
extension Scheduler {
  /// Whether a slot of a node has nothing to do, or will before something new could arrive.
  private func isHungry(_ index: Int) -> Bool {
    let node = state.nodes[index]
    let stock = node.holdings.count + node.expected
    let pause = 2 * policy.pauseSeconds(latencySeconds: node.latencySeconds)
    let begun = pause / (node.meanSeconds.value ?? typicalSeconds)
    return Double(stock) < Double(node.slots) * (1 + min(begun, 1e6))
  }

  /// Asks nodes that would take longest for as many trials as end sooner on this one.
  private mutating func takeBack(
    for index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    let endSeconds = outlook(time).endsAt - time
    guard state.outlook?.hasNoGiver == false else { return }
    let receiver = pace(of: index, time)
    var need =
      share(of: index, time) - state.nodes[index].holdings.count - state.nodes[index].expected
    // What is gained must be worth the messages.
    let gainMin = max(receiver.delaySeconds / 2, 0.01)
    var givers = state.nodes.indices.filter {
      $0 != index && state.nodes[$0].takesTrials && state.nodes[$0].wave == nil
        && state.nodes[$0].holdings.count > state.nodes[$0].begins.count
    }.map { pace(of: $0, time) }.filter { $0.drainSeconds > endSeconds + gainMin }
    if givers.isEmpty { state.outlook?.hasNoGiver = true }
    while need > 0, let giver = givers.max(by: { $0.drainSeconds < $1.drainSeconds }) {
      givers.removeAll { $0.index == giver.index }
      let spare = giver.stock - max(share(of: giver.index, time), giver.busySeconds.count)
      need -= ask(giver.index, for: index, count: min(need, spare), &actions)
    }
  }

  /// Asks a node for the trials that it would begin last.
  /// - Returns: How many were asked for.
  private mutating func ask(
    _ giver: Int, for receiver: Int, count: Int, _ actions: inout [SchedulerAction]
  ) -> Int {
    guard count > 0 else { return 0 }
    let last = state.nodes[giver].holdings.values
      .filter { $0.retraction == .none && !$0.hasBegun }
      .sorted { $0.order > $1.order }.prefix(count).map(\.assignment)
    guard !last.isEmpty else { return 0 }
    for assignment in last { state.nodes[giver].holdings[assignment.trial]?.retraction = .asked }
    state.nodes[giver].wave = SchedulerNode.Wave(count: last.count, receiver: receiver)
    state.nodes[receiver].expected += last.count
    actions.append(.retract(state.nodes[giver].name, last.sorted { $0.trial < $1.trial }))
    return last.count
  }
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
