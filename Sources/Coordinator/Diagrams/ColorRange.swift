/// What the colours span.
package struct ColorRange: Hashable, Sendable {
  /// The value of the first colour.
  package var lower: Double
  /// The value of the last colour.
  package var upper: Double
  /// The value of the neutral colour, halfway between; `nil` for a map without one.
  package var center: Double?
  /// Whether some numbers lie below and have the first colour too.
  package var exceedsLower = false
  /// Whether some numbers lie above and have the last colour too.
  package var exceedsUpper = false
  /// Marks for the colour bar, the ends included where they are round.
  package var ticks: [Tick]

  private static let tickCountMax = 6

  /// The place of a value between the ends, 0...1.
  package func share(of value: Double) -> Double {
    min(max((value - lower) / (upper - lower), 0), 1)
  }

  /// Spans some numbers, rounded outwards to a fraction of a tick.
  ///
  /// Numbers on both sides of zero, the smaller side at least a twentieth of the greater, get a
  /// diverging map that is symmetric around the level, or zero without one; so does any measure
  /// whose contour is at zero.
  ///
  /// There is no range without numbers.
  ///
  /// - Parameters:
  ///   - numbers: the finite numbers of all panels.
  ///   - level: the contour's level, when it is one of the colour itself.
  ///   - limits: the ends, when they are given; the map is then diverging when the level, or zero
  ///     without one, is in their middle.
  init?(_ numbers: [Double], level: Double?, limits: ClosedRange<Double>? = nil) {
    let ordinary = numbers.filter { abs($0) <= HeatmapData.magnitudeMax }
    guard let least = ordinary.min(), let greatest = ordinary.max() else { return nil }
    let middle = level ?? 0
    if let limits {
      self.init(limits: limits, middle: middle)
      exceedsLower = least < lower
      exceedsUpper = greatest > upper
      return
    }
    let smallerSide = min(greatest, -least)
    let hasBothSigns = smallerSide > 0 && smallerSide >= 0.05 * max(greatest, -least)
    guard hasBothSigns || level == 0 else {
      self.init(from: least, to: greatest)
      return
    }
    self.init(around: middle, reach: max(abs(greatest - middle), abs(middle - least)))
  }

  private init(around middle: Double, reach: Double) {
    let step = TickStep(
      spanning: reach > 0 ? 2 * reach : 1, atMost: ColorRange.tickCountMax)
    let rounded = step.fine.rounded(reach > 0 ? reach : 0.5, .up)
    lower = middle - rounded
    upper = middle + rounded
    center = middle
    ticks = step.ticks(in: lower...upper)
  }

  private init(from least: Double, to greatest: Double) {
    let isFlat = greatest - least <= 1e-12 * abs(greatest)
    let room = isFlat ? (least == 0 ? 1 : abs(least) / 10) : 0
    let step = TickStep(
      spanning: greatest - least + 2 * room, atMost: ColorRange.tickCountMax)
    lower = step.half.rounded(least - room, .down)
    upper = step.half.rounded(greatest + room, .up)
    center = nil
    ticks = step.ticks(in: lower...upper)
  }

  private init(limits: ClosedRange<Double>, middle: Double) {
    let span = limits.upperBound - limits.lowerBound
    lower = limits.lowerBound
    upper = limits.upperBound
    let half = lower + span / 2
    center = abs(half - middle) <= 1e-9 * span ? middle : nil
    ticks = TickStep(spanning: span, atMost: ColorRange.tickCountMax).ticks(in: limits)
  }
}
