import ArgumentParser
import CatalogStore
import Orchestration
import Protocol

/// Says how sweeps stand.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how sweeps stand: waiting, running, completed, diverged, failed; nodes.",
    discussion: "Reads the catalog only; it may be asked while a sweep runs.")

  @Argument(help: "The sweep's name (default: all).")
  var name: String?

  @Flag(help: "Show it again each second until interrupted.")
  var watch = false

  @OptionGroup var catalog: CatalogOption
  @OptionGroup var format: FormatOption

  func run() async throws {
    let catalog = try await catalog.openToRead()
    while true {
      let answer = try await answer(catalog)
      if watch, Output.isTerminal { Output.write("\u{1b}[H\u{1b}[2J") }
      Output.write(answer)
      guard watch else { return }
      try await Task.sleep(for: .seconds(1))
    }
  }

  private func answer(_ catalog: Catalog) async throws -> String {
    let sweeps: [SweepRecord]
    if let name {
      sweeps = [try await catalog.sweep(named: name)]
    } else {
      sweeps = try await catalog.sweeps()
    }
    var counted: [(sweep: SweepRecord, counts: SweepCounts)] = []
    for sweep in sweeps { counted.append((sweep, try await catalog.counts(of: sweep.id))) }
    let window = 30.0
    let page = StatusPage(
      sweeps: counted, nodes: try await catalog.nodes(),
      activity: try await catalog.activity(
        sinceMicroseconds: WallClock.microseconds() - Int64(window * 1e6)),
      windowSeconds: window)
    return format.isJSON ? page.json.indentedText + "\n" : page.text
  }
}
