import ArgumentParser
import CatalogStore
import Orchestration
import Planning
import Protocol
import Scheduling
import Synchronization

/// Says what a sweep would do.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Count cells and trials, what the catalog already holds, and the price.",
    discussion: """
      Changes nothing and creates nothing, unless --pilot asks for some trials to be trained. The \
      price is measured where the catalog has trials of the sweep, and else assumed, as it says.
      """)

  @Argument(help: "The sweep file.")
  var sweepFile: String

  @Option(
    name: .customLong("pilot"),
    help: ArgumentHelp(
      """
      Train so many of the missing trials first, cheap and dear ones from all over the grid, keep \
      them, and price the others by what they took.
      """, valueName: "count"))
  var pilot: Int?

  @OptionGroup var catalog: CatalogOption
  @OptionGroup var cluster: ClusterOption
  @OptionGroup var format: FormatOption

  func validate() throws {
    guard let pilot, pilot < 1 else { return }
    throw ValidationError("--pilot takes a number from 1, not \(pilot).")
  }

  func run() async throws {
    let cluster = try cluster.cluster()
    let plan = try await SweepReading.plan(file: sweepFile)
    if let pilot { try await train(pilot, of: plan, on: cluster) }
    let found = Mutex((cost: try CostEstimate(plan.study), sizes: TrialSizes(plan.study)))
    let counts = try await Catalog.preview(
      trials: plan.trials, keep: plan.keep, path: catalog.file
    ) { trial, state in
      found.withLock { found in
        switch state {
        case .missing:
          found.cost.add(trial.specification)
          found.sizes.add(trial.specification)
        case .trained(let cpuSeconds):
          if let cpuSeconds { found.cost.learn(trial.specification, cpuSeconds: cpuSeconds) }
        }
      }
    }
    let (cost, sizes) = found.withLock { $0 }
    let memory = try await TrialMemory.found(
      for: sizes, prices: cost, files: plan.files, keep: plan.keep)
    let slots = cluster.nodes.map { Int($0.slots ?? 1) }.reduce(0, +)
    let summary = PlanSummary(plan: plan, counts: counts, cost: cost, memory: memory, slots: slots)
    if format.isJSON {
      Output.json(summary.json)
    } else {
      Output.write(summary.text)
    }
  }

  /// Registers the sweep as `run` does and trains a few of its trials.
  private func train(_ count: Int, of plan: SweepPlan, on cluster: ClusterDefinition) async throws {
    // From here on a signal must not leave anything half done.
    let shutdown = Shutdown()
    let catalog = try await catalog.openToWrite()
    _ = try await catalog.register(
      plan, trials: plan.trials, studyDescriptionJSON: plan.study.json.text,
      atMicroseconds: WallClock.microseconds())
    let prices = try CostEstimate(plan.study)
    let missing = Mutex(PilotTrials())
    _ = try await catalog.preview(trials: plan.trials, keep: plan.keep) { trial, state in
      guard state == .missing else { return }
      let price = prices.price(of: trial.specification)
      missing.withLock { $0.add(trial.key, price: price) }
    }
    var chosen: Set<TrialID> = []
    for key in missing.withLock({ $0.spread(count) }) {
      chosen.insert(try await catalog.trial(keyPrefix: key.description))
    }
    if !chosen.isEmpty {
      let ending = try await SweepRunning(catalog: catalog, cluster: cluster, isJSON: false)
        .train(try await catalog.sweep(named: plan.name), chosen: chosen, shutdown: shutdown)
      await catalog.close()
      if ending == .stopped { throw ExitCode(ExitStatus.stopped.rawValue) }
    } else {
      await catalog.close()
    }
  }
}
