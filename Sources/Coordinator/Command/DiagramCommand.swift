import ArgumentParser
import CatalogStore
import Diagrams
import Orchestration
import Planning
import Protocol

/// Draws a sweep's diagram.
struct DiagramCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagram",
    abstract: "Draw a heat map of a measure over two axes, or write the numbers behind it.",
    discussion: """
      Without -x, -y and -c: the first diagram of the sweep file. Missing cells are hatched, never \
      filled in.
      """)

  @Argument(help: "The sweep's name.")
  var name: String

  @Option(name: [.customShort("o"), .long], help: "The file: .svg, .png, .pdf or .csv.")
  var output: String

  @Option(name: .customShort("x"), help: "The axis to the right.")
  var horizontal: String?

  @Option(name: .customShort("y"), help: "The axis upwards.")
  var vertical: String?

  @Option(
    name: .customShort("c"), help: "The measure that colours the cells; again for a panel more.")
  var color: [String] = []

  @Option(help: "Hold an axis at one value: NAME=VALUE.")
  var fix: [String] = []

  @Option(help: "Remove an axis, in order: NAME:mean, :max, :slope, :logLogSlope, :at:VALUE ...")
  var reduce: [String] = []

  @Option(help: "How replicates become one number: mean, median, min or max.")
  var replicates: String?

  @Option(help: "The title.")
  var title: String?

  @Option(help: "Draw the line at this level of the colour's measure.")
  var contour: Double?

  @Option(help: "Which of the sweep file's diagrams, from 1.")
  var number = 1

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption

  func run() async throws {
    // A wrong name is refused before anything is read.
    _ = try DiagramFile.format(of: output)
    let catalog = try await catalog.openToRead()
    let sweep = try await catalog.sweep(named: name)
    let plan = try sweep.plan()
    let table = try await catalog.results(of: sweep, where: try selection.expression())
    var request = try DiagramRequest(
      words: DiagramWords(
        x: horizontal, y: vertical, color: color, fix: fix, reduce: reduce,
        replicates: replicates, title: title),
      basedOn: plan.diagrams.indices.contains(number - 1) ? plan.diagrams[number - 1] : nil,
      axes: plan.axes, study: plan.study)
    if let contour { request.contour = DiagramRequest.Contour(level: contour) }
    let data = try HeatmapData(
      table: table, request: request, study: plan.study, limits: request.range
    ).naming(plan.files)
    let file = String(catalog.path.split(separator: "/").last ?? "")
    let diagram = HeatmapDiagram(
      data,
      provenance: DiagramProvenance(
        sweep: sweep.definition.name, catalog: file, version: Release.number))
    try await DiagramFile.write(diagram, to: output)
    Output.say("Wrote \(output).")
  }
}
