import Protocol

/// The cells of one panel.
struct HeatmapCells {
  let data: HeatmapData
  let panel: HeatmapPanel
  let plot: Rectangle

  /// How far a cell is laid under its right and upper neighbour, in points.
  ///
  /// Without it, viewers that smooth edges let the page shine through between cells. The neighbours
  /// are drawn later.
  private static let overlap = 0.25
  /// The grey of a muted cell.
  private static let mutedGrey = "#dcdcdc"
  /// The side of the coloured part of a muted cell, as a share.
  private static let mutedShare = 0.45
  /// The side of the corner that shows what some replicates lack, as a share.
  private static let cornerShare = 0.7

  private var columns: Int { data.x.values.count }

  private func cell(_ column: Int, _ row: Int) -> HeatmapCell? {
    guard data.x.values.indices.contains(column), data.y.values.indices.contains(row) else {
      return nil
    }
    return panel.cells[row * columns + column]
  }

  /// Writes all cells, then the outline of the grid.
  func draw(_ svg: inout SVGWriter) {
    let map = data.range.map(ColorMap.init)
    for row in data.y.values.indices {
      for column in data.x.values.indices {
        guard let cell = cell(column, row) else { continue }
        draw(cell, column, row, map, &svg)
      }
    }
    outline(&svg)
  }

  /// The true place of a cell.
  private func place(_ column: Int, _ row: Int) -> Rectangle {
    let across = AxisScale.across(data.x, plot)
    let up = AxisScale.up(data.y, plot)
    let x = across.place(data.x.spans[column].lowerBound)
    let y = up.place(data.y.spans[row].upperBound)
    return Rectangle(
      x: x, y: y, width: across.place(data.x.spans[column].upperBound) - x,
      height: up.place(data.y.spans[row].lowerBound) - y)
  }

  private func isJoined(right column: Int, _ row: Int) -> Bool {
    cell(column, row) != nil && cell(column + 1, row) != nil
      && HeatmapCells.touch(data.x.spans[column], data.x.spans[column + 1])
  }

  private func isJoined(up row: Int, _ column: Int) -> Bool {
    cell(column, row) != nil && cell(column, row + 1) != nil
      && HeatmapCells.touch(data.y.spans[row], data.y.spans[row + 1])
  }

  private static func touch(_ span: ClosedRange<Double>, _ next: ClosedRange<Double>) -> Bool {
    abs(next.lowerBound - span.upperBound) < 1e-6 * (span.upperBound - span.lowerBound)
  }

  private func draw(
    _ cell: HeatmapCell, _ column: Int, _ row: Int, _ map: ColorMap?, _ svg: inout SVGWriter
  ) {
    let place = place(column, row)
    var spread = place
    if isJoined(right: column, row) { spread.width += HeatmapCells.overlap }
    if isJoined(up: row, column) {
      spread.y -= HeatmapCells.overlap
      spread.height += HeatmapCells.overlap
    }
    let tooltip = tooltip(cell, column, row)
    guard cell.state == .value, let map, let range = data.range else {
      svg.element(
        "rect", spread.attributes + [("fill", CellPattern.fill(cell.state))], tooltip: tooltip)
      return
    }
    let color = map.color(at: range.share(of: cell.value)).text
    guard cell.isMasked || cell.shortfall != nil else {
      svg.element("rect", spread.attributes + [("fill", color)], tooltip: tooltip)
      return
    }
    svg.group("g") { svg in
      svg.element("title", [], text: tooltip)
      HeatmapCells.draw(
        color: color, isMasked: cell.isMasked, shortfall: cell.shortfall,
        cornerShare: HeatmapCells.cornerShare, in: spread, place, &svg)
    }
  }

  /// A muted cell is grey around a smaller patch of its colour; what some replicates lack is a
  /// corner of the pattern that would fill the cell if all did.
  private static func draw(
    color: String, isMasked: Bool, shortfall: CellState?, cornerShare: Double,
    in spread: Rectangle, _ place: Rectangle, _ svg: inout SVGWriter
  ) {
    svg.element("rect", spread.attributes + [("fill", isMasked ? mutedGrey : color)])
    if isMasked {
      let side = mutedShare * min(place.width, place.height)
      let patch = Rectangle(
        x: place.x + (place.width - side) / 2, y: place.y + (place.height - side) / 2, width: side,
        height: side)
      svg.element("rect", patch.attributes + [("fill", color)])
    }
    if let shortfall {
      let reach = cornerShare * min(place.width, place.height)
      let corner = [
        (place.right, place.bottom), (place.right - reach, place.bottom),
        (place.right, place.bottom - reach),
      ]
      let points = corner.map { "\(NumberText.coordinate($0)),\(NumberText.coordinate($1))" }
      svg.element(
        "polygon",
        [
          ("points", points.joined(separator: " ")), ("fill", CellPattern.fill(shortfall)),
          ("stroke", HeatmapDrawing.faintInk), ("stroke-width", "0.4"),
        ])
    }
  }

