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

      With --curve, a line a trial: -x and -y name the axes of panels side by side and above each \
      other, -c the axis that colours the lines. With --matrix, a panel a cell, on one scale of \
      colours, of the first replicate. Axes that nobody names are used in their order; --where \
      chooses among trials.
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

  @Option(help: "Draw a curve over the training steps: loss, or a curve or vector of the study.")
  var curve: String?

  @Option(help: "Draw a matrix that was kept, for instance cosineW.")
  var matrix: String?

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

  @Option(help: "Which of the sweep file's diagrams, from 1 (default: 1).")
  var number: Int?

  @OptionGroup var selection: SelectionOption
  @OptionGroup var catalog: CatalogOption

  func validate() throws {
    guard curve != nil || matrix != nil else { return }
    guard curve == nil || matrix == nil else {
      throw ValidationError("--curve and --matrix are two diagrams; ask for one of them.")
    }
    let others: [(name: String, isGiven: Bool)] = [
      ("--fix", !fix.isEmpty), ("--reduce", !reduce.isEmpty), ("--replicates", replicates != nil),
      ("--contour", contour != nil), ("--number", number != nil),
      ("-c", color.count > (curve == nil ? 0 : 1)),
    ]
    if let other = others.first(where: \.isGiven) {
      throw ValidationError(
        "\(other.name) does not go with \(curve == nil ? "--matrix" : "--curve"); choose trials with"
          + " --where.")
    }
  }

  func run() async throws {
    // A wrong name is refused before anything is read.
    _ = try DiagramFile.format(of: output)
    let catalog = try await catalog.openToRead()
    let sweep = try await catalog.sweep(named: name)
    let plan = try sweep.plan()
    let file = String(catalog.path.split(separator: "/").last ?? "")
    let provenance = DiagramProvenance(
      sweep: sweep.definition.name, catalog: file, version: Release.number)
    let diagram: any Diagram
    if curve == nil, matrix == nil {
      diagram = try await heatmap(catalog, sweep, plan, provenance)
    } else {
      let drawing = KeptDrawing(
        catalog: catalog, sweep: sweep, plan: plan,
        request: PanelRequest(
          columns: horizontal, rows: vertical, color: color.first, title: title ?? ""),
        condition: try selection.expression(), provenance: provenance)
      diagram =
        if let matrix { try await drawing.matrix(matrix) } else {
          try await drawing.curve(curve ?? "")
        }
    }
    try await DiagramFile.write(diagram, to: output)
    Output.say("Wrote \(output).")
  }

  private func heatmap(
    _ catalog: Catalog, _ sweep: SweepRecord, _ plan: SweepPlan, _ provenance: DiagramProvenance
  ) async throws -> HeatmapDiagram {
    let table = try await catalog.results(of: sweep, where: try selection.expression())
    let index = (number ?? 1) - 1
    var request = try DiagramRequest(
      words: DiagramWords(
        x: horizontal, y: vertical, color: color, fix: fix, reduce: reduce,
        replicates: replicates, title: title),
      basedOn: plan.diagrams.indices.contains(index) ? plan.diagrams[index] : nil,
      axes: plan.axes, study: plan.study)
    if let contour { request.contour = DiagramRequest.Contour(level: contour) }
    let data = try HeatmapData(
      table: table, request: request, study: plan.study, limits: request.range
    ).naming(plan.files)
    return HeatmapDiagram(data, provenance: provenance)
  }
}
