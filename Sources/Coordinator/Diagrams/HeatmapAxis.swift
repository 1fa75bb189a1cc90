import Glibc
import Planning
package import Protocol

/// One axis of a heat map: its values, where they lie and how far their cells reach.
///
/// Positions are what the drawing is linear in: the number itself on a linear axis, its decimal
/// logarithm on a logarithmic one, the index of the value on a banded one.
package struct HeatmapAxis: Hashable, Sendable {
  /// How values become positions.
  package enum Spacing: String, Hashable, Sendable {
    /// The number itself.
    case linear
    /// The decimal logarithm.
    case logarithmic
    /// One band of width 1 a value: words, truth values, and an axis of a single value.
    case banded
  }

  /// The parameter.
  package var name: String
  /// What the drawing writes, for instance `γ`.
  package var label: String
  /// The unit, empty for none.
  package var unit: String
  /// How values become positions.
  package var spacing: Spacing
  /// The values, each once.
  package var values: [ParameterValue]
  /// The position of each value.
  package var centers: [Double]
  /// The positions between which the cells of each value lie.
  package var spans: [ClosedRange<Double>]

  /// The positions that the axis covers.
  package var extent: ClosedRange<Double> {
    let lower = spans.map(\.lowerBound).min() ?? 0
    let upper = spans.map(\.upperBound).max() ?? 1
    return lower...upper
  }

  /// The label with its unit.
  package var title: String { unit.isEmpty ? label : "\(label) (\(unit))" }

  /// The position of a number; NaN where it has none.
  package func position(of number: Double) -> Double {
    switch spacing {
    case .linear: number
    case .logarithmic: number > 0 ? log10(number) : .nan
    case .banded: .nan
    }
  }

  /// The number at a position of a linear or logarithmic axis; NaN on a banded one.
  package func number(at position: Double) -> Double {
    switch spacing {
    case .linear: position
    case .logarithmic: pow(10, position)
    case .banded: .nan
    }
  }

  /// Lays an axis out.
  ///
  /// - Parameters:
  ///   - axis: the sweep's axis with the values that have cells.
  ///   - description: the parameter in the study, for label and unit.
  ///   - cellsOfValues: for each value the places on the other axis where it has a cell.
  init(_ axis: Axis, description: ParameterDescription?, cellsOfValues: [Set<Int>]) {
    name = axis.name
    label = if let label = description?.label, !label.isEmpty { label } else { axis.name }
    unit = description?.unit ?? ""
    values = axis.values
    spacing = HeatmapAxis.spacing(of: axis)
    let numbers = axis.values.map { $0.number ?? .nan }
    switch spacing {
    case .linear: centers = numbers
    case .logarithmic: centers = numbers.map(log10)
    case .banded: centers = axis.values.indices.map(Double.init)
    }
    spans =
      spacing == .banded
      ? centers.map { $0 - 0.5...$0 + 0.5 }
      : HeatmapAxis.spans(centers: centers, cellsOfValues: cellsOfValues)
  }

  /// An axis of numbers that are no values of a parameter, for instance training steps.
  /// - Parameters:
  ///   - label: what the drawing writes.
  ///   - unit: the unit, empty for none.
  ///   - spacing: linear or logarithmic.
  ///   - range: the numbers that it covers, above zero on a logarithmic axis.
  init(label: String, unit: String = "", spacing: Spacing, range: ClosedRange<Double>) {
    name = label
    self.label = label
    self.unit = unit
    self.spacing = spacing
    values = []
    centers = []
    spans =
      spacing == .logarithmic
      ? [log10(range.lowerBound)...log10(range.upperBound)] : [range]
  }

  /// Listed numbers count as logarithmic when they grow by factors rather than by steps.
  ///
  /// That is, over at least a decade, with logarithms that are spaced more evenly than the numbers
  /// themselves, of which no more than half follow one step.
  private static func spacing(of axis: Axis) -> Spacing {
    let numbers = axis.values.compactMap(\.number)
    guard axis.scale != .categorical, numbers.count == axis.values.count, numbers.count > 1,
      let least = numbers.first, let greatest = numbers.last,
      numbers.allSatisfy({ abs($0) <= HeatmapData.magnitudeMax }),
      greatest - least >= 1 / HeatmapData.magnitudeMax
    else { return .banded }
    guard least > 0 else { return .linear }
    if axis.scale == .logarithmic { return .logarithmic }
    guard numbers.count > 2, greatest / least >= 10 else { return .linear }
    let steps = HeatmapAxis.steps(numbers)
    let usual = Statistics.quantile(steps, share: 0.5)
    let evenCount = steps.count { abs($0 - usual) <= 0.01 * usual }
    guard 2 * evenCount <= steps.count else { return .linear }
    let factors = HeatmapAxis.steps(numbers.map(log10))
    return unevenness(factors) < unevenness(steps) ? .logarithmic : .linear
  }

  private static func steps(_ positions: [Double]) -> [Double] {
    zip(positions.dropFirst(), positions).map { $0 - $1 }
  }

  /// The standard deviation of steps, relative to their mean.
  private static func unevenness(_ steps: [Double]) -> Double {
    Statistics.standardDeviation(steps) / Statistics.mean(steps)
  }

  /// How far the cells of each value reach.
  ///
  /// Neighbouring values whose cells stand side by side share an edge halfway between them, so
  /// that unequal spacing is drawn true. Where they mostly do not (single points beside a grid, or
  /// grids apart), the cells end where they would if the grid went on: as far from the value as on
  /// its other side, or, with no such neighbour on either side, half the median distance of those
  /// that do stand side by side. No edge passes the middle to the next value. What lies between
  /// stays empty, because nobody asked for a result there.
  static func spans(centers: [Double], cellsOfValues: [Set<Int>]) -> [ClosedRange<Double>] {
    precondition(centers.count == cellsOfValues.count, "one set of cells a value")
    let count = centers.count
    guard count > 1 else { return centers.map { $0 - 0.5...$0 + 0.5 } }
    let gaps = (1..<count).map { centers[$0] - centers[$0 - 1] }
    let joined = (1..<count).map { index in
      let left = cellsOfValues[index - 1]
      let right = cellsOfValues[index]
      return 2 * left.intersection(right).count >= max(left.count, right.count)
    }
    let joinedGaps = gaps.indices.filter { joined[$0] }.map { gaps[$0] }
    let usual = Statistics.quantile(joinedGaps.isEmpty ? gaps : joinedGaps, share: 0.5) / 2
    return centers.indices.map { index in
      let left = index > 0 && joined[index - 1] ? gaps[index - 1] / 2 : nil
      let right = index < count - 1 && joined[index] ? gaps[index] / 2 : nil
      let leftLimit = index > 0 ? gaps[index - 1] / 2 : .infinity
      let rightLimit = index < count - 1 ? gaps[index] / 2 : .infinity
      let leftReach = left ?? min(right ?? usual, leftLimit)
      let rightReach = right ?? min(left ?? usual, rightLimit)
      return centers[index] - leftReach...centers[index] + rightReach
    }
  }
}
