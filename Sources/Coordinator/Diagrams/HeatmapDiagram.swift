/// A heat map: its numbers and how they are drawn.
///
/// ```swift
/// let data = try HeatmapData(table: table, request: request, study: study)
/// let diagram = HeatmapDiagram(data, provenance: provenance)
/// try await DiagramFile.write(diagram, to: "diagram.pdf")
/// ```
package struct HeatmapDiagram: Sendable {
  /// The numbers.
  package let data: HeatmapData
  /// What made them.
  package let provenance: DiagramProvenance

  /// Prepares a drawing of some numbers.
  package init(_ data: HeatmapData, provenance: DiagramProvenance) {
    self.data = data
    self.provenance = provenance
  }

  /// The picture as an SVG document; the same numbers give the same bytes.
  package func render() -> String {
    let layout = HeatmapLayout(data, provenance: provenance)
    let drawing = HeatmapDrawing(data: data, layout: layout)
    var svg = SVGWriter()
    svg.group(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("width", "\(NumberText.coordinate(layout.width / 72 * 25.4))mm"),
        ("height", "\(NumberText.coordinate(layout.height / 72 * 25.4))mm"),
        (
          "viewBox",
          "0 0 \(NumberText.coordinate(layout.width)) \(NumberText.coordinate(layout.height))"
        ),
        ("font-family", TextMetrics.fonts), ("fill", "#1a1a1a"), ("role", "img"),
      ]
    ) { svg in
      svg.element("title", [], text: data.title)
      svg.element("desc", [], text: description)
      drawing.definitions(&svg)
      svg.element(
        "rect",
        Rectangle(x: 0, y: 0, width: layout.width, height: layout.height).attributes
          + [("fill", "#ffffff")])
      drawing.title(&svg)
      for index in data.panels.indices { drawing.panel(index, &svg) }
      drawing.axisTitles(&svg)
      drawing.colorBar(&svg)
      drawing.legend(&svg)
      drawing.note(&svg)
    }
    return svg.text
  }

  /// The picture in words, for those who cannot see it and for those who ask where it came from.
  private var description: String {
    let panels = data.panels.map(\.label).joined(separator: "; ")
    let words = ["study \(data.study)"] + data.remarks + provenance.words
    return "Heat map of \(panels) over \(data.x.title) and \(data.y.title). "
      + words.joined(separator: " · ") + "."
  }
}
