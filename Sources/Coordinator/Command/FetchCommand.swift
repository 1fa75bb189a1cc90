import ArgumentParser
import CatalogStore
import Protocol

/// Writes what is kept of trials into a folder.
struct FetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Write kept parameters, curves and matrices into a new folder.",
    discussion: """
      Parameters are safetensors files; curves, vectors and matrices are csv files; manifest.csv has \
      a line a file with trial, axes and replicate. What is kept is said by 'keep' in the sweep file.
      """)

  @Argument(help: "The sweep's name.")
  var name: String

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The folder, which must not exist yet.", valueName: "folder"))
  var output: String

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption

  func run() async throws {
    let condition = try selection.expression()
    let catalog = try await catalog.openToRead()
    let sweep = try await catalog.sweep(named: name)
    let summary = try await KeptFolder(of: sweep, in: catalog).write(to: output, where: condition)
    var words =
      "Wrote \(summary.files) files (\(Numeral.memory(UInt64(summary.bytes)))) of"
      + " \(summary.trials) trials and manifest.csv to \(output)."
    if summary.trialsWithout > 0 {
      words += " Nothing is kept of \(summary.trialsWithout) trials."
    }
    Output.say(words)
  }
}
