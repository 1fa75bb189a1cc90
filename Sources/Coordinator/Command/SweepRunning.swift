import CatalogStore
import Orchestration
import Protocol
import Scheduling

/// What `run` and `resume` share: drives a sweep, shows how it goes, and says how it ended.
struct SweepRunning {
  let catalog: Catalog
  let slots: Int
  let isJSON: Bool

  func drive(_ sweep: SweepRecord, shutdown: Shutdown) async throws {
    var reason = EndReason.complete
    // A finished sweep needs no worker.
    if try await !catalog.isComplete(sweep.id) {
      let display = ProgressDisplay(isTerminal: Output.isTerminal)
      let driver = SweepDriver(
        catalog: catalog, sweep: sweep,
        nodes: [try LocalNode.make(catalog: catalog.id, slots: slots)], listener: display)
      defer { display.finish() }
      reason = try await driver.drive(stop: shutdown.requests).reason
    }
    let counts = try await catalog.counts(of: sweep.id)
    await catalog.close()
    guard reason != .noNode else {
      throw OrchestrationError(
        .noNode, "No node could be used for sweep '\(sweep.definition.name)'.",
        remedy: "Mend what the lines above name, and run 'phasegrid resume' again.")
    }
    try SweepEnd(sweep: sweep, counts: counts, reason: reason).tell(asJSON: isJSON)
  }
}
