/// The ticks of an axis with labels that fit beside each other.
struct AxisMarks {
  /// The ticks; some have no label.
  let ticks: [Tick]
  /// Whether the labels of a horizontal axis stand upright because they are too wide.
  let isTurned: Bool
  /// The widest label, in points.
  let labelWidth: Double
  /// How far the labels of a horizontal axis reach down, in points.
  let labelHeight: Double

  /// How much of the axis the widest label of a horizontal axis takes, in points.
  var reachAcross: Double { isTurned ? AxisMarks.size : labelWidth }

  private static let size = HeatmapLayout.Metrics.tickSize

  /// The marks of a horizontal axis.
  init(across axis: HeatmapAxis, length: Double) {
    if axis.spacing == .banded {
      let named = AxisMarks.shortened(AxisTicks.ticks(of: axis, atMost: axis.values.count))
      isTurned = !AxisMarks.fits(named, axis, length: length, extent: AxisMarks.extentAcross)
      let room = Int(length / (AxisMarks.size * 1.15))
      ticks =
        isTurned ? AxisMarks.shortened(AxisTicks.ticks(of: axis, atMost: max(room, 1))) : named
    } else {
      isTurned = false
      ticks = AxisMarks.fitting(
        axis, length: length, atMost: 8, extent: AxisMarks.extentAcross)
    }
    labelWidth = AxisMarks.widest(ticks)
    labelHeight = isTurned ? labelWidth : AxisMarks.size
  }

  /// The marks of a vertical axis.
  init(upright axis: HeatmapAxis, length: Double) {
    isTurned = false
    if axis.spacing == .banded {
      let room = Int(length / (AxisMarks.size * 1.15))
      ticks = AxisMarks.shortened(AxisTicks.ticks(of: axis, atMost: max(room, 1)))
    } else {
      ticks = AxisMarks.fitting(axis, length: length, atMost: 8, extent: AxisMarks.extentUpright)
    }
    labelWidth = AxisMarks.widest(ticks)
    labelHeight = AxisMarks.size
  }

  /// What is thinned out until labels have room, for a colour bar.
  static func thinned(_ ticks: [Tick], place: (Double) -> Double) -> [Tick] {
    var lastPlace = -Double.infinity
    return ticks.sorted { place($0.value) < place($1.value) }.map { tick in
      let here = place(tick.value)
      guard here - lastPlace >= size * 1.15 else {
        return Tick(value: tick.value, label: TickLabel(""))
      }
      lastPlace = here
      return tick
    }
  }

  private static func extentAcross(_ label: TickLabel) -> Double {
    TextMetrics.width(of: label, size: size) + 3
  }

  private static func extentUpright(_ label: TickLabel) -> Double { size * 1.4 }

  /// The most ticks whose labels do not touch.
  private static func fitting(
    _ axis: HeatmapAxis, length: Double, atMost countMax: Int, extent: (TickLabel) -> Double
  ) -> [Tick] {
    for count in stride(from: countMax, through: 2, by: -1) {
      let ticks = AxisTicks.ticks(of: axis, atMost: count)
      if fits(ticks, axis, length: length, extent: extent) { return ticks }
    }
    return withoutTouching(
      AxisTicks.ticks(of: axis, atMost: 2), axis, length: length, extent: extent)
  }

  private static func places(_ ticks: [Tick], _ axis: HeatmapAxis, length: Double) -> [Double] {
    let width = axis.extent.upperBound - axis.extent.lowerBound
    return ticks.map { tick in
      let position = axis.spacing == .banded ? tick.value : axis.position(of: tick.value)
      return (position - axis.extent.lowerBound) / width * length
    }
  }

  private static func fits(
    _ ticks: [Tick], _ axis: HeatmapAxis, length: Double, extent: (TickLabel) -> Double
  ) -> Bool {
    let kept = withoutTouching(ticks, axis, length: length, extent: extent)
    return zip(ticks, kept).allSatisfy { $0.label == $1.label }
  }

  private static func withoutTouching(
    _ ticks: [Tick], _ axis: HeatmapAxis, length: Double, extent: (TickLabel) -> Double
  ) -> [Tick] {
    var end = -Double.infinity
    return zip(ticks, places(ticks, axis, length: length)).map { tick, place in
      guard !tick.label.isEmpty else { return tick }
      let reach = extent(tick.label) / 2
      guard place - reach >= end else { return Tick(value: tick.value, label: TickLabel("")) }
      end = place + reach
      return tick
    }
  }

  private static func widest(_ ticks: [Tick]) -> Double {
    ticks.map { TextMetrics.width(of: $0.label, size: size) }.max() ?? 0
  }

  /// Long names of categories end in an ellipsis; the cells' tooltips have them whole.
  private static func shortened(_ ticks: [Tick]) -> [Tick] {
    ticks.map { tick in
      let text = TextMetrics.shortened(
        tick.label.text, size: size, widthMax: HeatmapLayout.Metrics.categoryWidthMax)
      return Tick(value: tick.value, label: TickLabel(text, exponent: tick.label.exponent))
    }
  }
}
