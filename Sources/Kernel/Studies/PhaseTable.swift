import Protocol

/// A point of the plane of the two initialisation exponents.
///
/// Coordinates are compared after rounding to nine digits after the point, so that 0.1 · 3 and 0.3
/// are one value.
struct PhasePoint: Hashable, Comparable {
  private let gammaUnits: Int64
  private let gammaPrimeUnits: Int64

  /// γ, how fast the output's scale falls with the width.
  var gamma: Double { Double(gammaUnits) / 1e9 }
  /// γ′, the imbalance of output and input weights.
  var gammaPrime: Double { Double(gammaPrimeUnits) / 1e9 }
  /// The point in words: (γ, γ′).
  var text: String { "(\(Numeral.short(gamma)), \(Numeral.short(gammaPrime)))" }

  /// Exponents are smaller than this; rows with larger ones are no trials of a study.
  static let magnitudeMax = 1000.0

  /// The point of these exponents, each smaller than ``magnitudeMax`` in size.
  init(_ gamma: Double, _ gammaPrime: Double) {
    gammaUnits = Int64((gamma * 1e9).rounded())
    gammaPrimeUnits = Int64((gammaPrime * 1e9).rounded())
  }

  /// Whether the point has this γ′.
  func isOnRow(_ gammaPrime: Double) -> Bool { self == PhasePoint(gamma, gammaPrime) }
  /// Whether the point has this γ.
  func isOnColumn(_ gamma: Double) -> Bool { self == PhasePoint(gamma, gammaPrime) }

  /// By γ′, then by γ: row by row of the diagram.
  static func < (left: PhasePoint, right: PhasePoint) -> Bool {
    (left.gammaPrimeUnits, left.gammaUnits) < (right.gammaPrimeUnits, right.gammaUnits)
  }
}

/// The results of a study of width exponents, as its statements read them.
///
/// It keeps the converged trials with the statements' fixed parameters, by point, width and
/// replicate. Numbers of a point are computed inside each replicate; the median over the
/// replicates is what counts.
struct PhaseTable {
  /// Narrower networks are too far from the limit that the statements are about.
  static let widthMin = 500
  /// The least ratio of the widest to the narrowest network of a slope.
  static let widthSpanMin = 4.0
  /// Axis values differ by rounding only when they differ by less than this.
  static let tolerance = 1e-9

  /// The measures of one trial.
  private typealias Measures = [String: Double]

  private var results: [PhasePoint: [UInt32: [Int: Measures]]] = [:]
  private var capCount = 0
  private var divergedCount = 0
  private var failedCount = 0

  /// Keeps the rows that the statements are about.
  /// - Parameters:
  ///   - rows: Trials of the study, in any order.
  ///   - fixed: The parameters that must have these values.
  init(_ rows: [StudyRow], fixed: [String: ParameterValue]) {
    for row in rows {
      guard fixed.allSatisfy({ PhaseTable.isSame(row.parameters[$0.key], $0.value) }),
        let width = row.parameters["width"]?.integer, width >= PhaseTable.widthMin,
        let gamma = row.parameters["init.gamma"]?.number,
        let gammaPrime = row.parameters["init.gammaPrime"]?.number,
        gamma.magnitude < PhasePoint.magnitudeMax,
        gammaPrime.magnitude < PhasePoint.magnitudeMax
      else { continue }
      switch row.outcome {
      case .completed(.rule):
        results[PhasePoint(gamma, gammaPrime), default: [:]][row.replicate, default: [:]][
          Int(width)] = row.measures
      case .completed: capCount += 1
      case .diverged: divergedCount += 1
      case .failed: failedCount += 1
      }
    }
  }

  /// The points that have results, row by row.
  var points: [PhasePoint] { results.keys.sorted() }

  /// A sentence about the trials that could not be used; empty when there are none.
  var remark: String {
    var parts: [String] = []
    if capCount > 0 { parts.append("\(capCount) that did not converge") }
    if divergedCount > 0 { parts.append("\(divergedCount) that diverged") }
    if failedCount > 0 { parts.append("\(failedCount) that failed") }
    return parts.isEmpty ? "" : "left out: trials " + parts.joined(separator: ", ")
  }

