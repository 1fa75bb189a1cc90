import CatalogStore
import Protocol

extension HeatmapDiagram {
  /// The numbers behind the picture as comma-separated values: one row a cell and panel.
  ///
  /// Panels in order, rows from the bottom, cells from the left; what the sweep does not have has
  /// no row, and a number that is not there is empty. Quoted as RFC 4180 says, lines end in a line
  /// feed, reals are the shortest digits that give the same Double back.
  package func table() -> String {
    var header = [
      data.x.name, data.y.name, "measure", "value", "replicates", "spread", "completed", "diverged",
      "failed", "missing", "masked",
    ]
    // Two columns of one name could not be told apart by a reader.
    for (index, fallback) in ["x", "y"].enumerated()
    where header.dropFirst(2).contains(header[index]) { header[index] = fallback }
    var text = CSVLine.text(header)
    for panel in data.panels {
      for (index, cell) in panel.cells.enumerated() {
        guard let cell else { continue }
        let row = index / data.x.values.count
        let column = index % data.x.values.count
        text += CSVLine.text([
          data.x.values[column].canonicalText, data.y.values[row].canonicalText, panel.measure,
          HeatmapDiagram.number(cell.value), String(cell.replicates),
          HeatmapDiagram.number(cell.spread), String(cell.counts.completed),
          String(cell.counts.diverged), String(cell.counts.failed), String(cell.counts.missing),
          cell.isMasked ? "true" : "false",
        ])
      }
    }
    return text
  }

  private static func number(_ value: Double) -> String { value.isNaN ? "" : String(value) }
}
