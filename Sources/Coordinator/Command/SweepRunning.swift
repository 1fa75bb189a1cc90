import CatalogStore
import Orchestration
import Planning
import Protocol
import Scheduling
import Transport

/// What `run` and `resume` share: drives a sweep, shows how it goes, and says how it ended.
struct SweepRunning {
  let catalog: Catalog
  let cluster: ClusterDefinition
  let isJSON: Bool

  func drive(_ sweep: SweepRecord, shutdown: Shutdown) async throws {
    var reason = EndReason.complete
    // A finished sweep needs no worker.
    if try await !catalog.isComplete(sweep.id) {
      reason = try await train(sweep, shutdown: shutdown)
    }
    let counts = try await catalog.counts(of: sweep.id)
    await catalog.close()
    try SweepEnd(sweep: sweep, counts: counts, reason: reason).tell(asJSON: isJSON)
  }

  /// Trains what is missing, or of that the chosen trials alone.
  /// - Returns: Why it ended.
  /// - Throws: ``OrchestrationError`` where no node could be used; the catalog is closed then.
  func train(
    _ sweep: SweepRecord, chosen: Set<TrialID>? = nil, shutdown: Shutdown
  ) async throws -> EndReason {
    let ending = try await ending(of: sweep, chosen: chosen, shutdown: shutdown)
    guard ending.reason != .noNode else {
      await catalog.close()
      throw OrchestrationError(
        .noNode, "No node could be used for sweep '\(sweep.definition.name)'.",
        remedy: "Mend what the lines above name, and run 'phasegrid resume' again.")
    }
    if !ending.absentNodes.isEmpty {
      let names = ending.absentNodes.keys.map(\.rawValue).sorted()
      Output.say(
        "Warning: \(names.count) of \(cluster.nodes.count) nodes could not be used: "
          + names.joined(separator: ", ") + ". 'phasegrid nodes' says why and what to do.")
    }
    return ending.reason
  }

  private func ending(
    of sweep: SweepRecord, chosen: Set<TrialID>?, shutdown: Shutdown
  ) async throws -> SweepEnding {
    let display = ProgressDisplay(isTerminal: Output.isTerminal)
    defer { display.finish() }
    try await catalog.setCluster(cluster, of: sweep.id)
    let access = ClusterAccess(program: try WorkerProgram.find()) { name, words in
      display.notice("Node \(name): \(words).")
    }
    let nodes = access.nodes(
      of: cluster, holders: try await catalog.nodesHoldingTrials(of: sweep.id),
      catalog: catalog.id, files: sweep.definition.files)
    var policy = SchedulerPolicy()
    policy.leaseSeconds = cluster.leaseSeconds
    let driver = SweepDriver(
      catalog: catalog, sweep: sweep, nodes: nodes, policy: policy, chosen: chosen,
      listener: display)
    let ending = try await driver.drive(stop: shutdown.requests)
    await access.close()
    return ending
  }
}
