import Protocol

// Taking back.
extension Scheduler {
  /// Whether a slot of a node has nothing to do, or will before something new could arrive.
  mutating func isHungry(_ index: Int, _ time: Double) -> Bool {
    let stock = state.nodes[index].holdings.count + state.nodes[index].expected
    if policy.holdSeconds > 0 {
      // Whoever works for hours without us must have a fair part at any moment.
      let fair = min(target(index), share(of: index, time))
      if stock + max(fair / 10, state.nodes[index].usableSlots) < fair { return true }
    }
    let node = state.nodes[index]
    let pause = 2 * policy.pauseSeconds(latencySeconds: node.latencySeconds)
    let begun = pause / (node.meanSeconds.value ?? typicalSeconds)
    return Double(stock) < Double(node.usableSlots) * (1 + min(begun, 1e6))
  }

  /// Asks nodes that would take longest for as many trials as end sooner on this one.
  mutating func takeBack(
    for index: Int, _ time: Double, _ actions: inout [SchedulerAction]
  ) {
    let endSeconds = outlook(time).endsAt - time
    guard state.outlook?.hasNoGiver == false else { return }
    let receiver = pace(of: index, time)
    var need =
      share(of: index, time) - state.nodes[index].holdings.count - state.nodes[index].expected
    // What is gained must be worth the messages.
    let isLong = policy.holdSeconds > 0
    let gainMin = max(receiver.delaySeconds / 2, isLong ? endSeconds / 50 : 0.01)
    var givers = state.nodes.indices.filter {
      $0 != index && state.nodes[$0].connection == .ready && state.nodes[$0].role == .trains
        && state.nodes[$0].wave == nil
        && state.nodes[$0].holdings.count > state.nodes[$0].begins.count
    }.map { pace(of: $0, time) }.filter { $0.drainSeconds > endSeconds + gainMin }
    if givers.isEmpty { state.outlook?.hasNoGiver = true }
    while need > 0, let giver = givers.max(by: { $0.drainSeconds < $1.drainSeconds }) {
      givers.removeAll { $0.index == giver.index }
      let spare = giver.stock - max(share(of: giver.index, time), giver.busySeconds.count)
      need -= ask(giver.index, for: index, count: min(need, spare), &actions)
    }
  }

  /// Takes back what nodes were given for hours before anybody knew how long their trials take.
  mutating func trimLongHolds(_ time: Double, _ actions: inout [SchedulerAction]) {
    guard policy.holdSeconds > 0 else { return }
    for index in state.nodes.indices
    where state.nodes[index].takesTrials && state.nodes[index].wave == nil
      && state.nodes[index].meanSeconds.count >= policy.trialsKnownMin
    {
      let wanted = target(index)
      let surplus = state.nodes[index].holdings.count - wanted
      guard surplus > max(wanted / 4, state.nodes[index].slots) else { continue }
      _ = ask(index, for: index, count: surplus, &actions)
    }
  }

  /// Asks a node for the trials that it would begin last.
  /// - Returns: How many were asked for.
  private mutating func ask(
    _ giver: Int, for receiver: Int, count: Int, _ actions: inout [SchedulerAction]
  ) -> Int {
    guard count > 0 else { return 0 }
    let last = state.nodes[giver].holdings.values
      .filter { $0.retraction == .none && !$0.hasBegun && isWorthAsking($0, for: receiver) }
      .sorted { $0.order > $1.order }.prefix(count).map(\.assignment)
    guard !last.isEmpty else { return 0 }
    for assignment in last { state.nodes[giver].holdings[assignment.trial]?.retraction = .asked }
    state.nodes[giver].wave = SchedulerNode.Wave(count: last.count, receiver: receiver)
    state.nodes[receiver].expected += last.count
    actions.append(.retract(state.nodes[giver].name, last.sorted { $0.trial < $1.trial }))
    return last.count
  }

  /// Whether a trial would be the receiver's: no other node has it too, and it did not fail there.
  private func isWorthAsking(_ holding: SchedulerNode.Holding, for receiver: Int) -> Bool {
    guard let standing = state.trials[holding.assignment.trial], case .held = standing.place else {
      return false
    }
    return standing.avoids.isEmpty || mayTry(holding.assignment.trial, on: receiver)
  }
}
