/// The elements of a heat map, drawn where the layout puts them.
struct HeatmapDrawing {
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
      guard let range = data.range else { return }
      let map = ColorMap(range)
      let bounds = [("x1", "0"), ("y1", "1"), ("x2", "0"), ("y2", "0")]
      svg.group("linearGradient", [("id", "phasegrid-colors")] + bounds) { svg in
        let steps = 48
        for step in 0...steps {
          let share = Double(step) / Double(steps)
          svg.element(
            "stop",
            [
              ("offset", NumberText.coordinate(share)), ("stop-color", map.color(at: share).text),
            ])
        }
      }
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
      ticksAcross(below: place.plot, &svg)
      ticksUpright(besides: place.plot, isLabelled: place.isLeftmost, &svg)
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

  private func ticksAcross(below plot: Rectangle, _ svg: inout SVGWriter) {
    let scale = AxisScale.across(data.x, plot)
    for tick in layout.xTicks.ticks {
      let position = data.x.spacing == .banded ? tick.value : data.x.position(of: tick.value)
      let x = scale.place(position)
      let isMinor = tick.label.isEmpty
      let length = isMinor ? Metrics.tickLength * 0.6 : Metrics.tickLength
      stroke(from: (x, plot.bottom), to: (x, plot.bottom + length), &svg)
      guard !isMinor else { continue }
      let top = plot.bottom + Metrics.tickLength + 2
      if layout.xTicks.isTurned {
        let place =
          "\(NumberText.coordinate(x + 0.35 * Metrics.tickSize)) "
          + NumberText.coordinate(top)
        label(
          tick.label, [("transform", "translate(\(place)) rotate(-90)"), ("text-anchor", "end")],
          &svg)
      } else {
        label(
          tick.label,
          [
            ("x", NumberText.coordinate(x)),
            ("y", NumberText.coordinate(top + Metrics.tickSize * 0.8)), ("text-anchor", "middle"),
          ], &svg)
      }
    }
  }

  private func ticksUpright(besides plot: Rectangle, isLabelled: Bool, _ svg: inout SVGWriter) {
    let scale = AxisScale.up(data.y, plot)
    for tick in layout.yTicks.ticks {
      let position = data.y.spacing == .banded ? tick.value : data.y.position(of: tick.value)
      let y = scale.place(position)
      let isMinor = tick.label.isEmpty
      let length = isMinor ? Metrics.tickLength * 0.6 : Metrics.tickLength
      stroke(from: (plot.x - length, y), to: (plot.x, y), &svg)
      guard isLabelled, !isMinor else { continue }
      label(
        tick.label,
        [
          ("x", NumberText.coordinate(plot.x - Metrics.tickLength - 2)),
          ("y", NumberText.coordinate(y + 0.36 * Metrics.tickSize)), ("text-anchor", "end"),
        ], &svg)
    }
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
    svg.group("g") { svg in
      let border = [("stroke", HeatmapDrawing.ink), ("stroke-width", "0.6")]
      svg.element("rect", bar.attributes + [("fill", "url(#phasegrid-colors)")] + border)
      let ends = [
        (range.exceedsUpper, bar.y, bar.y - Metrics.barArrow, 1.0),
        (range.exceedsLower, bar.bottom, bar.bottom + Metrics.barArrow, 0.0),
      ]
      for (isPassed, base, tip, share) in ends where isPassed {
        let x = [bar.x, bar.x + bar.width / 2, bar.right].map(NumberText.coordinate)
        let path =
          "M\(x[0]) \(NumberText.coordinate(base))L\(x[1]) \(NumberText.coordinate(tip))"
          + "L\(x[2]) \(NumberText.coordinate(base))"
        let color = ColorMap(range).color(at: share).text
        svg.element(
          "path", [("d", path), ("fill", color), ("stroke-linejoin", "round")] + border)
      }
      let place = { (value: Double) in bar.bottom - range.share(of: value) * bar.height }
      for tick in AxisMarks.thinned(layout.barTicks, place: place) {
        let y = place(tick.value)
        stroke(from: (bar.right, y), to: (bar.right + Metrics.tickLength, y), &svg)
        guard !tick.label.isEmpty else { continue }
        label(
          tick.label,
          [
            ("x", NumberText.coordinate(bar.right + Metrics.tickLength + 2)),
            ("y", NumberText.coordinate(y + 0.36 * Metrics.tickSize)),
          ], &svg)
      }
      turned(layout.barTitle, around: bar.y + bar.height / 2, &svg)
    }
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

  private func lines(
    _ block: HeatmapLayout.TextBlock, size: Double, x: Double, _ attributes: [SVGWriter.Attribute],
    _ svg: inout SVGWriter
  ) {
    for (number, line) in block.lines.enumerated() {
      text(
        line, size: size, x: x, y: block.baseline + Double(number) * size * Metrics.leading,
        attributes, &svg)
    }
  }

  /// Lines that run upwards, side by side from left to right.
  private func turned(
    _ block: HeatmapLayout.TextBlock, around y: Double, _ svg: inout SVGWriter
  ) {
    for (number, line) in block.lines.enumerated() {
      let x = block.baseline + Double(number) * Metrics.textSize * Metrics.leading
      let place = "\(NumberText.coordinate(x)) \(NumberText.coordinate(y))"
      svg.element(
        "text",
        [
          ("transform", "translate(\(place)) rotate(-90)"),
          ("font-size", NumberText.coordinate(Metrics.textSize)), ("text-anchor", "middle"),
        ], text: line)
    }
  }

  private func text(
    _ content: String, size: Double, x: Double, y: Double, _ attributes: [SVGWriter.Attribute],
    _ svg: inout SVGWriter
  ) {
    svg.element(
      "text",
      [
        ("x", NumberText.coordinate(x)), ("y", NumberText.coordinate(y)),
        ("font-size", NumberText.coordinate(size)),
      ] + attributes, text: content)
  }

  private func label(
    _ label: TickLabel, _ attributes: [SVGWriter.Attribute], _ svg: inout SVGWriter
  ) {
    let size = [("font-size", NumberText.coordinate(Metrics.tickSize))]
    svg.label(label, size: Metrics.tickSize, size + attributes)
  }

  private func stroke(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ svg: inout SVGWriter
  ) {
    svg.element(
      "path",
      [
        (
          "d",
          "M\(NumberText.coordinate(start.x)) \(NumberText.coordinate(start.y))"
            + "L\(NumberText.coordinate(end.x)) \(NumberText.coordinate(end.y))"
        ), ("stroke", HeatmapDrawing.ink), ("stroke-width", "0.6"),
      ])
  }
}
