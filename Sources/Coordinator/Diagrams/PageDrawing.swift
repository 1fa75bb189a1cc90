/// What all drawings of a page share: words, ticks and the colour bar, in one look.
protocol PageDrawing {}

extension PageDrawing {
  typealias Metrics = HeatmapLayout.Metrics

  /// The ticks below a plot, with their labels where they are wanted.
  func ticksAcross(
    _ axis: HeatmapAxis, _ marks: AxisMarks, below plot: Rectangle, isLabelled: Bool = true,
    _ svg: inout SVGWriter
  ) {
    let scale = AxisScale.across(axis, plot)
    for tick in marks.ticks {
      let position = axis.spacing == .banded ? tick.value : axis.position(of: tick.value)
      let x = scale.place(position)
      let isMinor = tick.label.isEmpty
      let length = isMinor ? Metrics.tickLength * 0.6 : Metrics.tickLength
      stroke(from: (x, plot.bottom), to: (x, plot.bottom + length), &svg)
      guard isLabelled, !isMinor else { continue }
      let top = plot.bottom + Metrics.tickLength + 2
      if marks.isTurned {
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

  /// The ticks left of a plot, with their labels where they are wanted.
  func ticksUpright(
    _ axis: HeatmapAxis, _ marks: AxisMarks, besides plot: Rectangle, isLabelled: Bool,
    _ svg: inout SVGWriter
  ) {
    let scale = AxisScale.up(axis, plot)
    for tick in marks.ticks {
      let position = axis.spacing == .banded ? tick.value : axis.position(of: tick.value)
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

  /// The colours of the bar, inside the definitions.
  func colorGradient(_ range: ColorRange, _ svg: inout SVGWriter) {
    let map = ColorMap(range)
    let bounds = [("x1", "0"), ("y1", "1"), ("x2", "0"), ("y2", "0")]
    svg.group("linearGradient", [("id", "phasegrid-colors")] + bounds) { svg in
      let steps = 48
      for step in 0...steps {
        let share = Double(step) / Double(steps)
        svg.element(
          "stop",
          [("offset", NumberText.coordinate(share)), ("stop-color", map.color(at: share).text)])
      }
    }
  }

  /// The colour bar with its ticks and words.
  func colorBar(
    _ bar: Rectangle, _ range: ColorRange, _ ticks: [Tick], _ title: HeatmapLayout.TextBlock,
    _ svg: inout SVGWriter
  ) {
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
      for tick in AxisMarks.thinned(ticks, place: place) {
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
      turned(title, around: bar.y + bar.height / 2, &svg)
    }
  }

  /// Lines of text from a left side on.
  func lines(
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
  func turned(
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

  /// One line of text.
  func text(
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

  /// The label of a tick.
  func label(
    _ label: TickLabel, _ attributes: [SVGWriter.Attribute], _ svg: inout SVGWriter
  ) {
    let size = [("font-size", NumberText.coordinate(Metrics.tickSize))]
    svg.label(label, size: Metrics.tickSize, size + attributes)
  }

  /// A short thin line.
  func stroke(
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

  /// A whole page: title and description, white ground, then what the body draws.
  func page(
    width: Double, height: Double, title: String, description: String,
    _ body: (inout SVGWriter) -> Void
  ) -> String {
    var svg = SVGWriter()
    svg.group(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("width", "\(NumberText.coordinate(width / 72 * 25.4))mm"),
        ("height", "\(NumberText.coordinate(height / 72 * 25.4))mm"),
        ("viewBox", "0 0 \(NumberText.coordinate(width)) \(NumberText.coordinate(height))"),
        ("font-family", TextMetrics.fonts), ("fill", HeatmapDrawing.ink), ("role", "img"),
      ]
    ) { svg in
      svg.element("title", [], text: title)
      svg.element("desc", [], text: description)
      body(&svg)
    }
    return svg.text
  }

  /// The white ground of a page.
  func ground(width: Double, height: Double, _ svg: inout SVGWriter) {
    svg.element(
      "rect",
      Rectangle(x: 0, y: 0, width: width, height: height).attributes + [("fill", "#ffffff")])
  }
}
