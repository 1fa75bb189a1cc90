/// Where everything of small multiples stands, in points: as ``HeatmapLayout`` has it, with smaller
/// panels.
struct PanelLayout {
  /// What is to be laid out.
  struct Contents {
    var title: String
    var panelTitles: [String]
    /// How many panels stand side by side.
    var columnCount: Int
    /// The axes of every panel; `nil` for panels without.
    var axes: (x: HeatmapAxis, y: HeatmapAxis)?
    /// The height of a panel as a share of its width.
    var aspect: Double
    var range: ColorRange?
    var rangeLabel: String
    var legend: [String]
    var note: [String]
  }

  /// One panel on the page.
  struct PanelPlace {
    var plot: Rectangle
    var title: HeatmapLayout.TextBlock
    var isLeftmost: Bool
    /// Whether no panel stands below it.
    var isLowest: Bool
  }

  typealias Metrics = HeatmapLayout.Metrics

  let width: Double
  let height: Double
  let title: HeatmapLayout.TextBlock
  let panels: [PanelPlace]
  let ticks: (x: AxisMarks, y: AxisMarks)?
  /// The words below the lowest panels, with the first baseline measured from the panel's lower side.
  let xTitle: HeatmapLayout.TextBlock
  let yTitle: HeatmapLayout.TextBlock
  let bar: Rectangle?
  let barTitle: HeatmapLayout.TextBlock
  /// The legend's entries: where the mark is drawn, and the words.
  let legend: [(swatch: Rectangle, text: HeatmapLayout.TextBlock)]
  let note: HeatmapLayout.TextBlock

  init(_ contents: Contents) {
    let columns = max(1, contents.columnCount)
    width = contents.panelTitles.count == 1 ? Metrics.columnWidth : Metrics.pageWidth
    let inner = width - 2 * Metrics.margin
    let lineHeight = Metrics.textSize * Metrics.leading
    title = HeatmapLayout.block(
      contents.title, size: Metrics.titleSize, widthMax: inner / TextMetrics.boldShare,
      top: Metrics.margin)
    let top = HeatmapLayout.bottom(of: title, size: Metrics.titleSize) + 3
    let guess = inner * 0.8 / Double(columns)
    // The labels at the ends of neighbouring axes stand side by side in the gap between panels.
    let endWidth = contents.axes.map { AxisMarks(across: $0.x, length: guess).reachAcross }
    let gap = endWidth.map { max(Metrics.panelGap, $0 + 5) } ?? 5
    let upright = contents.axes.map { AxisMarks(upright: $0.y, length: guess * contents.aspect) }
    yTitle = HeatmapLayout.TextBlock(
      lines: contents.axes.map { [$0.y.title] } ?? [],
      baseline: Metrics.margin + Metrics.textSize)
    let left =
      upright.map {
        Metrics.margin + lineHeight + 2 + $0.labelWidth + Metrics.tickLength + 2
      } ?? Metrics.margin
    let words = HeatmapLayout.BarWords(
      contents.range, label: contents.rangeLabel, plotHeight: guess * contents.aspect)
    let room = contents.range == nil ? (contents.axes == nil ? 0 : 8) : words.room
    let plotWidth =
      (width - left - room - Metrics.margin - Double(columns - 1) * gap) / Double(columns)
    let plot = (width: plotWidth, height: plotWidth * contents.aspect)
    let marks = contents.axes.map { AxisMarks(across: $0.x, length: plotWidth) }
    if let marks, let upright { ticks = (marks, upright) } else { ticks = nil }
    xTitle = HeatmapLayout.TextBlock(
      lines: contents.axes.map { [$0.x.title] } ?? [],
      baseline: Metrics.tickLength + 2 + (marks?.labelHeight ?? 0) + Metrics.textSize)
    let below = contents.axes == nil ? 2 : xTitle.baseline + 0.3 * Metrics.textSize
    let placed = PanelLayout.place(
      contents, columns: columns, gap: gap, plot: plot, left: left, top: top)
    panels = placed
    let lowest = placed.map(\.plot.bottom).max() ?? top
    let rightmost = placed.map(\.plot.right).max() ?? left
    let first = placed.first?.plot.y ?? top
    bar = contents.range.map { _ in
      Rectangle(
        x: rightmost + Metrics.barGap, y: first, width: Metrics.barWidth,
        height: lowest - first)
    }
    barTitle = HeatmapLayout.TextBlock(
      lines: words.lines, baseline: rightmost + words.baseline)
    legend = PanelLayout.legend(
      contents.legend, left: left, right: width - Metrics.margin, top: lowest + below + 4)
    let legendBottom =
      legend.map { HeatmapLayout.bottom(of: $0.text, size: Metrics.tickSize) }.max()
      ?? lowest + below
    note = HeatmapLayout.block(
      contents.note.joined(separator: " · "), size: Metrics.noteSize, widthMax: inner,
      top: legendBottom + 4)
    height = HeatmapLayout.bottom(of: note, size: Metrics.noteSize) + Metrics.margin
  }

  /// Panels line by line, all plots of one size.
  private static func place(
    _ contents: Contents, columns: Int, gap: Double, plot: (width: Double, height: Double),
    left: Double, top: Double
  ) -> [PanelPlace] {
    let lineHeight = Metrics.textSize * Metrics.leading
    let count = contents.panelTitles.count
    var places: [PanelPlace] = []
    var rowTop = top
    for start in stride(from: 0, to: count, by: columns) {
      let titles = contents.panelTitles[start..<min(start + columns, count)].map {
        TextMetrics.balancedLines(
          of: $0, size: Metrics.textSize, widthMax: plot.width, countMax: 2)
      }
      let lineCount = titles.map(\.count).max() ?? 0
      let plotTop = rowTop + (lineCount == 0 ? 2 : Double(lineCount) * lineHeight + 3)
      for (column, lines) in titles.enumerated() {
        let baseline = plotTop - 3.5 - Double(max(lines.count - 1, 0)) * lineHeight
        places.append(
          PanelPlace(
            plot: Rectangle(
              x: left + Double(column) * (plot.width + gap), y: plotTop, width: plot.width,
              height: plot.height),
            title: HeatmapLayout.TextBlock(lines: lines, baseline: baseline),
            isLeftmost: column == 0, isLowest: start + column + columns >= count))
      }
      rowTop = plotTop + plot.height + 5
    }
    return places
  }

  /// Entries side by side as far as there is room, then in the next row.
  private static func legend(
    _ entries: [String], left: Double, right: Double, top: Double
  ) -> [(swatch: Rectangle, text: HeatmapLayout.TextBlock)] {
    let size = Metrics.tickSize
    let indent = Metrics.swatchWidth + 3
    var (x, baseline) = (left, top + size)
    return entries.map { entry in
      let text = TextMetrics.shortened(entry, size: size, widthMax: right - left - indent)
      let width = indent + TextMetrics.width(of: text, size: size)
      if x > left, x + width > right {
        x = left
        baseline += size * Metrics.leading + 2.5
      }
      defer { x += width + 8 }
      return (
        Rectangle(
          x: x, y: baseline - 0.36 * size - Metrics.swatchHeight / 2, width: Metrics.swatchWidth,
          height: Metrics.swatchHeight),
        HeatmapLayout.TextBlock(lines: [text], baseline: baseline)
      )
    }
  }
}
