public import Protocol

/// The effective number of directions of two-dimensional input weights.
///
/// The angles atan2(bias, weight) fall in 60 equal bins of [-π, π), each neuron with the weight
/// A_k = |a_k| |w_k|; with q the shares of the bins, N = exp(-Σ q ln q): 1 when all the amplitude
/// points one way, 60 when it is spread evenly. Cost: one arc tangent a neuron.
public enum DirectionNumber {
  /// What diagrams and tables say of it.
  public static let description = MeasureDescription(
    name: "directionNumber", label: "N_dir",
    meaning:
      "Effective number of directions of the input weights: exp of the entropy of the amplitudes"
      + " |a| |w| over 60 equal bins of the angle; from 1 to 60.")

  /// Before training.
  public static let initial = MeasureDescription(
    name: "directionNumberInitial", label: "initial N_dir",
    meaning: "Effective number of directions of the input weights before the first step.")

  /// The number of bins.
  static let binCount = 60

  /// The effective number of directions.
  /// - Parameter neurons: Neurons with two entries a direction: (weight, bias).
  /// - Returns: From 1 to 60; NaN when no neuron has an amplitude.
  public static func value(_ neurons: Neurons) -> Double { value(neurons, areLines: false) }

  /// The effective number of directions of which opposite ones count as one.
  /// - Parameters:
  ///   - neurons: Neurons with two entries a direction: (weight, bias).
  ///   - areLines: Whether they count as one, as for an odd activation: the bins then divide half a
  ///     turn.
  /// - Returns: From 1 to 60; NaN when no neuron has an amplitude.
  public static func value(_ neurons: Neurons, areLines: Bool) -> Double {
    precondition(neurons.inputCount == 2, "direction number: one input and the bias")
    var bins = [Double](repeating: 0, count: binCount)
    for neuron in 0..<neurons.count {
      let angle = Elementary.angle(
        x: neurons.directions[2 * neuron], y: neurons.directions[2 * neuron + 1])
      var turns = angle / (2 * Double.pi) + 0.5
      if areLines { turns = (2 * turns).truncatingRemainder(dividingBy: 1) }
      let position = turns * Double(binCount)
      // The angle π closes the circle: it belongs to the first bin.
      bins[Int(position) % binCount] += neurons.amplitudes[neuron]
    }
    let total = bins.reduce(0, +)
    guard total > 0 else { return .nan }
    var entropy = 0.0
    for bin in bins where bin > 0 {
      entropy -= bin / total * Elementary.logarithm(bin / total)
    }
    return Elementary.exponential(entropy)
  }
}
