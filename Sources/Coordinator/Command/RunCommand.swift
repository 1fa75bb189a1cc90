import ArgumentParser
import CatalogStore
import Orchestration
import Planning
import Protocol
import Scheduling

/// Trains what a sweep file asks for and the catalog does not have.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train what is missing of a sweep.",
    discussion: """
      Ctrl-C once hands nothing out any more, collects what runs and exits with status 75; twice \
      leaves at once. Either way nothing is lost, and 'resume' goes on.
      """)

  @Argument(help: "The sweep file.")
  var sweepFile: String

  @OptionGroup var catalog: CatalogOption
  @OptionGroup var cluster: ClusterOption
  @OptionGroup var format: FormatOption

  func run() async throws {
    let cluster = try cluster.cluster()
    let plan = try await SweepReading.plan(file: sweepFile)
    // From here on a signal must not leave anything half done.
    let shutdown = Shutdown()
    let catalog = try await catalog.openToWrite()
    _ = try await catalog.register(
      plan, trials: plan.trials, studyDescriptionJSON: plan.study.json.text,
      atMicroseconds: WallClock.microseconds())
    try await SweepRunning(catalog: catalog, cluster: cluster, isJSON: format.isJSON)
      .drive(try await catalog.sweep(named: plan.name), shutdown: shutdown)
  }
}

/// Goes on with an interrupted sweep.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with an interrupted sweep, from the catalog alone.",
    discussion: """
      Without a name: the sweep that was run last and is not complete. Without --cluster: on the \
      machines that it was run on. Every machine that still holds trials of it is asked first.
      """)

  @Argument(help: "The sweep's name.")
  var name: String?

  @OptionGroup var catalog: CatalogOption
  @OptionGroup var cluster: ClusterOption
  @OptionGroup var format: FormatOption

  func run() async throws {
    let shutdown = Shutdown()
    // Looked for before anything is opened for writing: a wrong name or path creates nothing.
    let reader = try await catalog.openToRead()
    let wanted: SweepRecord?
    if let name {
      wanted = try await reader.sweep(named: name)
    } else {
      wanted = try await reader.latestUnfinishedSweep()
    }
    guard let sweep = wanted else {
      Output.say("Every sweep of \(reader.path) is complete.")
      return
    }
    if try await reader.isComplete(sweep.id) {
      let counts = try await reader.counts(of: sweep.id)
      try SweepEnd(sweep: sweep, counts: counts, reason: .complete).tell(asJSON: format.isJSON)
      return
    }
    await reader.close()
    for file in sweep.definition.files { try file.check() }
    let cluster = try cluster.cluster(of: sweep)
    let catalog = try await catalog.openToWrite()
    try await SweepRunning(catalog: catalog, cluster: cluster, isJSON: format.isJSON)
      .drive(sweep, shutdown: shutdown)
  }
}
