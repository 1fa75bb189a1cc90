/// Summaries of a few numbers; every one is NaN where it has no meaning.
///
/// Sums run in the order given, so that the same numbers give the same bits.
enum Statistics {
  /// The arithmetic mean; NaN for none.
  static func mean(_ numbers: [Double]) -> Double {
    numbers.isEmpty ? .nan : numbers.reduce(0, +) / Double(numbers.count)
  }

  /// The sample standard deviation (divided by one less than the count); NaN below two numbers.
  static func standardDeviation(_ numbers: [Double]) -> Double {
    guard numbers.count > 1 else { return .nan }
    let center = mean(numbers)
    let squares = numbers.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    return (squares / Double(numbers.count - 1)).squareRoot()
  }

  /// The value below which `share` (0...1) of the numbers lies, linear between neighbours; NaN for
  /// none.
  static func quantile(_ numbers: [Double], share: Double) -> Double {
    guard !numbers.isEmpty, numbers.allSatisfy({ !$0.isNaN }) else { return .nan }
    let sorted = numbers.sorted()
    let place = min(max(share, 0), 1) * Double(sorted.count - 1)
    let lower = Int(place.rounded(.down))
    let upper = min(lower + 1, sorted.count - 1)
    let fraction = place - Double(lower)
    return fraction == 0
      ? sorted[lower] : sorted[lower] + fraction * (sorted[upper] - sorted[lower])
  }

  /// The slope of the straight line through the points that is best by least squares; NaN when
  /// there are not two different abscissas.
  static func slope(_ abscissas: [Double], _ ordinates: [Double]) -> Double {
    precondition(abscissas.count == ordinates.count, "a slope needs one ordinate an abscissa")
    let centerX = mean(abscissas)
    let centerY = mean(ordinates)
    var squares = 0.0
    var products = 0.0
    for (x, y) in zip(abscissas, ordinates) {
      squares += (x - centerX) * (x - centerX)
      products += (x - centerX) * (y - centerY)
    }
    return squares > 0 ? products / squares : .nan
  }
}
