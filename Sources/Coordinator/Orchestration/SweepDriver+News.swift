import CatalogStore
import Protocol
import Scheduling
import Transport

extension SweepDriver {
  typealias ConnectionGroup = ThrowingDiscardingTaskGroup<any Error>

  /// Takes in one event, whatever it is, and does what follows from it.
  func take(_ event: DriverEvent, in group: inout ConnectionGroup) async throws {
    switch event {
    case .tick:
      try await perform(handle(.tick), in: &group)
      watchConnections()
      try await commitWhenDue()
      report()
    case .stopRequested:
      listener.notice("Stopping: what runs is collected; press Ctrl-C again to leave at once.")
      try await perform(handle(.stop), in: &group)
    case .request(let request):
      try await take(request, in: &group)
    case .node(let name, let permit, let news) where permits[name] === permit:
      try await take(news, from: name, in: &group)
    case .node(_, _, .opened(let link)):
      link.close()
    case .node:
      break  // Nobody waits for this connection any more.
    }
  }

  private func take(
    _ news: NodeNews, from name: NodeName, in group: inout ConnectionGroup
  ) async throws {
    switch news {
    case .opened(let link):
      connections[name] = NodeState(link: link, heardSeconds: now, beatenSeconds: now)
    case .messages(let messages):
      connections[name]?.heardSeconds = now
      for message in messages { try await take(message, from: name, in: &group) }
      try await commitWhenDue()
    case .ended(let failure):
      try await onEnd(of: name, failure, in: &group)
    }
  }

  private func onEnd(
    of name: NodeName, _ failure: NodeFailure?, in group: inout ConnectionGroup
  ) async throws {
    let wasReady = connections.removeValue(forKey: name)?.attached != nil
    if let failure {
      // A machine that is off is tried again and again; it is said once.
      if wasReady || complaints[name] != failure.words {
        complaints[name] = failure.words
        listener.notice("Node \(name): \(failure.words)")
        try await catalog.appendEvent(
          .nodeLost, failure.words, sweep: sweep.id, node: name, atMicroseconds: microseconds)
      }
    } else if wasReady {
      listener.notice("Node \(name): the connection ended; connecting again.")
    }
    let isLasting = failure?.isLasting ?? false
    try await noteState(isLasting ? "refused" : "lost", of: name)
    try await perform(handle(isLasting ? .nodeRefused(name) : .nodeLost(name)), in: &group)
  }

  private func take(
    _ message: FromWorker, from name: NodeName, in group: inout ConnectionGroup
  ) async throws {
    switch message {
    case .attached(let attached):
      guard var state = connections[name], state.attached == nil else { return }
      state.attached = attached
      state.held = attached.held.map(\.trial)
      try await noteAttached(name, attached)
      state.sequence = try await knownNode(name)?.committedSequence ?? 0
      connections[name] = state
      try await becomeReadyWhenCollected(name, in: &group)
    case .record(let sequence, let result):
      guard let state = connections[name], let spool = state.attached?.spool,
        sequence > state.sequence
      else { return }
      connections[name]?.sequence = sequence
      let result = withKept(result, from: name)
      inbox.add(result, node: name, spool: spool, sequence: sequence, at: now)
      try await perform(schedulerActions(for: result, from: name), in: &group)
      try await becomeReadyWhenCollected(name, in: &group)
    case .part(let sequence, let part):
      guard let state = connections[name], state.attached != nil, sequence > state.sequence else {
        return
      }
      connections[name]?.sequence = sequence
      do throws(FrameError) {
        try connections[name]?.parts.add(part)
      } catch {
        listener.notice("Node \(name): \(error.message)")
      }
    case .retracted(let trials):
      let returned = trials.compactMap(assignment)
      // What another node holds is not this one's to give back.
      try await catalog.closeAttempts(
        returned.filter { scheduler.state.isHeld($0, by: name) }.map(\.attemptID), as: .returned,
        reason: "taken back",
        atMicroseconds: microseconds)
      try await perform(handle(.returned(name, returned)), in: &group)
    case .heartbeat(let number, let running):
      if let beat = connections[name]?.unansweredBeat, beat.number == number {
        connections[name]?.unansweredBeat = nil
        try await perform(handle(.latency(name, seconds: now - beat.seconds)), in: &group)
      }
      guard connections[name]?.running != running else { return }
      connections[name]?.running = running
      let assignments = running.compactMap(assignment)
      try await catalog.noteRunning(assignments.map(\.attemptID))
      try await perform(
        handle(.running(name, assignments, others: running.count - assignments.count)), in: &group)
    case .checkpoint(let part): take(part, from: name)
    case .refused(let reason):
      listener.notice("Node \(name) refused the connection: \(reason)")
      connections[name]?.link.close()
    }
  }

