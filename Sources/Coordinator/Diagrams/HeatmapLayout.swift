/// Where everything of a heat map stands, in points.
///
/// From top to bottom: title, panels side by side with the colour bar at their right, legend, note.
/// One panel makes a figure for one column of a paper, several one for two columns.
struct HeatmapLayout {
  /// Text of one or several lines with the baseline of the first.
  struct TextBlock {
    var lines: [String]
    var baseline: Double
  }

  /// One panel on the page.
  struct PanelPlace {
    var plot: Rectangle
    var title: TextBlock
    /// Whether the vertical axis is labelled here.
    var isLeftmost: Bool
  }

  /// One legend entry on the page.
  struct LegendPlace {
    var mark: LegendEntry.Mark
    /// Where the mark is drawn.
    var swatch: Rectangle
    var text: TextBlock
  }

  /// Sizes and distances in points.
  enum Metrics {
    static let columnWidth = 89 / 25.4 * 72
    static let pageWidth = 183 / 25.4 * 72
    static let margin = 4.0
    static let titleSize = 8.0
    static let textSize = 7.0
    static let tickSize = 6.5
    static let noteSize = 5.2
    /// The distance of baselines, as a share of the size.
    static let leading = 1.22
    static let tickLength = 2.5
    static let panelGap = 12.0
    static let barGap = 7.0
    static let barWidth = 8.0
    /// The height of the triangle at an end of the colour bar that some values pass.
    static let barArrow = 6.0
    /// The height that a row of cells never exceeds.
    static let rowHeightMax = 80.0
    static let swatchWidth = 12.0
    static let swatchHeight = 8.0
    /// The widest that a category's name may be before it is cut.
    static let categoryWidthMax = 80.0
    /// The most lines of words that run upwards, which take their room from the panels.
    static let turnedLineCountMax = 3
  }

  let width: Double
  let height: Double
  let title: TextBlock
  let panels: [PanelPlace]
  let xTicks: AxisMarks
  let yTicks: AxisMarks
  /// The words below each panel, with the first baseline measured from the panel's lower side.
  let xTitle: TextBlock
  /// The words left of the panels, with the first baseline measured from the page's left side.
  let yTitle: TextBlock
  let bar: Rectangle?
  let barTicks: [Tick]
  /// The words right of the bar; the baseline is measured from the page's left side.
  let barTitle: TextBlock
  let legend: [LegendPlace]
  let note: TextBlock

  init(_ data: HeatmapData, provenance: DiagramProvenance) {
    let count = data.panels.count
    let columns = count <= 3 ? count : count == 4 ? 2 : 3
    width = count == 1 ? Metrics.columnWidth : Metrics.pageWidth
    let inner = width - 2 * Metrics.margin
    title = HeatmapLayout.block(
      data.title, size: Metrics.titleSize, widthMax: inner / TextMetrics.boldShare,
      top: Metrics.margin)
    let top = HeatmapLayout.bottom(of: title, size: Metrics.titleSize) + 3

    // The labels of the vertical axis depend on the height of the plots, which follows from their
    // width, which the labels leave: a guess of the height from the whole width settles it.
    let guess = inner * 0.7 / Double(columns)
    let plotHeight = HeatmapLayout.plotHeight(data, width: guess)
    yTicks = AxisMarks(upright: data.y, length: plotHeight)
    let yLines = TextMetrics.balancedLines(
      of: data.y.title, size: Metrics.textSize, widthMax: plotHeight,
      countMax: Metrics.turnedLineCountMax)
    let lineHeight = Metrics.textSize * Metrics.leading
    yTitle = TextBlock(lines: yLines, baseline: Metrics.margin + Metrics.textSize)
    let left =
      Metrics.margin + Double(yLines.count) * lineHeight + 2 + yTicks.labelWidth
      + Metrics.tickLength + 2
    barTicks = data.range?.ticks ?? []
    let barWords = BarWords(data.range, label: data.rangeLabel, plotHeight: plotHeight)
    // The labels at the ends of neighbouring axes stand side by side in the gap between panels.
    let endWidth = AxisMarks(across: data.x, length: guess).reachAcross
    let gap = max(Metrics.panelGap, endWidth + 5)
    let gaps = Double(columns - 1) * gap
    let plotWidth = (width - left - barWords.room - Metrics.margin - gaps) / Double(columns)
    xTicks = AxisMarks(across: data.x, length: plotWidth)
    let xLines = TextMetrics.balancedLines(
      of: data.x.title, size: Metrics.textSize, widthMax: plotWidth)
    xTitle = TextBlock(
      lines: xLines, baseline: Metrics.tickLength + 2 + xTicks.labelHeight + Metrics.textSize)
    let belowPlot =
      xTitle.baseline + (Double(xLines.count) - 1) * lineHeight + 0.3 * Metrics.textSize

    let placed = HeatmapLayout.place(
      data, columns: columns, gap: gap, plot: (plotWidth, plotHeight), left: left, top: top,
      below: belowPlot)
    panels = placed.panels
    let first = placed.panels[0].plot
    let lowest = placed.panels.map(\.plot.bottom).max() ?? first.bottom
    let rightmost = placed.panels.map(\.plot.right).max() ?? first.right
    bar = data.range.map { range in
      let above = range.exceedsUpper ? Metrics.barArrow : 0
      let below = range.exceedsLower ? Metrics.barArrow : 0
      return Rectangle(
        x: rightmost + Metrics.barGap, y: first.y + above, width: Metrics.barWidth,
        height: lowest - first.y - above - below)
    }
    barTitle = TextBlock(lines: barWords.lines, baseline: rightmost + barWords.baseline)
    legend = HeatmapLayout.legend(
      LegendEntry.entries(of: data), left: left, right: width - Metrics.margin,
      top: placed.bottom + 5)
    let legendBottom =
      legend.map { HeatmapLayout.bottom(of: $0.text, size: Metrics.tickSize) }.max()
      ?? placed.bottom
    note = HeatmapLayout.block(
      (data.remarks + provenance.words).joined(separator: " · "), size: Metrics.noteSize,
      widthMax: inner, top: legendBottom + 4)
    height = HeatmapLayout.bottom(of: note, size: Metrics.noteSize) + Metrics.margin
  }

