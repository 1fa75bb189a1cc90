import Glibc

/// The functions that an expression may call.
enum ExpressionFunction: String, CaseIterable, Sendable {
  case abs, min, max, sqrt, log, log10, exp, floor, ceil, round

  /// How many arguments it takes.
  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .min, .max: 1...16
    default: 1...1
    }
  }

  /// The value; NaN, which counts as missing, where the function has none.
  func callAsFunction(_ arguments: [Double]) -> Double {
    guard let first = arguments.first, !arguments.contains(where: \.isNaN) else { return .nan }
    return switch self {
    case .abs: first.magnitude
    case .min: arguments.reduce(first) { Swift.min($0, $1) }
    case .max: arguments.reduce(first) { Swift.max($0, $1) }
    case .sqrt: first.squareRoot()
    case .log: Glibc.log(first)
    case .log10: Glibc.log10(first)
    case .exp: Glibc.exp(first)
    case .floor: first.rounded(.down)
    case .ceil: first.rounded(.up)
    case .round: first.rounded(.toNearestOrAwayFromZero)
    }
  }
}
