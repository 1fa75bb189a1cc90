import CatalogStore
import Protocol
import Scheduling
import Transport

extension SweepDriver {
  /// Does what the scheduler decided, in its order.
  func perform(_ actions: [SchedulerAction], in group: inout ConnectionGroup) async throws {
    for action in actions {
      switch action {
      case .connect(let name, let pause):
        try await connect(name, afterSeconds: pause, in: &group)
      case .reconnect(let name):
        permits.removeValue(forKey: name)?.withdraw()
        connections.removeValue(forKey: name)?.link.close()
        try await connect(name, afterSeconds: 0, in: &group)
      case .disconnect(let name):
        try await disconnect(name, in: &group)
      case .assign(let name, let assignments), .assignCopies(let name, let assignments):
        try await assign(assignments, to: name)
      case .assignAgain(let name, let assignments):
        try await send(assignments, to: name)
      case .retract(let name, let assignments), .breakOff(let name, let assignments):
        // No message breaks a training off: what a slot has ends by itself.
        retract(assignments, from: name)
      case .giveUp(let name, let assignments, let reason):
        try await catalog.closeAttempts(
          assignments.map(\.attemptID), as: .lost, reason: reason.rawValue,
          atMicroseconds: microseconds)
        listener.notice("Node \(name): \(assignments.count) trials given up, \(reason.rawValue).")
      case .setAside(let trial):
        inbox.setAside.insert(trial)
      case .setAsideUnanswered(let trial, let deaths):
        try await setAside(
          [trial], "The worker was gone \(deaths) times while it trained this trial.")
      case .end(let reason):
        try await commit()
        ending = reason
      }
    }
  }

  private func connect(
    _ name: NodeName, afterSeconds pause: Double, in group: inout ConnectionGroup
  ) async throws {
    guard let node = nodes[name] else { return }
    // What waits for its commit is counted as not committed: it would come twice otherwise.
    try await commit()
    let known = try await knownNode(name)
    let permit = ConnectionPermit()
    permits[name] = permit
    let connection = NodeConnection(
      launcher: node.launcher,
      greeting: Attach(
        catalog: catalog.id, spool: known?.spool, committed: known?.committedSequence ?? 0,
        slots: node.slots, nice: node.nice, loadLimit: node.loadLimit,
        leaseSeconds: leaseSeconds),
      permit: permit)
    let sink = eventSink
    group.addTask {
      await connection.follow(afterSeconds: pause) { sink.yield(.node(name, permit, $0)) }
    }
  }

  /// Lets a node go that was removed and holds nothing.
  private func disconnect(_ name: NodeName, in group: inout ConnectionGroup) async throws {
    // What has come is acknowledged: a worker keeps nothing then, and ends.
    try await commit()
    permits.removeValue(forKey: name)?.withdraw()
    guard let state = connections.removeValue(forKey: name) else { return }
    state.link.send(FrameEncoder.frame(ToWorker.release))
    try await noteState("released", of: name)
    group.addTask {
      // A cancelled wait ends the connection at once.
      try? await Task.sleep(for: .seconds(2))
      state.link.close()
    }
  }

  /// Writes the attempts down, then hands them out: a number that was used is never used again.
  private func assign(_ assignments: [Assignment], to name: NodeName) async throws {
    try await commit()
    try await catalog.assign(
      assignments.map(\.attemptID), to: name, atMicroseconds: microseconds)
    try await send(assignments, to: name)
  }

  private func send(_ assignments: [Assignment], to name: NodeName) async throws {
    var attempts: [TrialID: AttemptNumber] = [:]
    for assignment in assignments { attempts[assignment.trial] = assignment.attempt }
    let records = try await catalog.specifications(of: assignments.map(\.trial))
    let entries = records.compactMap { record in
      attempts[record.id].map {
        ShardBuilder.Entry(key: record.key, attempt: $0, specification: record.specification)
      }
    }
    for record in records { knownTrials.insert(record.id, record.key) }
    for record in records {
      for part in shelf.parts(of: record.key) {
        connections[name]?.link.send(FrameEncoder.frame(ToWorker.checkpoint(part)))
      }
    }
    let definition = sweep.definition
    for shard in ShardBuilder.shards(
      of: entries, limits: definition.limits, keep: definition.keep)
    {
      connections[name]?.link.send(FrameEncoder.frame(ToWorker.assign(shard)))
    }
  }

  private func retract(_ assignments: [Assignment], from name: NodeName) {
    let trials = assignments.compactMap { assignment in
      knownTrials[assignment.trial].map { TrialAttempt(key: $0, attempt: assignment.attempt) }
    }
    guard !trials.isEmpty else { return }
    connections[name]?.link.send(FrameEncoder.frame(ToWorker.retract(trials)))
  }

  /// Lets workers go that have nothing left to do, and waits a moment for them to leave.
  func partFromWorkers() async throws {
    for (name, state) in connections {
      state.link.send(FrameEncoder.frame(ToWorker.release))
      try await noteState("released", of: name)
    }
    guard !connections.isEmpty else { return }
    let deadline = now + 2
    // Ticks come all the time: this ends at the deadline at the latest.
    for await event in events {
      if case .node(let name, let permit, .ended) = event, permits[name] === permit {
        connections[name] = nil
      }
      if connections.isEmpty || now > deadline { break }
    }
    for state in connections.values { state.link.close() }
  }
}
