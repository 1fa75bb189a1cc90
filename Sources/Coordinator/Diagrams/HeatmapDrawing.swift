/// The elements of a heat map, drawn where the layout puts them.
struct HeatmapDrawing: PageDrawing {
  let data: HeatmapData
  let layout: HeatmapLayout

  typealias Metrics = HeatmapLayout.Metrics

  static let ink = "#1a1a1a"
  static let faintInk = "#555555"

  /// Patterns for cells without a number, the colour bar's gradient.
  func definitions(_ svg: inout SVGWriter) {
    svg.group("defs") { svg in
      for state in CellState.legendOrder {
        CellPattern(state: state, tile: patternTile).define(&svg)
      }
      if let range = data.range { colorGradient(range, &svg) }
    }
  }

  /// The side of a pattern's tile: no larger than the smallest cell, so that each shows its own.
  private var patternTile: Double {
    guard let plot = layout.panels.first?.plot else { return CellPattern.tileMax }
    let across = data.x.spans.map { $0.upperBound - $0.lowerBound }.min() ?? 1
    let up = data.y.spans.map { $0.upperBound - $0.lowerBound }.min() ?? 1
    let width = across / (data.x.extent.upperBound - data.x.extent.lowerBound) * plot.width
    let height = up / (data.y.extent.upperBound - data.y.extent.lowerBound) * plot.height
    return max(min(width, height, CellPattern.tileMax), CellPattern.tileMin)
  }

  /// The title above all panels.
  func title(_ svg: inout SVGWriter) {
    lines(
      layout.title, size: Metrics.titleSize, x: Metrics.margin, [("font-weight", "bold")], &svg)
  }

  /// One panel: cells, lines, frame and ticks.
  func panel(_ index: Int, _ svg: inout SVGWriter) {
    let place = layout.panels[index]
    svg.group("g") { svg in
      for (number, line) in place.title.lines.enumerated() {
        text(
          line, size: Metrics.textSize, x: place.plot.x + place.plot.width / 2,
          y: place.title.baseline + Double(number) * Metrics.textSize * Metrics.leading,
          [("text-anchor", "middle")], &svg)
      }
      HeatmapCells(data: data, panel: data.panels[index], plot: place.plot).draw(&svg)
      lines(of: data.panels[index], in: place.plot, &svg)
      svg.element(
        "rect",
        place.plot.attributes
          + [("fill", "none"), ("stroke", HeatmapDrawing.ink), ("stroke-width", "0.6")])
      ticksAcross(data.x, layout.xTicks, below: place.plot, &svg)
      ticksUpright(
        data.y, layout.yTicks, besides: place.plot, isLabelled: place.isLeftmost, &svg)
    }
  }

  private func lines(of panel: HeatmapPanel, in plot: Rectangle, _ svg: inout SVGWriter) {
    var lines = data.theory.enumerated().map { index, curve in
      (style: LineStyle.theory(index), path: path(curve.pieces, in: plot))
    }
    if !panel.contours.isEmpty {
      lines.append((LineStyle.contour, path(panel.contours, in: plot)))
    }
    for line in lines { line.style.drawCasing(line.path, &svg) }
    for line in lines { line.style.draw(line.path, &svg) }
  }

  private func path(_ pieces: [[PlanePoint]], in plot: Rectangle) -> String {
    let across = AxisScale.across(data.x, plot)
    let up = AxisScale.up(data.y, plot)
    return pieces.map { piece in
      piece.enumerated().map { index, point in
        let x = NumberText.coordinate(across.place(point.x))
        let y = NumberText.coordinate(up.place(point.y))
        return "\(index == 0 ? "M" : "L")\(x) \(y)"
      }.joined()
    }.joined()
  }

  /// The names of the axes, below each panel and left of each row.
  func axisTitles(_ svg: inout SVGWriter) {
    for place in layout.panels {
      for (number, line) in layout.xTitle.lines.enumerated() {
        text(
          line, size: Metrics.textSize, x: place.plot.x + place.plot.width / 2,
          y: place.plot.bottom + layout.xTitle.baseline
            + Double(number) * Metrics.textSize * Metrics.leading,
          [("text-anchor", "middle")], &svg)
      }
      guard place.isLeftmost else { continue }
      turned(layout.yTitle, around: place.plot.y + place.plot.height / 2, &svg)
    }
  }

  /// The colour bar with its ticks and words.
  func colorBar(_ svg: inout SVGWriter) {
    guard let bar = layout.bar, let range = data.range else { return }
    colorBar(bar, range, layout.barTicks, layout.barTitle, &svg)
  }

  /// Every mark that occurs, with its meaning.
  func legend(_ svg: inout SVGWriter) {
    for place in layout.legend {
      HeatmapCells.swatch(place.mark, in: place.swatch, map: data.range.map(ColorMap.init), &svg)
      lines(
        place.text, size: Metrics.tickSize, x: place.swatch.right + 3, [], &svg)
    }
  }

  /// Where the picture comes from.
  func note(_ svg: inout SVGWriter) {
    lines(
      layout.note, size: Metrics.noteSize, x: Metrics.margin, [("fill", HeatmapDrawing.faintInk)],
      &svg)
  }
}
