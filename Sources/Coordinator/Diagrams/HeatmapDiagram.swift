/// A heat map: its numbers and how they are drawn.
///
/// ```swift
/// let data = try HeatmapData(table: table, request: request, study: study)
/// let diagram = HeatmapDiagram(data, provenance: provenance)
/// try await DiagramFile.write(diagram, to: "diagram.pdf")
/// ```
package struct HeatmapDiagram: Diagram {
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
    return drawing.page(
      width: layout.width, height: layout.height, title: data.title, description: description
    ) { svg in
      drawing.definitions(&svg)
      drawing.ground(width: layout.width, height: layout.height, &svg)
      drawing.title(&svg)
      for index in data.panels.indices { drawing.panel(index, &svg) }
      drawing.axisTitles(&svg)
      drawing.colorBar(&svg)
      drawing.legend(&svg)
      drawing.note(&svg)
    }
  }

  /// The picture in words, for those who cannot see it and for those who ask where it came from.
  private var description: String {
    let panels = data.panels.map(\.label).joined(separator: "; ")
    let words = ["study \(data.study)"] + data.remarks + provenance.words
    return "Heat map of \(panels) over \(data.x.title) and \(data.y.title). "
      + words.joined(separator: " · ") + "."
  }
}
