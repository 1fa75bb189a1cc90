import CatalogStore
import Protocol

/// Curves over training steps: their numbers and how they are drawn.
///
/// ```swift
/// let data = try CurveData(entries, of: description, axes: axes, request: request, study: study)
/// try await DiagramFile.write(CurveDiagram(data, provenance: provenance), to: "loss.svg")
/// ```
package struct CurveDiagram: Diagram {
  /// The numbers.
  package let data: CurveData
  /// What made them.
  package let provenance: DiagramProvenance

  /// Prepares a drawing of some numbers.
  package init(_ data: CurveData, provenance: DiagramProvenance) {
    self.data = data
    self.provenance = provenance
  }

  /// The greatest share of the map of colours that is used: its end is too light for lines.
  private static let shareMax = 0.9
  /// The most entries of a legend.
  private static let legendCountMax = 10
  private static let lineWidth = 0.9

  /// The numbers behind the picture as comma-separated values: one row a point.
  package func table() -> String { data.table() }

  /// The picture as an SVG document; the same numbers give the same bytes.
  package func render() -> String {
    let legend = legendIndices
    let drawing = PanelDrawing(
      PanelLayout.Contents(
        title: data.title, panelTitles: data.panels.map(\.title), columnCount: data.columnCount,
        axes: (data.x, data.y), aspect: data.panels.count == 1 ? 0.7 : 0.8, range: nil,
        rangeLabel: "",
        legend: legend.compactMap { index in
          data.color.map { $0.words($0.values[index]) }
        }, note: data.remarks + provenance.words))
    return drawing.render(
      description: description,
      panel: { index, plot, svg in
        let lines = data.panels[index].lines
        if lines.isEmpty { drawing.emptiness("no curve", in: plot, &svg) }
        for line in lines { draw(line, in: plot, &svg) }
      },
      swatch: { index, place, svg in
        let y = NumberText.coordinate(place.y + place.height / 2)
        svg.element(
          "path",
          [("d", "M\(NumberText.coordinate(place.x)) \(y)H\(NumberText.coordinate(place.right))")]
            + stroke(legend[index]))
      })
  }

  /// The values that the legend shows: all, or some with the first and the last among them.
  private var legendIndices: [Int] {
    guard let color = data.color, color.values.count > 1 else { return [] }
    let count = color.values.count
    guard count > Self.legendCountMax else { return Array(0..<count) }
    let last = Self.legendCountMax - 1
    return (0...last).map { $0 * (count - 1) / last }
  }

  private func stroke(_ color: Int?) -> [SVGWriter.Attribute] {
    var ink = HeatmapDrawing.ink
    if let color, let count = data.color?.values.count, count > 1 {
      let share = Self.shareMax * Double(color) / Double(count - 1)
      ink = ColorMap.sequential.color(at: share).text
    }
    return [
      ("fill", "none"), ("stroke", ink), ("stroke-width", NumberText.coordinate(Self.lineWidth)),
      ("stroke-linejoin", "round"),
    ]
  }

  private func draw(_ line: CurveData.Line, in plot: Rectangle, _ svg: inout SVGWriter) {
    let across = AxisScale.across(data.x, plot)
    let up = AxisScale.up(data.y, plot)
    var path = ""
    var isBroken = true
    var last = ""
    for (step, value) in zip(line.entry.steps, line.entry.values) {
      let position = data.y.position(of: value)
      // Where there is no number, or none on a logarithmic axis, the line has a gap.
      guard position.isFinite, abs(value) <= HeatmapData.magnitudeMax else {
        isBroken = true
        continue
      }
      let point =
        "\(NumberText.coordinate(across.place(step))) \(NumberText.coordinate(up.place(position)))"
      if point == last, !isBroken { continue }
      path += (isBroken ? "M" : "L") + point
      (isBroken, last) = (false, point)
    }
    guard !path.isEmpty else { return }
    svg.element("path", [("d", path)] + stroke(line.color), tooltip: tooltip(line.entry))
  }

  private func tooltip(_ entry: CurveEntry) -> String {
    let values = zip(data.axisNames, entry.row.values).map { "\($0) = \(NumberText.value($1))" }
    let outcome = entry.row.outcome == .diverged ? ["diverged"] : []
    return (values + ["replicate \(entry.row.replicate)"] + outcome + [entry.row.key.abbreviated])
      .joined(separator: ", ")
  }

  /// The picture in words.
  private var description: String {
    let words = ["study \(data.study)"] + data.remarks + provenance.words
    return "\(data.y.title) over \(data.x.title), \(data.panels.count) panels. "
      + words.joined(separator: " · ") + "."
  }
}
