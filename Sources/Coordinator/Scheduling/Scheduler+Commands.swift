import Protocol

// What people ask for while a sweep goes on.
extension Scheduler {
  mutating func onStop(_ actions: inout [SchedulerAction]) -> Scope {
    guard !state.isStopping else { return .nobody }
    state.isStopping = true
    for index in state.nodes.indices { retractQueued(index, &actions) }
    return .nobody
  }

  mutating func onPause(_ actions: inout [SchedulerAction]) -> Scope {
    guard !state.isPaused else { return .nobody }
    state.isPaused = true
    for index in state.nodes.indices { retractQueued(index, &actions) }
    return .nobody
  }

  mutating func onUnpause() -> Scope {
    state.isPaused = false
    return .everybody
  }

  mutating func onAdd(
    _ name: NodeName, _ slots: Int?, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    guard let index = state.indexes[name] else {
      let node = SchedulerNode(name: name, slots: slots, time: time)
      if let index = state.nodes.firstIndex(where: { $0.role == .gone }) {
        // A cluster that changes for months grows by what it has at once, not by what it ever had.
        state.indexes[state.nodes[index].name] = nil
        state.nodes[index] = node
        state.indexes[name] = index
      } else {
        state.indexes[name] = state.nodes.count
        state.nodes.append(node)
      }
      actions.append(.connect(name, afterSeconds: 0))
      return .everybody
    }
    let before = state.nodes[index]
    state.nodes[index].role = slots == 0 ? .collectedOnly : .trains
    if before.role == .gone {
      state.nodes[index].slots = max(0, slots ?? 1)
      state.nodes[index].connection = .lost(since: time)
      actions.append(.connect(name, afterSeconds: 0))
    } else if slots != 0, before.role == .collectedOnly || (slots ?? before.slots) != before.slots {
      // A worker is told once on a connection how many slots it has.
      state.nodes[index].slots = max(1, slots ?? 1)
      noteAbsence(of: index, time)
      actions.append(.reconnect(name))
    } else if before.connection == .ready, slots != 0 {
      state.wasAnyUsable = true
    }
    return .everybody
  }

  mutating func onDrain(
    _ index: Int, _ role: SchedulerNode.Role, _ actions: inout [SchedulerAction]
  ) -> Scope {
    switch (state.nodes[index].role, role) {
    case (.gone, _), (.leaving, _), (.collectedOnly, .drained): return .nobody
    default: break
    }
    state.nodes[index].role = role
    retractQueued(index, &actions)
    return .everybody
  }

  mutating func onUndrain(_ index: Int) -> Scope {
    guard state.nodes[index].role == .drained else { return .nobody }
    state.nodes[index].role = .trains
    if state.nodes[index].connection == .ready { state.wasAnyUsable = true }
    return .everybody
  }

  /// Ends what binds nodes to the cluster that were removed and hold nothing any more.
  mutating func letLeaversGo(_ time: Double, _ actions: inout [SchedulerAction]) {
    for index in state.nodes.indices
    where state.nodes[index].role == .leaving && state.nodes[index].holdings.isEmpty {
      let name = state.nodes[index].name
      endWave(of: index)
      // What others were asked for in its favour is theirs again.
      for giver in state.nodes.indices where state.nodes[giver].wave?.receiver == index {
        let count = state.nodes[giver].wave?.count ?? 0
        state.nodes[giver].wave?.receiver = giver
        state.nodes[giver].expected += count
        state.nodes[index].expected -= count
      }
      var node = SchedulerNode(name: name, slots: state.nodes[index].slots, time: time)
      node.meanSeconds = state.nodes[index].meanSeconds
      node.role = .gone
      let failed = state.nodes[index].failedHere
      state.nodes[index] = node
      for entry in failed.waiting { state.queue.append(entry) }
      actions.append(.disconnect(name))
    }
  }

  mutating func onCancel(
    _ trials: Set<TrialID>?, _ breaksOff: Bool, _ actions: inout [SchedulerAction]
  ) -> Scope {
    let chosen = trials.map { $0.filter { state.trials[$0] != nil } } ?? Set(state.trials.keys)
    var asked: [Int: [Assignment]] = [:]
    for trial in chosen.sorted() {
      state.trials[trial]?.isCancelled = true
      for holder in state.trials[trial]?.holders ?? [] {
        guard let held = state.nodes[holder].holdings[trial] else { continue }
        asked[holder, default: []].append(held.assignment)
      }
      if state.trials[trial]?.holders.isEmpty == true { state.trials[trial] = nil }
    }
    for (holder, assignments) in asked.sorted(by: { $0.key < $1.key }) {
      guard state.nodes[holder].connection == .ready else {
        dropCancelled(from: holder, &actions)
        continue
      }
      for assignment in assignments {
        state.nodes[holder].holdings[assignment.trial]?.retraction = .asked
      }
      let name = state.nodes[holder].name
      actions.append(breaksOff ? .breakOff(name, assignments) : .retract(name, assignments))
    }
    return .everybody
  }

  /// Nobody waits for what was cancelled and cannot be asked for.
  mutating func dropCancelled(from index: Int, _ actions: inout [SchedulerAction]) {
    let cancelled = state.nodes[index].holdings.values.map(\.assignment)
      .filter { state.trials[$0.trial]?.isCancelled == true }.sorted { $0.trial < $1.trial }
    guard !cancelled.isEmpty else { return }
    release(cancelled, from: index)
    actions.append(.giveUp(state.nodes[index].name, cancelled, .cancelled))
  }

  mutating func onRetry(_ trials: [PendingTrial]) -> Scope {
    for trial in trials {
      guard state.trials[trial.trial] != nil else {
        enter(trial)
        continue
      }
      state.trials[trial.trial]?.note(AttemptNumber(trial.attempts))
      state.trials[trial.trial]?.failures = trial.failures
      state.trials[trial.trial]?.deaths = 0
      state.trials[trial.trial]?.avoids = []
      state.trials[trial.trial]?.isCancelled = false
    }
    return .everybody
  }
}
