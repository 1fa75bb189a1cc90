import ArgumentParser
import CatalogStore
import Orchestration
import Protocol

/// Holds a study's statements against results.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Test what a publication claims on the results of sweeps together.",
    discussion:
      "Exit status 1 when a statement fails; one that the grid does not cover is no failure.")

  @Argument(help: "The sweeps' names.")
  var names: [String] = []

  @Option(name: .customLong("study"), help: "All sweeps of this study.")
  var study: String?

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption
  @OptionGroup var format: FormatOption

  func validate() throws {
    guard names.isEmpty == (study != nil) else {
      throw ValidationError("Name sweeps, or a study with --study.")
    }
  }

  func run() async throws {
    let catalog = try await catalog.openToRead()
    var sweeps: [SweepRecord] = []
    if let study {
      sweeps = try await catalog.sweeps().filter { $0.definition.study == study }
      guard !sweeps.isEmpty else {
        throw ValidationError("The catalog has no sweep of study '\(study)'.")
      }
    }
    for name in names { sweeps.append(try await catalog.sweep(named: name)) }
    let verdicts = try await StatementCheck.verdicts(
      on: sweeps, in: catalog, where: try selection.expression())
    if format.isJSON {
      Output.json(.array(verdicts.map(\.json)))
    } else {
      for verdict in verdicts {
        Output.line("\(verdict.name)  \(verdict.verdict.rawValue): \(verdict.claim)")
        Output.line("    \(verdict.evidence)")
      }
    }
    if verdicts.contains(where: { $0.verdict == .fails }) {
      throw ExitCode(ExitStatus.someFailed.rawValue)
    }
  }
}
