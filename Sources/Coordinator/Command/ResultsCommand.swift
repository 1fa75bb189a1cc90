import ArgumentParser
import CatalogStore
import Glibc
import Protocol

/// Writes the results of a sweep.
struct ResultsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Write one row a trial: axes, replicate, outcome, measures, in grid order.",
    discussion: "The same results give the same bytes, whatever trained them and when.")

  @Argument(help: "The sweep's name.")
  var name: String

  @Option(name: .customLong("format"), help: "table, csv or json.")
  var format: ResultFormat = .table

  @Flag(help: "The same as --format json.")
  var json = false

  @Flag(help: "Add node, attempt, times, kernels and releases.")
  var provenance = false

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption

  func run() async throws {
    let catalog = try await catalog.openToRead()
    let sweep = try await catalog.sweep(named: name)
    try await catalog.writeResults(
      of: sweep, where: try selection.expression(), format: json ? .json : format,
      provenance: provenance
    ) { Output.write(bytes: $0) }
  }
}

extension ResultFormat: ExpressibleByArgument {}
