/// Samples of a sine in several dimensions at uniform random inputs.
public enum SineSamples {
  /// Samples of y = sin(Σ x_k + phase) + offset with x uniform in [-1, 1]^d.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - dimension: d.
  ///   - phase: Added inside the sine, in radians.
  ///   - offset: Added to the sine.
  ///   - seed: The seed index of the purpose `data`.
  /// - Returns: The samples.
  public static func sineOfSum(
    count: Int, dimension: Int, phase: Double, offset: Double, seed: UInt32
  ) -> RegressionSamples {
    let points = uniformPoints(count: count, dimension: dimension, from: -1, to: 1, seed: seed)
    return RegressionSamples(
      points: points,
      targets: points.map { Elementary.sine($0.reduce(0, +) + phase) + offset })
  }

  /// Samples of the teaching notebook: y = 3.5 Σ sin(5 x_k + 1) with x uniform in [-4, 2]^d.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - dimension: d.
  ///   - seed: The seed index of the purpose `data`.
  /// - Returns: The samples.
  public static func sumOfSines(count: Int, dimension: Int, seed: UInt32) -> RegressionSamples {
    let points = uniformPoints(count: count, dimension: dimension, from: -4, to: 2, seed: seed)
    return RegressionSamples(
      points: points,
      targets: points.map { 3.5 * $0.reduce(0) { $0 + Elementary.sine(5 * $1 + 1) } })
  }

  /// Random inputs; entry j of sample i takes index i d + j of tensor 0.
  private static func uniformPoints(
    count: Int, dimension: Int, from low: Double, to high: Double, seed: UInt32
  ) -> [[Double]] {
    var draws = [Double](repeating: 0, count: count * dimension)
    RandomStream(seed: seed, purpose: .data, step: 0).fillUniform(&draws)
    return (0..<count).map { sample in
      draws[sample * dimension..<(sample + 1) * dimension].map { low + (high - low) * $0 }
    }
  }
}
