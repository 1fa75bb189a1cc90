import Glibc
package import CatalogStore
package import Planning
package import Protocol

/// The curve of one trial on its way into a picture.
package struct CurveEntry: Sendable {
  /// The trial in its cell.
  package var row: ResultRow
  /// The training steps, or the places of a vector's numbers, ascending.
  package var steps: [Double]
  /// The numbers.
  package var values: [Double]

  /// Pairs a trial with its curve.
  package init(row: ResultRow, steps: [Double], values: [Double]) {
    self.row = row
    self.steps = steps
    self.values = values
  }
}

/// The numbers behind a diagram of curves: a line a trial, panels over two axes, colours over a third.
package struct CurveData: Sendable {
  /// The line of one trial.
  struct Line: Sendable {
    var entry: CurveEntry
    /// Its place among the colours; `nil` where all lines look the same.
    var color: Int?
  }

  /// One panel.
  struct Panel: Sendable {
    var title: String
    var lines: [Line]
  }

  /// What stands above the picture.
  package let title: String
  /// The study's name.
  package let study: String
  /// The curve's name.
  package let curve: String
  /// The steps.
  package let x: HeatmapAxis
  /// The numbers.
  package let y: HeatmapAxis
  /// What the colours mean; `nil` where all lines look the same.
  package let color: PanelAxis?
  let panels: [Panel]
  let columnCount: Int
  /// What else the reader must know.
  package let remarks: [String]
  private let axes: [Axis]

  /// The sweep's axes, by name.
  var axisNames: [String] { axes.map(\.name) }

  /// The most lines of a picture.
  static let lineCountMax = 5_000
  /// From this ratio of the greatest to the least number on, a curve of numbers above zero is drawn
  /// over a logarithmic axis.
  static let logarithmicRatio = 30.0

  /// Sorts curves into panels.
  /// - Parameters:
  ///   - entries: The curves in grid order.
  ///   - description: What the curve is called and means; its kind says whether it is over steps.
  ///   - axes: The sweep's axes.
  ///   - request: How panels and colours are made.
  ///   - study: Labels.
  ///   - missing: How many of the chosen trials have no such curve.
  /// - Throws: `diagram.no-cells`, `diagram.unknown-axis`, `diagram.request`,
  ///   `diagram.unreduced-axis`.
  package init(
    _ entries: [CurveEntry], of description: MeasureDescription, axes: [Axis],
    request: PanelRequest, study: StudyDescription, missing: Int = 0
  ) throws(DiagramError) {
    guard !entries.isEmpty else {
      throw .nothingKept("curve '\(description.name)'")
    }
    guard entries.count <= CurveData.lineCountMax else {
      throw DiagramError(
        .request, "a diagram would have \(entries.count) curves; at most \(Self.lineCountMax)",
        remedy: "Choose some trials with --where.")
    }
    let plan = try PanelPlan(
      entries.map(\.row), axes: axes, request: request, study: study, hasColor: true)
    panels = plan.places.map { place in
      Panel(
        title: plan.title(place),
        lines: entries.filter { plan.holds($0.row, place) }.map { entry in
          Line(
            entry: entry,
            color: plan.color.flatMap { $0.values.firstIndex(of: entry.row.values[$0.index]) })
        })
    }
    columnCount = plan.columnCount
    color = plan.color
    title = request.title.isEmpty ? study.title : request.title
    self.study = study.name
    curve = description.name
    self.axes = axes
    let isVector = description.kind == .vector
    x = HeatmapAxis(
      label: isVector ? "index" : "training step", spacing: .linear,
      range: CurveData.range(of: entries.flatMap(\.steps), padding: 0))
    let numbers = entries.flatMap(\.values).filter {
      $0.isFinite && abs($0) <= HeatmapData.magnitudeMax
    }
    let least = numbers.min() ?? 0
    let isLogarithmic =
      least > 1 / HeatmapData.magnitudeMax && (numbers.max() ?? 0) >= Self.logarithmicRatio * least
    y = HeatmapAxis(
      label: description.label.isEmpty ? description.name : description.label,
      unit: description.unit, spacing: isLogarithmic ? .logarithmic : .linear,
      range: isLogarithmic
        ? CurveData.factors(of: numbers) : CurveData.range(of: numbers, padding: 0.04))
    let counts = Dictionary(grouping: entries) { $0.row.cell }.values.map(\.count)
    let replicates = counts.max() ?? 1
    remarks =
      plan.remarks + [replicates == 1 ? "1 replicate" : "\(replicates) replicates, a line each"]
      + (missing == 0 ? [] : ["\(missing) trials without this curve"])
  }

  private static func range(of numbers: [Double], padding: Double) -> ClosedRange<Double> {
    let (least, greatest) = (numbers.min() ?? 0, numbers.max() ?? 1)
    let span = greatest - least
    guard span > 1e-12 * abs(greatest) else {
      let reach = least == 0 ? 1 : abs(least) / 10
      return least - (padding > 0 ? reach : 0)...greatest + reach
    }
    return least - padding * span...greatest + padding * span
  }

  /// A twenty-fifth of the decades is left free below and above.
  private static func factors(of numbers: [Double]) -> ClosedRange<Double> {
    let (least, greatest) = (numbers.min() ?? 1, numbers.max() ?? 10)
    let factor = pow(greatest / least, 0.04)
    return least / factor...greatest * factor
  }

  /// The numbers as comma-separated values: one row a point, trials in grid order.
  func table() -> String {
    var text = CSVLine.text(axes.map(\.name) + ["replicate", "step", curve])
    for line in panels.flatMap(\.lines) {
      let cell =
        line.entry.row.values.map(\.canonicalText) + ["\(line.entry.row.replicate)"]
      for (step, value) in zip(line.entry.steps, line.entry.values) {
        text += CSVLine.text(
          cell + [String(Int64(exactly: step) ?? 0), value.isNaN ? "" : String(value)])
      }
    }
    return text
  }
}

extension DiagramError {
  static func nothingKept(_ what: String) -> DiagramError {
    DiagramError(
      .noCells, "no chosen trial has the \(what)",
      remedy: "Ask for it with 'keep' in the sweep file and run it, or choose other trials.")
  }
}
