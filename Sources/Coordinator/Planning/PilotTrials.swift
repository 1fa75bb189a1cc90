package import Protocol

/// Picks a few trials that stand for all: spread out over their prices, and over the grid where
/// prices are equal, so that what they take is what the others will.
package struct PilotTrials: Sendable {
  private var trials: [(key: TrialKey, price: Double)] = []

  /// Picks from no trials yet.
  package init() {}

  /// Adds a trial that could be picked, in grid order.
  /// - Parameters:
  ///   - key: The trial.
  ///   - price: Its price in multiply-adds; trials without one are taken to cost nothing.
  package mutating func add(_ key: TrialKey, price: Double?) {
    trials.append((key: key, price: price ?? 0))
  }

  /// Picks the trials in the middle of so many equal parts of all.
  /// - Parameter count: How many; all of them where there are not more.
  /// - Returns: Their keys in the order of their prices.
  package func spread(_ count: Int) -> [TrialKey] {
    let order = trials.enumerated()
      .sorted { ($0.element.price, $0.offset) < ($1.element.price, $1.offset) }
      .map(\.element.key)
    guard count < order.count else { return order }
    return (0..<count).map { order[(2 * $0 + 1) * order.count / (2 * count)] }
  }
}
