import ArgumentParser
import CatalogStore
import Orchestration
import Protocol

/// Writes sweeps with their results into a new catalog.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write sweeps with their results into a new catalog, for a colleague.",
    discussion: """
      The new file has everything that a diagram or 'check' needs, and nothing of the machines that \
      were used but their names. 'import' takes it over into another catalog.
      """)

  @Argument(help: "The sweeps' names (default: everything).")
  var names: [String] = []

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The file, which must not exist yet.", valueName: "file"))
  var output: String

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption
  @OptionGroup var format: FormatOption

  func validate() throws { try UnionSelection.validate(names, selection) }

  func run() async throws {
    let catalog = try await catalog.openToRead()
    let selection = try await UnionSelection(names, selection, in: catalog)
    let display = UnionProgress(word: "written")
    let counts = try await catalog.export(
      to: output, sweeps: selection.sweeps, wanted: selection.wanted,
      atMicroseconds: WallClock.microseconds(), progress: display.show)
    display.finish()
    if format.isJSON { Output.json(counts.json) }
    Output.say("Wrote \(counts.added) results and \(counts.sweeps) sweeps to \(output).")
    if let warning = counts.misnamedWarning { Output.say(warning) }
  }
}
