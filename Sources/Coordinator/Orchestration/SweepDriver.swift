package import CatalogStore
package import Protocol
package import Scheduling
import Transport

/// What the driver waits for.
enum DriverEvent: Sendable {
  /// Time passed.
  case tick
  /// Somebody asked to stop.
  case stopRequested
  /// Somebody asked for something else.
  case request(SweepRequest)
  /// A connection has something to tell; nobody listens to one whose permit was withdrawn.
  case node(NodeName, ConnectionPermit, NodeNews)
}

/// How the driving of a sweep ended.
package struct SweepEnding: Hashable, Sendable {
  /// Why it ended.
  package var reason: EndReason
  /// How far the sweep is.
  package var progress: Progress
  /// The nodes that were to train and never came, with what kept them away.
  package var absentNodes: [NodeName: String]
}

/// Drives one sweep to its end: feeds the scheduler with what happens and does what it decides.
///
/// The one owner of the scheduler and of what is known of each node. Results are collected for a
/// moment, committed to the catalog in one transaction, and only then acknowledged to their workers.
package actor SweepDriver {
  let catalog: Catalog
  let sweep: SweepRecord
  var nodes: [NodeName: SweepNode]
  let listener: any ProgressListener
  /// The trials that are handed out; `nil` for all.
  let chosen: Set<TrialID>?
  let leaseSeconds: UInt32
  let clock = ContinuousClock()
  let began: ContinuousClock.Instant

  var scheduler: Scheduler
  var connections: [NodeName: NodeState] = [:]
  /// The connections that there are or will be after a pause.
  var permits: [NodeName: ConnectionPermit] = [:]
  /// The trials that workers may answer for.
  var knownTrials = KnownTrials()
  /// What kept a node away when it was last tried; said once, not at every try.
  var complaints: [NodeName: String] = [:]
  /// The nodes that were ready at some time.
  var readyNodes: Set<NodeName> = []
  var inbox = ResultInbox()
  /// What trials go on from whose node is lost.
  var shelf: CheckpointShelf
  var tally = Tally()
  var ending: EndReason?

  let events: AsyncStream<DriverEvent>
  let eventSink: AsyncStream<DriverEvent>.Continuation

  /// What a driver needs to begin.
  /// - Parameters:
  ///   - catalog: The catalog, open for writing, its lock held.
  ///   - sweep: The sweep, registered.
  ///   - nodes: The nodes that it may use.
  ///   - policy: The numbers that the scheduler decides by.
  ///   - chosen: The trials that are handed out, beside those that workers hold; `nil` for all.
  ///   - listener: Who is told how it goes.
  package init(
    catalog: Catalog, sweep: SweepRecord, nodes: [SweepNode],
    policy: SchedulerPolicy = SchedulerPolicy(), chosen: Set<TrialID>? = nil,
    listener: any ProgressListener
  ) {
    self.catalog = catalog
    shelf = CheckpointShelf(beside: catalog.path)
    self.sweep = sweep
    self.nodes = Dictionary(nodes.map { ($0.launcher.node, $0) }, uniquingKeysWith: { $1 })
    self.listener = listener
    self.chosen = chosen
    leaseSeconds = UInt32(min(max(policy.silenceSecondsMax, 1), 1e9))
    scheduler = Scheduler(policy: policy)
    began = clock.now
    (events, eventSink) = AsyncStream.makeStream()
  }

  /// Trains what is missing; returns when nothing is left to do or `stop` says so.
  /// - Parameter stop: One element asks to hand nothing out any more and to collect what runs.
  /// - Returns: Why it ended, and how far the sweep is.
  /// - Throws: ``CatalogError`` when results cannot be stored; the workers keep them.
  package func drive(stop: AsyncStream<Void>) async throws -> SweepEnding {
    let first = try await beginning()
    try await withThrowingDiscardingTaskGroup { group in
      let sink = eventSink
      group.addTask {
        for await _ in stop { sink.yield(.stopRequested) }
      }
      group.addTask {
        // Ends when the group is cancelled.
        while (try? await Task.sleep(for: .milliseconds(50))) != nil { sink.yield(.tick) }
      }
      try await perform(handle(first), in: &group)
      for await event in events {
        try await take(event, in: &group)
        if ending != nil { break }
      }
      try await partFromWorkers()
      group.cancelAll()
    }
    shelf.clear()
    report()
    let absent = complaints.filter { !readyNodes.contains($0.key) && nodes[$0.key]?.trains == true }
    return SweepEnding(
      reason: ending ?? .stopped, progress: currentProgress(), absentNodes: absent)
  }

  /// Everything that the catalog knows, as the scheduler's first event.
  private func beginning() async throws -> SchedulerEvent {
    tally = Tally(try await catalog.counts(of: sweep.id))
    let pending = try await catalog.pendingTrials(of: sweep.id)
    let openAttempts = Dictionary(grouping: pending.open, by: \.id.trial)
    var waiting: [Scheduling.PendingTrial] = []
    var recalled: [NodeName: [Scheduling.PendingTrial]] = [:]
    for trial in pending.trials {
      let held = (openAttempts[trial.id] ?? []).filter { nodes[$0.node] != nil }
      for open in held {
        knownTrials.insert(trial.id, open.key)
        recalled[open.node, default: []].append(
          Scheduling.PendingTrial(
            trial: trial.id, attempts: trial.lastAttempt, failures: trial.failedAttempts,
            hasBegun: open.isRunning, held: open.id.number))
      }
      if held.isEmpty, chosen?.contains(trial.id) ?? true { waiting.append(trial.waiting) }
    }
    return .begin(nodes: nodes.mapValues(\.knownSlots), waiting: waiting, recalled: recalled)
  }

  /// Seconds since the driver was made, on a clock that never goes back.
  var now: Double {
    let passed = began.duration(to: clock.now).components
    return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
  }

  /// The time as the catalog keeps it, in microseconds since 1970.
  var microseconds: Int64 { WallClock.microseconds() }

  func handle(_ event: SchedulerEvent) -> [SchedulerAction] {
    let actions = scheduler.handle(event, at: now)
    assert(
      !scheduler.state.isSmall || scheduler.state.brokenInvariant == nil,
      scheduler.state.brokenInvariant ?? "no fault is left")
    return actions
  }
}

extension CatalogStore.PendingTrial {
  /// The trial as the scheduler knows one that nobody holds.
  var waiting: Scheduling.PendingTrial {
    Scheduling.PendingTrial(trial: id, attempts: lastAttempt, failures: failedAttempts)
  }
}

extension Assignment {
  /// The attempt as the catalog names it.
  var attemptID: AttemptID { AttemptID(trial: trial, number: attempt) }
}
