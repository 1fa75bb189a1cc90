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
    var ending: SweepEnding?
    // A finished sweep needs no worker.
    if try await !catalog.isComplete(sweep.id) {
      ending = try await train(sweep, shutdown: shutdown)
    }
    let counts = try await catalog.counts(of: sweep.id)
    await catalog.close()
    guard ending?.reason != .noNode else {
      throw OrchestrationError(
        .noNode, "No node could be used for sweep '\(sweep.definition.name)'.",
        remedy: "Mend what the lines above name, and run 'phasegrid resume' again.")
    }
    if let absent = ending?.absentNodes, !absent.isEmpty {
      let names = absent.keys.map(\.rawValue).sorted().joined(separator: ", ")
      Output.say(
        "Warning: \(absent.count) of \(cluster.nodes.count) nodes could not be used: \(names)."
          + " 'phasegrid nodes' says why and what to do.")
    }
    try SweepEnd(sweep: sweep, counts: counts, reason: ending?.reason ?? .complete)
      .tell(asJSON: isJSON)
  }

  private func train(_ sweep: SweepRecord, shutdown: Shutdown) async throws -> SweepEnding {
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
      catalog: catalog, sweep: sweep, nodes: nodes, policy: policy, listener: display)
    let ending = try await driver.drive(stop: shutdown.requests)
    await access.close()
    return ending
  }
}
