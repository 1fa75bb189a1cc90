import CatalogStore
import Protocol
import Scheduling
import Transport

extension SweepDriver {
  /// Asks for something; it is done after what came before it.
  package nonisolated func request(_ request: SweepRequest) {
    eventSink.yield(.request(request))
  }

  /// Does what somebody asks for.
  func take(_ request: SweepRequest, in group: inout ConnectionGroup) async throws {
    switch request {
    case .pause:
      listener.notice("Paused: what runs is collected, nothing more is handed out.")
      try await perform(handle(.pause), in: &group)
    case .unpause:
      listener.notice("Trials are handed out again.")
      try await perform(handle(.unpause), in: &group)
    case .drain(let name):
      listener.notice("Node \(name) is drained: it ends what it trains and gets nothing more.")
      try await perform(handle(.drain(name)), in: &group)
    case .undrain(let name):
      listener.notice("Node \(name) gets trials again.")
      try await perform(handle(.undrain(name)), in: &group)
    case .remove(let name):
      listener.notice("Node \(name) is removed: it ends what it trains, then it is let go.")
      try await perform(handle(.remove(name)), in: &group)
    case .add(let node):
      let name = node.launcher.node
      listener.notice("Node \(name) is added.")
      nodes[name] = node
      try await perform(handle(.add(name, slots: node.knownSlots)), in: &group)
    case .cancel(let trials, let breaksOff):
      try await perform(handle(.cancel(trials, breaksOff: breaksOff)), in: &group)
    case .retry(let trials):
      try await perform(handle(.retry(try await retried(trials))), in: &group)
    }
  }

  /// Makes failed trials pending again.
  /// - Returns: They, and those asked for that were cancelled.
  private func retried(_ trials: Set<TrialID>?) async throws -> [Scheduling.PendingTrial] {
    let before = Set(try await catalog.pendingTrials(of: sweep.id).trials.map(\.id))
    try await catalog.retryFailed(of: sweep.id, trials: trials)
    let pending = try await catalog.pendingTrials(of: sweep.id).trials
    tally.recount(try await catalog.counts(of: sweep.id))
    return pending.filter { trials?.contains($0.id) ?? !before.contains($0.id) }.map(\.waiting)
  }
}
