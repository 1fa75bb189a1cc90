/// Simple functions that few samples are drawn from.
public enum FittedFunction: String, Hashable, Sendable, CaseIterable {
  /// ½ ReLU(-x - ⅓) + ½ ReLU(x - ⅓) on [-1, 1].
  case twoReLU = "two-relu"
  /// tanh(x - 6) + tanh(x + 6) on [-10, 10].
  case twoTanh = "two-tanh"
  /// tanh(x_1 + ... + x_d) of normal inputs.
  case tanhOfSum = "tanh-of-sum"

  /// Whether there is one input, at evenly spaced points.
  public var isOnLine: Bool { self != .tanhOfSum }

  /// The value at a point.
  public func value(_ point: [Double]) -> Double {
    switch self {
    case .twoReLU: 0.5 * max(-point[0] - 1.0 / 3, 0) + 0.5 * max(point[0] - 1.0 / 3, 0)
    case .twoTanh:
      Self.hyperbolicTangent(point[0] - 6) + Self.hyperbolicTangent(point[0] + 6)
    case .tanhOfSum: Self.hyperbolicTangent(point.reduce(0, +))
    }
  }

  /// Samples to train on, or to test with.
  ///
  /// Points of a line are evenly spaced and include its ends; one alone is in the middle. Otherwise
  /// entry j of sample i takes index i d + j of the stream, of which there is one for training and one
  /// for the test.
  /// - Parameters:
  ///   - count: How many.
  ///   - dimension: The inputs of a function of several.
  ///   - isTest: Whether they are to test with.
  ///   - seed: The seed index of the purpose `data`.
  /// - Returns: The samples.
  public func samples(
    count: Int, dimension: Int, isTest: Bool, seed: UInt32
  ) -> RegressionSamples {
    let points: [[Double]]
    if isOnLine {
      let end = self == .twoReLU ? 1.0 : 10
      points = (0..<count).map { index in
        [count == 1 ? 0 : end * (2 * Double(index) / Double(count - 1) - 1)]
      }
    } else {
      var draws = [Double](repeating: 0, count: count * dimension)
      RandomStream(seed: seed, purpose: .data, step: isTest ? 1 : 0).fillNormal(&draws)
      points = (0..<count).map { Array(draws[$0 * dimension..<($0 + 1) * dimension]) }
    }
    return RegressionSamples(points: points, targets: points.map(value))
  }

  /// tanh from the exponential, to the last places of 1.
  private static func hyperbolicTangent(_ x: Double) -> Double {
    let power = Elementary.exponential(-2 * abs(x))
    let size = (1 - power) / (1 + power)
    return x < 0 ? -size : size
  }
}

extension RegressionSamples {
  /// The inputs without the constant, sample by sample.
  public var points: [Double] { (0..<count).flatMap { input($0).dropLast() } }
}
