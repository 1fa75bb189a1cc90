/// The few points on a line that two-layer ReLU networks are fitted to.
public enum LinePoints: String, Sendable, CaseIterable {
  /// Four evenly spaced points with targets of both signs.
  case fourPoints = "four-points"
  /// The same four inputs with the teaching notebook's f(x) = 0.2 ReLU(x - ⅓) + 0.2 ReLU(-x - ⅓).
  case book
  /// The three points of the authors' public script.
  case threePoints = "three-points"

  /// The samples.
  public var samples: RegressionSamples {
    switch self {
    case .fourPoints: LinePoints.onLine([-1, -1.0 / 3, 1.0 / 3, 1], [0.6, -0.3, 0.1, 0.8])
    case .book:
      LinePoints.onLine(
        [-1, -1.0 / 3, 1.0 / 3, 1],
        [-1, -1.0 / 3, 1.0 / 3, 1].map { 0.2 * max($0 - 1.0 / 3, 0) + 0.2 * max(-$0 - 1.0 / 3, 0) })
    case .threePoints: LinePoints.onLine([-0.5, 0, 0.5], [-0.5, 0, 1])
    }
  }

  private static func onLine(_ inputs: [Double], _ targets: [Double]) -> RegressionSamples {
    RegressionSamples(points: inputs.map { [$0] }, targets: targets)
  }
}
