import ArgumentParser
import CatalogStore
import Orchestration
import Planning
import Protocol
import Synchronization

/// Says what a sweep would do.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Count cells and trials, what the catalog already holds, and the price.",
    discussion: "Changes nothing and creates nothing.")

  @Argument(help: "The sweep file.")
  var sweepFile: String

  @OptionGroup var catalog: CatalogOption
  @OptionGroup var cluster: ClusterOption
  @OptionGroup var format: FormatOption

  func run() async throws {
    let slots = try cluster.cluster().nodes.map { Int($0.slots ?? 1) }.reduce(0, +)
    let plan = try await SweepReading.plan(file: sweepFile)
    let missing = Mutex((cost: try CostEstimate(plan.study), sizes: TrialSizes(plan.study)))
    let counts = try await Catalog.preview(
      trials: plan.trials, keep: plan.keep, path: catalog.file
    ) { trial in
      missing.withLock { missing in
        missing.cost.add(trial.specification)
        missing.sizes.add(trial.specification)
      }
    }
    let (cost, sizes) = missing.withLock { $0 }
    let memory = try await TrialMemory.found(for: sizes, prices: cost, keep: plan.keep)
    let summary = PlanSummary(plan: plan, counts: counts, cost: cost, memory: memory, slots: slots)
    if format.isJSON {
      Output.json(summary.json)
    } else {
      Output.write(summary.text)
    }
  }
}