  /// Takes a part of a checkpoint of a trial that is in training.
  private func take(_ part: CheckpointPart, from name: NodeName) {
    do throws(FrameError) {
      guard let arrival = try connections[name]?.checkpoint.add(part) else { return }
      // Nodes speak for the trials that they train, and for no others.
      let isRunning = connections[name]?.running.contains { $0.key == arrival.key } ?? false
      if isRunning, knownTrials[arrival.key] != nil { shelf.put(arrival) }
    } catch {
      listener.notice("Node \(name): \(error.message)")
    }
  }

  /// A result with what came before it of what its trial keeps.
  ///
  /// Parts that make no sense cost no result: the trial is trained again for them.
  private func withKept(_ result: TrialResult, from name: NodeName) -> TrialResult {
    var result = result
    do throws(FrameError) {
      let trial = TrialAttempt(key: result.key, attempt: result.attempt)
      result.kept = try connections[name]?.parts.take(for: trial) ?? .none
    } catch {
      listener.notice("Node \(name): \(error.message)")
    }
    return result
  }

  private func noteAttached(_ name: NodeName, _ attached: Attached) async throws {
    try await catalog.upsert(
      NodeRecord(
        name: name, machine: attached.machine, release: attached.release,
        processors: attached.processors, slots: attached.slots,
        definition: nodes[name]?.definition, state: "attached", spool: attached.spool,
        lastSeenMicroseconds: microseconds))
    complaints[name] = nil
    readyNodes.insert(name)
    try await catalog.appendEvent(
      .nodeAttached, "holds \(attached.held.count) trials, next record \(attached.nextSequence)",
      sweep: sweep.id, node: name, atMicroseconds: microseconds)
  }

  /// Writes down what is believed of a node.
  func noteState(_ state: String, of name: NodeName) async throws {
    var node = try await knownNode(name) ?? NodeRecord(name: name)
    guard node.state != state else { return }
    node.state = state
    node.definition = nodes[name]?.definition
    try await catalog.upsert(node)
  }

  /// What the catalog knows of a node; `nil` when it never met it.
  func knownNode(_ name: NodeName) async throws -> NodeRecord? {
    try await catalog.nodes().first { $0.name == name }
  }

  /// Tells the scheduler of a node once everything in its spool has been taken in: what it does not
  /// hold then, it has forgotten.
  private func becomeReadyWhenCollected(
    _ name: NodeName, in group: inout ConnectionGroup
  ) async throws {
    guard let state = connections[name], let attached = state.attached, let held = state.held,
      state.sequence + 1 >= attached.nextSequence
    else { return }
    connections[name]?.held = nil
    try await perform(
      handle(
        .nodeReady(name, slots: Int(attached.slots), held: held.compactMap(assignment))), in: &group
    )
  }

  private func schedulerActions(for result: TrialResult, from name: NodeName) -> [SchedulerAction] {
    guard
      let assignment = assignment(TrialAttempt(key: result.key, attempt: result.attempt))
    else { return [] }  // A trial of another sweep: the catalog takes it all the same.
    if case .failed = result.outcome {
      return handle(.failed(name, assignment))
    }
    return handle(.finished(name, assignment, seconds: result.wallSeconds))
  }

  private func assignment(_ trial: TrialAttempt) -> Assignment? {
    knownTrials[trial.key].map { Assignment(trial: $0, attempt: trial.attempt) }
  }

  /// Sends heartbeats, and ends connections that are silent for too long.
  private func watchConnections() {
    for (name, state) in connections {
      if now - state.heardSeconds > Limits.silenceSecondsMax {
        listener.notice("Node \(name) is silent; connecting again.")
        state.link.close()
        connections[name]?.heardSeconds = now
      } else if now - state.beatenSeconds >= Limits.heartbeatSeconds {
        let number = state.beatCount + 1
        state.link.send(FrameEncoder.frame(ToWorker.heartbeat(number)))
        connections[name]?.beatCount = number
        connections[name]?.unansweredBeat = (number, now)
        connections[name]?.beatenSeconds = now
      }
    }
  }
}