  /// The widths of a point over all replicates, ascending.
  func widths(at point: PhasePoint) -> [Int] {
    guard let replicates = results[point] else { return [] }
    return Set(replicates.values.flatMap(\.keys)).sorted()
  }

  /// The median over replicates of a measure at one width; `nil` when no replicate has it.
  func value(of measure: String, at point: PhasePoint, width: Int) -> Double? {
    guard let replicates = results[point] else { return nil }
    return PhaseTable.median(replicates.values.compactMap { $0[width]?[measure] })
  }

  /// The median over replicates of a measure at the point's largest width.
  func widestValue(of measure: String, at point: PhasePoint) -> Double? {
    widths(at: point).last.flatMap { value(of: measure, at: point, width: $0) }
  }

  /// The slope of log(measure) against log(width), the median over replicates.
  ///
  /// A replicate counts when its widths span a factor of ``widthSpanMin``; `nil` when none does.
  func slope(of measure: String, at point: PhasePoint) -> Double? {
    guard let replicates = results[point] else { return nil }
    return PhaseTable.median(
      replicates.values.compactMap { byWidth in
        let usable = byWidth.compactMapValues { $0[measure] }.filter { $0.value > 0 }
        guard let least = usable.keys.min(), let greatest = usable.keys.max(),
          Double(greatest) >= PhaseTable.widthSpanMin * Double(least)
        else { return nil }
        return PhaseTable.leastSquaresSlope(
          usable.sorted { $0.key < $1.key }.map {
            (Elementary.logarithm(Double($0.key)), Elementary.logarithm($0.value))
          })
      })
  }

  /// The zeros of a function of γ, by linear interpolation between neighbours.
  /// - Parameters:
  ///   - samples: The function's values by ascending γ.
  ///   - stepMax: Neighbours farther apart than this hide where a zero is; none is taken there.
  /// - Returns: Where the function is zero, ascending.
  static func zeros(
    _ samples: [(gamma: Double, value: Double)], stepMax: Double
  ) -> [Double] {
    var zeros = samples.filter { $0.value == 0 }.map(\.gamma)
    for (left, right) in zip(samples, samples.dropFirst())
    where left.value * right.value < 0 && right.gamma - left.gamma <= stepMax + tolerance {
      let share = left.value / (left.value - right.value)
      zeros.append(left.gamma + share * (right.gamma - left.gamma))
    }
    return zeros.sorted()
  }

  /// Whether values reach over an interval with no gap longer than a step.
  /// - Parameters:
  ///   - values: Ascending.
  ///   - low: The lower end of the interval.
  ///   - high: The upper end.
  ///   - stepMax: The longest gap.
  /// - Returns: Whether there is a value at or beyond both ends and no gap is longer.
  static func covers(_ values: [Double], from low: Double, to high: Double, stepMax: Double) -> Bool
  {
    guard let first = values.last(where: { $0 <= low + tolerance }),
      let last = values.first(where: { $0 >= high - tolerance })
    else { return false }
    let inside = values.filter { $0 >= first && $0 <= last }
    return zip(inside, inside.dropFirst()).allSatisfy { $1 - $0 <= stepMax + tolerance }
  }

  /// The slope of the straight line that fits points best in the sense of least squares.
  static func leastSquaresSlope(_ points: [(x: Double, y: Double)]) -> Double {
    let count = Double(points.count)
    let meanX = points.reduce(0) { $0 + $1.x } / count
    let meanY = points.reduce(0) { $0 + $1.y } / count
    let products = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
    return products / points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
  }

  /// The middle value, or the mean of the two middle ones; `nil` of nothing.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// Whether two values are the same but for the rounding of numbers.
  static func isSame(_ left: ParameterValue?, _ right: ParameterValue) -> Bool {
    guard let left else { return false }
    guard let one = left.number, let other = right.number else { return left == right }
    return abs(one - other) <= tolerance * max(abs(one), abs(other))
  }
}
