/// What all small multiples draw alike: title, frames, ticks, axes' names, colour bar and note.
struct PanelDrawing: PageDrawing {
  let layout: PanelLayout
  let contents: PanelLayout.Contents

  init(_ contents: PanelLayout.Contents) {
    self.contents = contents
    layout = PanelLayout(contents)
  }

  /// The whole page.
  /// - Parameters:
  ///   - description: The picture in words.
  ///   - panel: Draws what is inside a panel.
  ///   - swatch: Draws the mark of an entry of the legend.
  /// - Returns: The SVG document.
  func render(
    description: String, panel: (Int, Rectangle, inout SVGWriter) -> Void,
    swatch: (Int, Rectangle, inout SVGWriter) -> Void
  ) -> String {
    page(
      width: layout.width, height: layout.height, title: contents.title, description: description
    ) { svg in
      if let range = contents.range { svg.group("defs") { colorGradient(range, &$0) } }
      ground(width: layout.width, height: layout.height, &svg)
      lines(
        layout.title, size: Metrics.titleSize, x: Metrics.margin, [("font-weight", "bold")], &svg)
      for (index, place) in layout.panels.enumerated() {
        svg.group("g") { svg in
          title(of: place, &svg)
          panel(index, place.plot, &svg)
          svg.element(
            "rect",
            place.plot.attributes
              + [("fill", "none"), ("stroke", HeatmapDrawing.ink), ("stroke-width", "0.6")])
          axes(of: place, &svg)
        }
      }
      if let bar = layout.bar, let range = contents.range {
        colorBar(bar, range, range.ticks, layout.barTitle, &svg)
      }
      for (index, entry) in layout.legend.enumerated() {
        swatch(index, entry.swatch, &svg)
        lines(entry.text, size: Metrics.tickSize, x: entry.swatch.right + 3, [], &svg)
      }
      lines(
        layout.note, size: Metrics.noteSize, x: Metrics.margin,
        [("fill", HeatmapDrawing.faintInk)], &svg)
    }
  }

  /// Words in the middle of a panel that has nothing to show.
  func emptiness(_ words: String, in plot: Rectangle, _ svg: inout SVGWriter) {
    text(
      words, size: Metrics.tickSize, x: plot.x + plot.width / 2, y: plot.y + plot.height / 2,
      [("text-anchor", "middle"), ("fill", HeatmapDrawing.faintInk)], &svg)
  }

  private func title(of place: PanelLayout.PanelPlace, _ svg: inout SVGWriter) {
    for (number, line) in place.title.lines.enumerated() {
      text(
        line, size: Metrics.textSize, x: place.plot.x + place.plot.width / 2,
        y: place.title.baseline + Double(number) * Metrics.textSize * Metrics.leading,
        [("text-anchor", "middle")], &svg)
    }
  }

  private func axes(of place: PanelLayout.PanelPlace, _ svg: inout SVGWriter) {
    guard let axes = contents.axes, let ticks = layout.ticks else { return }
    ticksAcross(axes.x, ticks.x, below: place.plot, isLabelled: place.isLowest, &svg)
    ticksUpright(axes.y, ticks.y, besides: place.plot, isLabelled: place.isLeftmost, &svg)
    if place.isLowest {
      for line in layout.xTitle.lines {
        text(
          line, size: Metrics.textSize, x: place.plot.x + place.plot.width / 2,
          y: place.plot.bottom + layout.xTitle.baseline, [("text-anchor", "middle")], &svg)
      }
    }
    if place.isLeftmost {
      turned(layout.yTitle, around: place.plot.y + place.plot.height / 2, &svg)
    }
  }
}
