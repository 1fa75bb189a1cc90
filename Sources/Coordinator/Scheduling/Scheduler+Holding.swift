import Protocol

// Who holds a trial.
extension Scheduler {
  /// Takes in a trial that nobody holds.
  mutating func enter(_ trial: PendingTrial) {
    state.trials[trial.trial] = TrialStanding(
      place: .waiting(ticket: 0), attempts: trial.attempts, failures: trial.failures, deaths: 0)
    enqueue(trial.trial)
  }

  /// Takes in a trial that an earlier coordinator handed to a node, or to two.
  mutating func recall(_ trial: PendingTrial, on index: Int) {
    let assignment = Assignment(trial: trial.trial, attempt: trial.held)
    if let known = state.trials[trial.trial] {
      guard case .held(let first) = known.place, first != index else { return }
    } else {
      state.trials[trial.trial] = TrialStanding(
        place: .waiting(ticket: 0), attempts: trial.attempts, failures: trial.failures, deaths: 0)
    }
    hold(assignment, hasBegun: trial.hasBegun, on: index)
  }

  /// Lets a trial wait: for any node, for one that it did not fail on, or for one that has nothing
  /// else.
  mutating func enqueue(_ trial: TrialID) {
    guard let standing = state.trials[trial] else { return }
    state.ticket += 1
    state.trials[trial]?.place = .waiting(ticket: state.ticket)
    let entry = WaitingQueue.Entry(trial: trial, ticket: state.ticket)
    if standing.deaths >= policy.deathsMax {
      state.aloneQueue.append(entry)
    } else if let last = standing.avoids.last, let index = state.indexes[last] {
      state.nodes[index].failedHere.append(entry)
    } else {
      state.queue.append(entry)
    }
  }

  /// Notes that a node holds a trial, as its first holder or as that of a copy.
  mutating func hold(_ assignment: Assignment, hasBegun: Bool = false, on index: Int) {
    let trial = assignment.trial
    if case .held(let first) = state.trials[trial]?.place {
      state.trials[trial]?.place = .heldTwice(first, copy: index)
      state.copyCount += 1
    } else {
      state.trials[trial]?.place = .held(index)
      state.heldCount += 1
    }
    state.trials[trial]?.note(assignment.attempt)
    state.nodes[index].holdings[trial] = SchedulerNode.Holding(
      assignment: assignment, order: state.handedCount, hasBegun: hasBegun)
    state.handedCount += 1
  }

  /// Takes a trial from a node.
  /// - Returns: Whether another node still holds it; otherwise the caller says where it is.
  @discardableResult
  mutating func letGo(_ trial: TrialID, from index: Int) -> Bool {
    guard state.nodes[index].holdings.removeValue(forKey: trial) != nil else { return false }
    if state.nodes[index].aloneTrial == trial { state.nodes[index].aloneTrial = nil }
    state.nodes[index].recountForeign()
    if case .heldTwice(let first, let copy) = state.trials[trial]?.place {
      state.trials[trial]?.place = .held(index == first ? copy : first)
      state.copyCount -= 1
      return true
    }
    state.heldCount -= 1
    return false
  }

  /// What a node holds under just these numbers.
  func held(_ assignments: [Assignment], by index: Int) -> [Assignment] {
    assignments.filter { state.nodes[index].holdings[$0.trial]?.assignment == $0 }
  }

  /// Lets other nodes have what this one held, unless nobody wants it or another one has it.
  mutating func release(_ assignments: [Assignment], from index: Int) {
    for assignment in held(assignments, by: index) where !letGo(assignment.trial, from: index) {
      if state.trials[assignment.trial]?.isCancelled == true {
        state.trials[assignment.trial] = nil
      } else {
        enqueue(assignment.trial)
      }
    }
    state.nodes[index].emptySlots()
  }

  /// Asks for everything that a node holds: it gives back what it has not begun.
  mutating func retractQueued(_ index: Int, _ actions: inout [SchedulerAction]) {
    guard state.nodes[index].connection == .ready else { return }
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
