import Protocol

// Nodes that come, go and fall silent.
extension Scheduler {
  mutating func onNodeReady(
    _ index: Int, _ slots: Int, _ held: [Assignment], _ time: Double,
    _ actions: inout [SchedulerAction]
  ) -> Scope {
    let name = state.nodes[index].name
    state.nodes[index].connection = .ready
    state.nodes[index].wasEverReady = true
    state.nodes[index].failuresInARow = 0
    if !state.nodes[index].isCollectedOnly {
      state.nodes[index].slots = max(1, slots)
      state.wasAnyUsable = true
    }
    let reallyHeld = Set(held)
    var forgotten: [Assignment] = []
    var missing: [Assignment] = []
    let mayBeginHere = !state.isStopping && !state.nodes[index].isCollectedOnly
    for (trial, holding) in state.nodes[index].holdings {
      state.nodes[index].holdings[trial]?.retraction = .none
      guard !reallyHeld.contains(holding.assignment) else { continue }
      // What never began is handed out under the number that it has: it is no second try.
      if holding.hasBegun || !mayBeginHere {
        forgotten.append(holding.assignment)
      } else {
        missing.append(holding.assignment)
      }
    }
    forgotten.sort { $0.trial < $1.trial }
    missing.sort { $0.trial < $1.trial }
    if !missing.isEmpty { actions.append(.assignAgain(name, missing)) }
    // A trial that is held here under a number that nobody remembers is left alone: its answer is
    // compared when it comes.
    release(forgotten, from: index)
    if !forgotten.isEmpty { actions.append(.giveUp(name, forgotten, .forgotten)) }
    state.nodes[index].fillSlots(at: time)
    if !mayBeginHere { retractQueued(index, &actions) }
    return .everybody
  }

  mutating func onNodeLost(
    _ index: Int, isRefused: Bool, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    if case .lost = state.nodes[index].connection {
    } else {
      state.nodes[index].connection = .lost(since: time)
    }
    state.nodes[index].begins = []
    endWave(of: index)
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

  mutating func onTick(_ time: Double, _ actions: inout [SchedulerAction]) -> Scope {
    for index in state.nodes.indices {
      guard case .lost(let since) = state.nodes[index].connection,
        time - since >= policy.leaseSeconds, !state.nodes[index].holdings.isEmpty
      else { continue }
      let assignments = state.nodes[index].holdings.values.map(\.assignment)
        .sorted { $0.trial < $1.trial }
      release(assignments, from: index)
      actions.append(.giveUp(state.nodes[index].name, assignments, .leaseEnded))
    }
    return .everybody
  }
}

// Who holds a trial.
extension Scheduler {
  mutating func wait(_ trial: PendingTrial) {
    state.places[trial.trial] = .waiting
    state.queue.append(trial)
  }

  mutating func hold(
    _ assignment: Assignment, failures: UInt32, hasBegun: Bool = false, on index: Int
  ) {
    state.places[assignment.trial] = .held(index)
    state.nodes[index].holdings[assignment.trial] = SchedulerNode.Holding(
      assignment: assignment, failures: failures, order: state.handedCount, hasBegun: hasBegun)
    state.handedCount += 1
    state.heldCount += 1
  }

  /// Takes a trial from a node; its place is the caller's to note.
  mutating func letGo(_ trial: TrialID, from index: Int) {
    if state.nodes[index].holdings.removeValue(forKey: trial) != nil { state.heldCount -= 1 }
  }

  /// Lets other nodes have what this one held.
  mutating func release(_ assignments: [Assignment], from index: Int) {
    for assignment in assignments {
      guard let holding = state.nodes[index].holdings[assignment.trial] else { continue }
      letGo(assignment.trial, from: index)
      wait(
        PendingTrial(
          trial: assignment.trial, attempts: assignment.attempt.rawValue,
          failures: holding.failures))
    }
    state.nodes[index].emptySlots()
  }

  /// Asks for everything that a node holds: it gives back what it has not begun.
  mutating func retractQueued(_ index: Int, _ actions: inout [SchedulerAction]) {
    let queued = state.nodes[index].holdings.values.filter { $0.retraction == .none }
      .map(\.assignment).sorted { $0.trial < $1.trial }
    guard !queued.isEmpty else { return }
    for assignment in queued {
      state.nodes[index].holdings[assignment.trial]?.retraction = .asked
    }
    actions.append(.retract(state.nodes[index].name, queued))
  }

  /// Forgets that trials were asked of a node for another one.
  mutating func endWave(of index: Int) {
    guard let wave = state.nodes[index].wave else { return }
    state.nodes[index].wave = nil
    state.nodes[wave.receiver].expected -= wave.count
  }
}
