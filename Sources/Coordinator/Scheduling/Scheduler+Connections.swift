import Protocol

// Nodes that come, go and fall silent.
extension Scheduler {
  mutating func onNodeReady(
    _ index: Int, _ slots: Int, _ held: [Assignment], _ time: Double,
    _ actions: inout [SchedulerAction]
  ) -> Scope {
    let name = state.nodes[index].name
    guard state.nodes[index].role != .gone else {
      actions.append(.disconnect(name))
      return .nobody
    }
    state.nodes[index].connection = .ready
    state.nodes[index].wasEverReady = true
    state.nodes[index].failuresInARow = 0
    if state.nodes[index].role != .collectedOnly {
      state.nodes[index].slots = max(1, slots)
      state.wasAnyUsable = true
    }
    state.nodes[index].recountForeign()
    let mayBeginHere = state.isHandingOut && state.nodes[index].role == .trains
    compare(held, with: index, mayBeginHere: mayBeginHere, &actions)
    takeUp(held, on: index, mayBeginHere: mayBeginHere, &actions)
    state.nodes[index].fillSlots(at: time)
    if !mayBeginHere { retractQueued(index, &actions) }
    return .everybody
  }

  /// Finds out what a node has lost of what it was given.
  private mutating func compare(
    _ held: [Assignment], with index: Int, mayBeginHere: Bool, _ actions: inout [SchedulerAction]
  ) {
    let name = state.nodes[index].name
    let reallyHeld = Dictionary(held.map { ($0.trial, $0.attempt) }) { max($0, $1) }
    var missing: [SchedulerNode.Holding] = []
    var forgotten: [Assignment] = []
    var dead: [Assignment] = []
    let isNew = held.isEmpty
    let orders = state.nodes[index].holdings.values.map(\.order).sorted()
    let firstOrders = orders.prefix(max(1, state.nodes[index].slots))
    for (trial, holding) in state.nodes[index].holdings {
      state.nodes[index].holdings[trial]?.retraction = .none
      let attempt = holding.assignment.attempt
      if reallyHeld[trial] == attempt { continue }
      // Under an older number it holds what did not arrive: the worker puts the new one in its
      // place. What never began is handed out under the number that it has: it is no second try.
      let isOlder = reallyHeld[trial].map { $0 < attempt } ?? false
      // Workers that are gone before they could tell what they had begun had begun the first ones.
      let mayHaveKilled =
        isNew && holding.againCount >= policy.againMax && firstOrders.contains(holding.order)
      if mayHaveKilled {
        dead.append(holding.assignment)
      } else if mayBeginHere, isOlder || (reallyHeld[trial] == nil && !holding.hasBegun) {
        missing.append(holding)
        state.nodes[index].holdings[trial]?.againCount += 1
      } else if holding.hasBegun, reallyHeld[trial] == nil {
        dead.append(holding.assignment)
      } else {
        forgotten.append(holding.assignment)
      }
    }
    if !missing.isEmpty {
      let assignments = missing.sorted { $0.order < $1.order }.map(\.assignment)
      actions.append(.assignAgain(name, assignments))
    }
    release(forgotten.sorted { $0.trial < $1.trial }, from: index)
    let lost = (forgotten + dead).sorted { $0.trial < $1.trial }
    if !lost.isEmpty { actions.append(.giveUp(name, lost, .forgotten)) }
    for assignment in dead.sorted(by: { $0.trial < $1.trial }) {
      onDeath(of: assignment, on: index, &actions)
    }
  }

  /// Decides on what a node holds and was not believed to: trials that were given up here, and what
  /// nobody remembers.
  ///
  /// What still waits is its own again, under a new number that the worker puts in place of the old
  /// one: nothing is trained twice. The rest is asked back; if it has begun, its result is
  /// compared.
  private mutating func takeUp(
    _ held: [Assignment], on index: Int, mayBeginHere: Bool, _ actions: inout [SchedulerAction]
  ) {
    let name = state.nodes[index].name
    var strays: [Assignment] = []
    var takenUp: [Assignment] = []
    for assignment in held {
      let trial = assignment.trial
      guard state.nodes[index].holdings[trial] == nil else { continue }
      state.trials[trial]?.note(assignment.attempt)
      guard let standing = state.trials[trial], case .waiting = standing.place, mayBeginHere,
        standing.avoids.isEmpty, standing.attempts >= assignment.attempt.rawValue
      else {
        strays.append(assignment)
        continue
      }
      let renewed = Assignment(trial: trial, attempt: standing.nextAttempt)
      hold(renewed, on: index)
      takenUp.append(renewed)
    }
    if !strays.isEmpty { actions.append(.retract(name, strays.sorted { $0.trial < $1.trial })) }
    if !takenUp.isEmpty { actions.append(.assign(name, takenUp.sorted { $0.trial < $1.trial })) }
  }

  mutating func onNodeLost(
    _ index: Int, isRefused: Bool, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    guard state.nodes[index].role != .gone else { return .nobody }
    noteAbsence(of: index, time)
    dropCancelled(from: index, &actions)
    // Nothing keeps a node that was removed: it is let go, not connected.
    if state.nodes[index].role == .leaving, state.nodes[index].holdings.isEmpty {
      return .everybody
    }
    state.nodes[index].failuresInARow += isRefused ? policy.connectFailuresMax : 1
    let name = state.nodes[index].name
    let failures = state.nodes[index].failuresInARow
    let pause =
      isRefused
      ? policy.refusedPauseSeconds(name, failures: failures)
      : policy.reconnectSeconds(name, failures: failures)
    actions.append(.connect(name, afterSeconds: pause))
    return .everybody
  }

  /// Forgets what was known of a node that is not there any more.
  mutating func noteAbsence(of index: Int, _ time: Double) {
    if state.nodes[index].connection == .ready {
      state.nodes[index].connection = .lost(since: time)
    }
    state.nodes[index].begins = []
    state.nodes[index].seenRunning = []
    state.nodes[index].othersRunning = 0
    state.nodes[index].recountForeign()
    endWave(of: index)
  }

  mutating func onTick(_ time: Double, _ actions: inout [SchedulerAction]) -> Scope {
    for index in state.nodes.indices {
      guard case .lost(let since) = state.nodes[index].connection,
        time - since >= policy.silenceSecondsMax, !state.nodes[index].holdings.isEmpty
      else { continue }
      let assignments = state.nodes[index].holdings.values.map(\.assignment)
        .sorted { $0.trial < $1.trial }
      release(assignments, from: index)
      actions.append(.giveUp(state.nodes[index].name, assignments, .leaseEnded))
    }
    return .everybody
  }
}