  /// The border between cells and places where the sweep has none: on the white page a cell of a
  /// light colour could be taken for such a place.
  private func outline(_ svg: inout SVGWriter) {
    var path = ""
    func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
      path += "M\(NumberText.coordinate(x1)) \(NumberText.coordinate(y1))"
      path += "L\(NumberText.coordinate(x2)) \(NumberText.coordinate(y2))"
    }
    for row in data.y.values.indices {
      for column in data.x.values.indices where cell(column, row) != nil {
        let place = place(column, row)
        if !isJoined(right: column - 1, row) { line(place.x, place.y, place.x, place.bottom) }
        if !isJoined(right: column, row) { line(place.right, place.y, place.right, place.bottom) }
        if !isJoined(up: row - 1, column) { line(place.x, place.bottom, place.right, place.bottom) }
        if !isJoined(up: row, column) { line(place.x, place.y, place.right, place.y) }
      }
    }
    svg.element(
      "path",
      [
        ("d", path), ("fill", "none"), ("stroke", HeatmapDrawing.faintInk),
        ("stroke-width", "0.4"), ("stroke-linecap", "square"),
      ])
  }

  /// The cell in words.
  private func tooltip(_ cell: HeatmapCell, _ column: Int, _ row: Int) -> String {
    let x = "\(data.x.label) = \(NumberText.value(data.x.values[column]))"
    let y = "\(data.y.label) = \(NumberText.value(data.y.values[row]))"
    var lines = ["\(x), \(y)"]
    if cell.state == .value {
      let spread = cell.spread.isNaN ? "" : " ± \(NumberText.significant(cell.spread, digits: 2))"
      let replicates = cell.replicates == 1 ? "1 replicate" : "\(cell.replicates) replicates"
      lines.append("\(NumberText.significant(cell.value))\(spread) (\(replicates))")
    } else {
      lines.append(cell.state.legendText)
    }
    let counts = [
      ("completed", cell.counts.completed), ("diverged", cell.counts.diverged),
      ("failed", cell.counts.failed), ("missing", cell.counts.missing),
    ]
    lines.append(
      counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", "))
    if cell.isMasked { lines.append("masked") }
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// What the legend shows of a mark.
  static func swatch(
    _ mark: LegendEntry.Mark, in place: Rectangle, map: ColorMap?, _ svg: inout SVGWriter
  ) {
    let border = [("stroke", HeatmapDrawing.faintInk), ("stroke-width", "0.4")]
    let middle = NumberText.coordinate(place.y + place.height / 2)
    let line = "M\(NumberText.coordinate(place.x)) \(middle)H\(NumberText.coordinate(place.right))"
    let color = (map ?? .sequential).color(at: 0.75).text
    switch mark {
    case .contour: LineStyle.contour.draw(line, &svg)
    case .theory(let index): LineStyle.theory(index).draw(line, &svg)
    case .cell, .shortfall, .masked:
      // Patterns start where the swatch does, so that their marks are whole.
      let origin = "\(NumberText.coordinate(place.x)) \(NumberText.coordinate(place.y))"
      svg.group("g", [("transform", "translate(\(origin))")]) { svg in
        let box = Rectangle(x: 0, y: 0, width: place.width, height: place.height)
        if case .cell(let state) = mark {
          svg.element("rect", box.attributes + [("fill", CellPattern.fill(state))])
        } else {
          let shortfall: CellState? = if case .shortfall(let state) = mark { state } else { nil }
          draw(
            color: color, isMasked: shortfall == nil, shortfall: shortfall, cornerShare: 1,
            in: box, box, &svg)
        }
        svg.element("rect", box.attributes + [("fill", "none")] + border)
      }
    }
  }
}
