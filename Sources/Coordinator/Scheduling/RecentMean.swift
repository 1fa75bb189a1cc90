/// A mean in which the recent values count.
struct RecentMean: Sendable {
  private(set) var count = 0
  private var mean = 0.0
  private var variance = 0.0
  private static let countMax = 32

  /// `nil` until the first value.
  var value: Double? { count > 0 ? mean : nil }

  /// The standard deviation, in seconds.
  var deviation: Double { variance.squareRoot() }

  /// Takes in a time in seconds; a worker that says nonsense is not believed.
  mutating func add(_ seconds: Double) {
    guard seconds.isFinite, seconds >= 0 else { return }
    count += 1
    let bounded = min(max(seconds, 1e-6), 1e7)
    let weight = 1 / Double(min(count, RecentMean.countMax))
    let difference = bounded - mean
    mean += difference * weight
    variance += (difference * (bounded - mean) - variance) * weight
  }
}