  /// What stands right of the colour bar, and the room that bar and words need beside the panels.
  struct BarWords {
    let lines: [String]
    /// The first baseline of the words that run upwards, from the panels' right side.
    let baseline: Double
    let room: Double

    init(_ range: ColorRange?, label: String, plotHeight: Double) {
      guard let range else {
        // Half of the last label of the horizontal axis needs some room all the same.
        (lines, baseline, room) = ([], 0, 8)
        return
      }
      lines = TextMetrics.balancedLines(
        of: label, size: Metrics.textSize, widthMax: max(plotHeight, 60),
        countMax: Metrics.turnedLineCountMax)
      let widths = range.ticks.map { TextMetrics.width(of: $0.label, size: Metrics.tickSize) }
      let ticksEnd =
        Metrics.barGap + Metrics.barWidth + Metrics.tickLength + 2 + (widths.max() ?? 0)
      baseline = ticksEnd + 2 + Metrics.textSize * 0.8
      let linesWidth = Double(lines.count) * Metrics.textSize * Metrics.leading
      room = ticksEnd + (lines.isEmpty ? 0 : 2 + linesWidth)
    }
  }

  /// Panels row by row, all plots of one size.
  private static func place(
    _ data: HeatmapData, columns: Int, gap: Double, plot: (width: Double, height: Double),
    left: Double, top: Double, below: Double
  ) -> (panels: [PanelPlace], bottom: Double) {
    var panels: [PanelPlace] = []
    var rowTop = top
    for start in stride(from: 0, to: data.panels.count, by: columns) {
      let row = data.panels[start..<min(start + columns, data.panels.count)]
      let lines = row.map { panel in
        data.panels.count == 1
          ? []
          : TextMetrics.balancedLines(
            of: panel.label, size: Metrics.textSize, widthMax: plot.width)
      }
      let lineHeight = Metrics.textSize * Metrics.leading
      let lineCount = lines.map(\.count).max() ?? 0
      let plotTop = rowTop + (lineCount == 0 ? 2 : Double(lineCount) * lineHeight + 3)
      for (column, title) in lines.enumerated() {
        let x = left + Double(column) * (plot.width + gap)
        let lastBaseline = plotTop - 3.5
        panels.append(
          PanelPlace(
            plot: Rectangle(x: x, y: plotTop, width: plot.width, height: plot.height),
            title: TextBlock(
              lines: title, baseline: lastBaseline - Double(max(title.count - 1, 0)) * lineHeight),
            isLeftmost: column == 0))
      }
      rowTop = plotTop + plot.height + below + 6
    }
    return (panels, rowTop - 6)
  }

  /// Entries side by side as far as there is room, then in the next row.
  private static func legend(
    _ entries: [LegendEntry], left: Double, right: Double, top: Double
  ) -> [LegendPlace] {
    let size = Metrics.tickSize
    let indent = Metrics.swatchWidth + 3
    var places: [LegendPlace] = []
    var x = left
    var rowTop = top
    var rowLines = 1
    for entry in entries {
      let lines = TextMetrics.lines(of: entry.label, size: size, widthMax: right - left - indent)
      let width = indent + (lines.map { TextMetrics.width(of: $0, size: size) }.max() ?? 0)
      if x > left, x + width > right {
        x = left
        rowTop += Double(rowLines) * size * Metrics.leading + 2.5
        rowLines = 1
      }
      let baseline = rowTop + size
      places.append(
        LegendPlace(
          mark: entry.mark,
          swatch: Rectangle(
            x: x, y: baseline - 0.36 * size - Metrics.swatchHeight / 2, width: Metrics.swatchWidth,
            height: Metrics.swatchHeight),
          text: TextBlock(lines: lines, baseline: baseline)))
      x += width + 8
      rowLines = max(rowLines, lines.count)
    }
    return places
  }

  /// Cells look square where the numbers of columns and rows allow it; a plot is never taller than
  /// wide, nor flatter than half of that, unless it has very few rows.
  private static func plotHeight(_ data: HeatmapData, width: Double) -> Double {
    let ratio = cellCount(data.y) / cellCount(data.x)
    let least = min(0.5 * width, max(48, 34 * cellCount(data.y)))
    return min(max(width * ratio, least), width, Metrics.rowHeightMax * cellCount(data.y))
  }

  /// How many cells of the usual width an axis has room for.
  private static func cellCount(_ axis: HeatmapAxis) -> Double {
    let widths = axis.spans.map { $0.upperBound - $0.lowerBound }
    let usual = Statistics.quantile(widths, share: 0.5)
    return (axis.extent.upperBound - axis.extent.lowerBound) / usual
  }

  /// A block of text below a place.
  static func block(
    _ text: String, size: Double, widthMax: Double, top: Double
  ) -> TextBlock {
    TextBlock(
      lines: TextMetrics.lines(of: text, size: size, widthMax: widthMax), baseline: top + size)
  }

  /// The lower side of a block of text, descenders included.
  static func bottom(of block: TextBlock, size: Double) -> Double {
    block.baseline + Double(max(block.lines.count - 1, 0)) * size * Metrics.leading + 0.3 * size
  }
}
