import ArgumentParser
import CatalogStore
import Orchestration
import Protocol

/// Takes over what another catalog holds.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over the results and sweeps of another catalog: the union by trial key.",
    discussion: """
      A result that is here too is compared bit by bit; a difference is a determinism fault, and the \
      result that was here stays: exit status 1. Failed trials stay where they are. To import a \
      catalog twice changes nothing.
      """)

  @Argument(help: "The other catalog's file; nothing of it is changed.")
  var file: String

  @Argument(help: "The names of its sweeps to take over (default: everything).")
  var names: [String] = []

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption
  @OptionGroup var format: FormatOption

  func validate() throws { try UnionSelection.validate(names, selection) }

  func run() async throws {
    let source = try await Catalog.open(path: file, access: .reader)
    let selection = try await UnionSelection(names, selection, in: source)
    let catalog = try await catalog.openToWrite()
    let display = UnionProgress(word: "looked at")
    let counts = try await catalog.takeOver(
      from: source, sweeps: selection.sweeps, wanted: selection.wanted,
      atMicroseconds: WallClock.microseconds(), progress: display.show)
    await catalog.close()
    display.finish()
    if format.isJSON { Output.json(counts.json) }
    Output.say(
      "Took over \(counts.added) results and \(counts.sweeps) sweeps of \(file); "
        + "\(counts.agreed) results were here already.")
    for name in counts.otherGrids {
      Output.say(
        "Sweep '\(name)' is here with another grid: its results were taken over, its grid was not.")
    }
    if let warning = counts.misnamedWarning { Output.say(warning) }
    guard counts.contradicted == 0 else {
      Output.say(
        "\(counts.contradicted) results differ from those that are here, which stay: a study is not "
          + "deterministic, or a machine computes wrongly. 'phasegrid why TRIAL' tells of each.")
      throw ExitCode(ExitStatus.someFailed.rawValue)
    }
  }
}
