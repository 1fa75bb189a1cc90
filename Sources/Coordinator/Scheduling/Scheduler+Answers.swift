import Protocol

// What nodes say of trials.
extension Scheduler {
  mutating func onLatency(_ index: Int, _ seconds: Double) -> Scope {
    guard seconds.isFinite, seconds >= 0 else { return .nobody }
    let before = state.nodes[index].latencySeconds
    let bounded = min(seconds, 10)
    state.nodes[index].latencySeconds = before > 0 ? before + (bounded - before) / 8 : bounded
    return .nobody
  }

  mutating func onRunning(
    _ index: Int, _ assignments: [Assignment], _ others: Int, _ time: Double
  ) -> Scope {
    let wasUsable = state.nodes[index].usableSlots > 0
    for assignment in held(assignments, by: index) {
      state.nodes[index].holdings[assignment.trial]?.hasBegun = true
      if state.nodes[index].holdings[assignment.trial]?.begunAt == nil {
        state.nodes[index].holdings[assignment.trial]?.begunAt = time
      }
    }
    // No node has more slots than this; one that says so is not believed.
    let countMax = max(1, state.nodes[index].slots)
    state.nodes[index].seenRunning = Array(assignments.prefix(countMax))
    state.nodes[index].othersRunning = min(max(0, others), countMax)
    state.nodes[index].recountForeign()
    return wasUsable == (state.nodes[index].usableSlots > 0) ? .nobody : .everybody
  }

  mutating func onFinished(
    _ index: Int, _ assignment: Assignment, _ seconds: Double, _ time: Double,
    _ actions: inout [SchedulerAction]
  ) -> Scope {
    state.nodes[index].meanSeconds.add(seconds)
    state.meanSeconds.add(seconds)
    state.nodes[index].failedInARow = 0
    noteEnd(of: assignment, on: index)
    guard let standing = state.trials[assignment.trial] else { return .node(index) }
    var isForOthers = standing.holders.isEmpty
    for holder in standing.holders {
      let held = state.nodes[holder].holdings[assignment.trial]?.assignment
      // Whoever else holds the trial need not go on: one result is enough.
      if let held, holder != index || held != assignment {
        let name = state.nodes[holder].name
        actions.append(.giveUp(name, [held], .overtaken))
        actions.append(.retract(name, [held]))
        isForOthers = isForOthers || holder != index
      }
      letGo(assignment.trial, from: holder)
      if holder == index {
        state.nodes[holder].slotBecameFree(trialSeconds: seconds, at: time)
      } else {
        state.nodes[holder].emptySlots()
      }
    }
    state.trials[assignment.trial] = nil
    return isForOthers ? .everybody : .node(index)
  }

  mutating func onFailed(
    _ index: Int, _ assignment: Assignment, _ time: Double, _ actions: inout [SchedulerAction]
  ) -> Scope {
    noteEnd(of: assignment, on: index)
    // The failure of an attempt that is no longer waited for changes nothing.
    guard !held([assignment], by: index).isEmpty else {
      state.trials[assignment.trial]?.note(assignment.attempt)
      return .node(index)
    }
    let isHeldElsewhere = letGo(assignment.trial, from: index)
    state.nodes[index].slotBecameFree(trialSeconds: 0, at: time)
    noteFailure(of: assignment.trial, on: index)
    if !isHeldElsewhere, let standing = state.trials[assignment.trial] {
      if standing.isCancelled {
        state.trials[assignment.trial] = nil
      } else if standing.failures >= policy.failuresMax {
        state.trials[assignment.trial] = nil
        actions.append(.setAside(assignment.trial))
      } else {
        enqueue(assignment.trial)
      }
    }
    state.nodes[index].failedInARow += 1
    let failedInARow = state.nodes[index].failedInARow
    if failedInARow >= policy.failedInARowMax {
      state.nodes[index].pausedUntil = time + policy.suspectSeconds(failedInARow: failedInARow)
      if isSuspect(index) { retractQueued(index, &actions) }
    }
    return .everybody
  }

  mutating func onReturned(
    _ index: Int, _ assignments: [Assignment], _ time: Double
  ) -> Scope {
    let stillHeld = held(assignments, by: index)
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

  /// The worker of a node is gone, and with it a trial that it had begun.
  ///
  /// The trial may be why, so it goes elsewhere; and when that happens again and again, to a node
  /// that has nothing else: there it is the only one that can be.
  mutating func onDeath(
    of assignment: Assignment, on index: Int, _ actions: inout [SchedulerAction]
  ) {
    let trial = assignment.trial
    let wasAlone = state.nodes[index].aloneTrial == trial
    let isHeldElsewhere = letGo(trial, from: index)
    state.trials[trial]?.deaths += 1
    if wasAlone {
      noteFailure(of: trial, on: index)
    } else {
      state.trials[trial]?.avoid(state.nodes[index].name)
    }
    guard !isHeldElsewhere, let standing = state.trials[trial] else { return }
    if standing.isCancelled {
      state.trials[trial] = nil
    } else if wasAlone, standing.failures >= policy.failuresMax {
      state.trials[trial] = nil
      actions.append(.setAsideUnanswered(trial, deaths: Int(standing.deaths)))
    } else {
      enqueue(trial)
    }
  }

  private mutating func noteFailure(of trial: TrialID, on index: Int) {
    state.trials[trial]?.failures += 1
    state.trials[trial]?.avoid(state.nodes[index].name)
  }

  /// An attempt is in no slot any more, whether or not it is waited for.
  private mutating func noteEnd(of assignment: Assignment, on index: Int) {
    guard !state.nodes[index].seenRunning.isEmpty else { return }
    state.nodes[index].seenRunning.removeAll { $0 == assignment }
    state.nodes[index].recountForeign()
  }
}
