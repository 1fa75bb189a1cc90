package import CatalogStore
package import Planning
package import Protocol

/// The matrix of one trial on its way into a picture.
package struct MatrixEntry: Sendable {
  /// The trial in its cell.
  package var row: ResultRow
  /// The rows of the matrix, all of one length.
  package var rows: [[Float]]

  /// Pairs a trial with its matrix.
  package init(row: ResultRow, rows: [[Float]]) {
    self.row = row
    self.rows = rows
  }
}

/// Matrices of trials, one a panel, on one scale of colours.
package struct MatrixDiagram: Diagram {
  private struct Panel: Sendable {
    var title: String
    var entry: MatrixEntry?
    /// What is drawn: the rows, or the means of their blocks.
    var cells: [[Double]]
  }

  /// What made the picture.
  package let provenance: DiagramProvenance
  private let title: String
  private let study: String
  private let description: MeasureDescription
  private let axes: [Axis]
  private let panels: [Panel]
  private let columnCount: Int
  private let range: ColorRange?
  private let remarks: [String]

  /// The most cells of all panels together; larger matrices are drawn by the means of blocks.
  static let cellCountMax = 60_000
  /// In how many steps colours are told apart: neighbours of one step are one rectangle.
  static let colorCount = 100.0

  /// Sorts matrices into panels; of several replicates of a cell, the first is drawn.
  /// - Parameters:
  ///   - entries: The matrices in grid order.
  ///   - description: What the matrix is called.
  ///   - axes: The sweep's axes.
  ///   - request: How panels are made; it has no colours.
  ///   - study: Labels.
  ///   - provenance: What made it.
  /// - Throws: `diagram.no-cells`, `diagram.unknown-axis`, `diagram.request`,
  ///   `diagram.unreduced-axis`.
  package init(
    _ entries: [MatrixEntry], of description: MeasureDescription, axes: [Axis],
    request: PanelRequest, study: StudyDescription, provenance: DiagramProvenance
  ) throws(DiagramError) {
    guard !entries.isEmpty else { throw .nothingKept("matrix '\(description.name)'") }
    let plan = try PanelPlan(
      entries.map(\.row), axes: axes, request: request, study: study, hasColor: false)
    let places = plan.places
    let side = Double(Self.cellCountMax / places.count).squareRoot()
    panels = places.map { place in
      let entry = entries.first { plan.holds($0.row, place) }
      return Panel(
        title: plan.title(place), entry: entry,
        cells: entry.map { Self.reduced($0.rows, sideMax: max(8, Int(side))) } ?? [])
    }
    columnCount = plan.columnCount
    range = ColorRange(panels.flatMap { $0.cells.flatMap { $0.filter(\.isFinite) } }, level: nil)
    title = request.title.isEmpty ? study.title : request.title
    self.study = study.name
    self.description = description
    self.axes = axes
    self.provenance = provenance
    remarks = plan.remarks + Self.remarks(panels.compactMap(\.entry), panels.map(\.cells))
  }

  private static func remarks(_ drawn: [MatrixEntry], _ cells: [[[Double]]]) -> [String] {
    let sides = Set(drawn.map(\.rows.count)).sorted()
    let replicates = Set(drawn.map(\.row.replicate)).sorted().map { "\($0)" }
    var remarks = ["replicate \(replicates.joined(separator: ", "))"]
    if let first = sides.first, let last = sides.last {
      remarks.append(first == last ? "\(first) rows" : "\(first)–\(last) rows")
    }
    if zip(drawn, cells.filter { !$0.isEmpty }).contains(where: { $0.rows.count > $1.count }) {
      remarks.append("means of blocks where there are more rows than room")
    }
    return remarks
  }

  /// The matrix, or the means of equal blocks of it.
  static func reduced(_ rows: [[Float]], sideMax: Int) -> [[Double]] {
    let columns = rows.first?.count ?? 0
    let block = max(1, (max(rows.count, columns) + sideMax - 1) / sideMax)
    guard block > 1 else { return rows.map { $0.map { Double($0) } } }
    return stride(from: 0, to: rows.count, by: block).map { top in
      stride(from: 0, to: columns, by: block).map { left in
        var (sum, count) = (0.0, 0.0)
        for row in rows[top..<min(top + block, rows.count)] {
          for value in row[left..<min(left + block, columns)] {
            sum += Double(value)
            count += 1
          }
        }
        return sum / count
      }
    }
  }

  /// The numbers as comma-separated values: one row an element, panels in order.
  package func table() -> String {
    var text = CSVLine.text(axes.map(\.name) + ["replicate", "row", "column", description.name])
    for entry in panels.compactMap(\.entry) {
      let cell = entry.row.values.map(\.canonicalText) + ["\(entry.row.replicate)"]
      for (row, values) in entry.rows.enumerated() {
        for (column, value) in values.enumerated() {
          text += CSVLine.text(cell + ["\(row)", "\(column)", value.isNaN ? "" : "\(value)"])
        }
      }
    }
    return text
  }

  /// The picture as an SVG document; the same numbers give the same bytes.
  package func render() -> String {
    let drawing = PanelDrawing(
      PanelLayout.Contents(
        title: title, panelTitles: panels.map(\.title), columnCount: columnCount, axes: nil,
        aspect: 1, range: range, rangeLabel: description.label, legend: [],
        note: remarks + provenance.words))
    return drawing.render(
      description: words,
      panel: { index, plot, svg in
        guard let range, !panels[index].cells.isEmpty else {
          drawing.emptiness("not kept", in: plot, &svg)
          return
        }
        draw(panels[index].cells, range, in: plot, &svg)
      }, swatch: { _, _, _ in })
  }

  /// How far a rectangle is laid under its right and lower neighbour, in points: without it, viewers
  /// that smooth edges let the page shine through between them.
  private static let overlap = 0.2

  /// One path a colour, in units of cells; neighbours of one colour in a row are one rectangle.
  private func draw(
    _ cells: [[Double]], _ range: ColorRange, in plot: Rectangle, _ svg: inout SVGWriter
  ) {
    let map = ColorMap(range)
    let columns = cells[0].count
    let width = plot.width / Double(columns)
    let height = plot.height / Double(cells.count)
    var paths: [String: String] = [:]
    for (index, row) in cells.enumerated() {
      let colors = row.map { color($0, range, map) }
      let deep = NumberText.coordinate(1 + (index + 1 < cells.count ? Self.overlap / height : 0))
      var start = 0
      while start < columns {
        var end = start + 1
        while end < columns, colors[end] == colors[start] { end += 1 }
        let wide = NumberText.coordinate(
          Double(end - start) + (end < columns ? Self.overlap / width : 0))
        paths[colors[start], default: ""] += "M\(start) \(index)h\(wide)v\(deep)h-\(wide)z"
        start = end
      }
    }
    let place = [plot.x, plot.y].map(NumberText.coordinate).joined(separator: " ")
    // A hundredth of a point is too coarse a unit for the size of small cells.
    let scale =
      "\(NumberText.significant(width, digits: 8)) "
      + NumberText.significant(height, digits: 8)
    let attributes = [
      ("transform", "translate(\(place)) scale(\(scale))"), ("shape-rendering", "crispEdges"),
    ]
    svg.group("g", attributes) { svg in
      for (color, path) in paths.sorted(by: { $0.key < $1.key }) {
        svg.element("path", [("fill", color), ("d", path)])
      }
    }
  }

  private func color(_ value: Double, _ range: ColorRange, _ map: ColorMap) -> String {
    guard value.isFinite else { return "#ffffff" }
    let share = (range.share(of: value) * Self.colorCount).rounded() / Self.colorCount
    return map.color(at: share).text
  }

  /// The picture in words.
  private var words: String {
    let about = ["study \(study)"] + remarks + provenance.words
    return "\(description.label), \(panels.count) panels. " + about.joined(separator: " · ") + "."
  }
}
