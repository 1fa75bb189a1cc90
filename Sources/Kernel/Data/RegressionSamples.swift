/// Samples of a function with one output: what a full-batch study fits.
public struct RegressionSamples: Equatable, Sendable {
  /// The inputs, sample by sample, each followed by the constant 1 of the bias: (samples, inputs).
  public var inputs: [Double]
  /// The targets: (samples).
  public var targets: [Double]

  /// The number of samples.
  public var count: Int { targets.count }
  /// The number of entries of an input, with the constant.
  public var inputCount: Int { inputs.count / targets.count }

  /// Puts samples together.
  /// - Parameters:
  ///   - points: The inputs without the constant, one array a sample, all of one length.
  ///   - targets: One number a sample.
  public init(points: [[Double]], targets: [Double]) {
    precondition(points.count == targets.count && !points.isEmpty, "one target a sample")
    precondition(points.allSatisfy { $0.count == points[0].count }, "inputs of one length")
    inputs = points.flatMap { $0 + [1] }
    self.targets = targets
  }

  /// The input of one sample with its constant.
  public func input(_ sample: Int) -> ArraySlice<Double> {
    inputs[sample * inputCount..<(sample + 1) * inputCount]
  }

  /// The direction Σ y_i (x_i, 1) of unit length: where small tanh neurons turn first.
  ///
  /// At small initialisation the gradient of every input weight is a multiple of it, because the
  /// network's output and the activation's curvature are negligible.
  public var targetWeightedDirection: [Double] {
    var sum = [Double](repeating: 0, count: inputCount)
    for sample in 0..<count {
      for (entry, value) in input(sample).enumerated() { sum[entry] += targets[sample] * value }
    }
    let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return sum.map { $0 / norm }
  }
}
