import Protocol

// Second attempts at trials that take long, for slots that have nothing else to do.
extension Scheduler {
  /// A trial that everybody may soon wait for.
  private struct LateTrial {
    let trial: TrialID
    let holder: Int
    /// How long it has been in its slot, in seconds; infinite when its node is silent.
    let passedSeconds: Double
    /// What its node usually needs, in seconds.
    let usualSeconds: Double
    /// Whether it has taken well beyond that.
    let isLate: Bool

    /// Whether a node would have the result sooner, as far as can be told.
    func isHelped(bySeconds there: Double, gainMin: Double) -> Bool {
      if isLate { return there <= passedSeconds }
      return usualSeconds - passedSeconds - there >= max(gainMin, there)
    }
  }

  /// Gives idle slots the trials that take longest elsewhere, each once.
  mutating func copyLate(_ time: Double, _ actions: inout [SchedulerAction]) {
    guard state.queue.count == 0, state.heldCount > state.copyCount,
      state.meanSeconds.count >= policy.trialsKnownMin,
      time - state.lookedForLateAt >= policy.copyPauseSeconds
    else { return }
    state.lookedForLateAt = time
    let idle = state.nodes.indices.filter { idleSlots(of: $0) > 0 }
      .map { pace(of: $0, time) }.sorted { $0.trialSeconds < $1.trialSeconds }
    guard !idle.isEmpty else { return }
    var late = lateTrials(time)
    for receiver in idle {
      let name = state.nodes[receiver.index].name
      let there = receiver.trialSeconds + receiver.delaySeconds
      var copies: [Assignment] = []
      while idleSlots(of: receiver.index) > 0,
        let next = late.firstIndex(where: {
          $0.holder != receiver.index
            && $0.isHelped(bySeconds: there, gainMin: policy.copySecondsMin)
            && state.trials[$0.trial]?.avoids.contains(name) == false
        })
      {
        let trial = late.remove(at: next).trial
        guard let standing = state.trials[trial] else { continue }
        let copy = Assignment(trial: trial, attempt: standing.nextAttempt)
        hold(copy, on: receiver.index)
        copies.append(copy)
      }
      guard !copies.isEmpty else { continue }
      state.nodes[receiver.index].fillSlots(at: time)
      actions.append(.assignCopies(name, copies))
    }
  }

  private func idleSlots(of index: Int) -> Int {
    let node = state.nodes[index]
    guard node.takesTrials, node.aloneTrial == nil, !isSuspect(index) else { return 0 }
    return max(0, node.usableSlots - node.holdings.count - node.expected)
  }

  /// The trials that may be worth a copy, those that take longest first.
  private func lateTrials(_ time: Double) -> [LateTrial] {
    var late: [LateTrial] = []
    for index in state.nodes.indices {
      for holding in state.nodes[index].holdings.values {
        guard let standing = state.trials[holding.assignment.trial],
          case .held = standing.place, !standing.isCancelled, standing.deaths == 0,
          let trial = lateTrial(holding, on: index, time)
        else { continue }
        late.append(trial)
      }
    }
    return late.sorted { ($1.passedSeconds, $0.trial) < ($0.passedSeconds, $1.trial) }
  }

  private func lateTrial(
    _ holding: SchedulerNode.Holding, on index: Int, _ time: Double
  ) -> LateTrial? {
    let node = state.nodes[index]
    let usual = node.meanSeconds.value ?? typicalSeconds
    let trial = holding.assignment.trial
    switch node.connection {
    case .lost(let since):
      guard time - since >= policy.copySilenceSeconds else { return nil }
      return LateTrial(
        trial: trial, holder: index, passedSeconds: .infinity, usualSeconds: usual, isLate: true)
    case .ready:
      guard let begunAt = holding.begunAt else { return nil }
      let passed = time - begunAt
      let lateSeconds = max(
        policy.copyFactor * usual, usual + policy.copyDeviations * node.meanSeconds.deviation,
        usual + policy.copySecondsMin)
      return LateTrial(
        trial: trial, holder: index, passedSeconds: passed, usualSeconds: usual,
        isLate: passed > lateSeconds)
    }
  }
}
