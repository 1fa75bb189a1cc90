public import Protocol

/// The mean of |cos| over all pairs of active neurons.
///
/// A neuron is active when its amplitude is more than 0.01 of the largest. Random directions give
/// 0.34 in six dimensions, neurons on one line give 1. Cost: inputs · active² / 2 multiply-adds.
/// Source: Chen, Li, Luo, Zhou, Xu, "Phase Diagram of Initial Condensation for Two-layer Neural
/// Networks", arXiv 2303.06561.
public enum MeanAbsoluteCosine {
  /// What diagrams and tables say of it.
  public static let description = MeasureDescription(
    name: "meanCosine", label: "mean |cos|",
    meaning:
      "Mean of |cos| between the input weights of pairs of active neurons (amplitude above 0.01 of"
      + " the largest); 1 when all lie on one line.")

  /// The share of the largest amplitude above which a neuron is active.
  static let activeShare = 0.01

  /// The mean of |cos|; NaN with fewer than two active neurons.
  public static func value(_ neurons: Neurons) -> Double {
    let active = neurons.active(above: activeShare)
    guard active.count > 1 else { return .nan }
    let lanes = SIMD4<Double>.scalarCount
    // Four neurons a vector, the last padded with zeros, whose cosine with anything is 0.
    let blockCount = (active.count + lanes - 1) / lanes
    var columns = [SIMD4<Double>](repeating: .zero, count: blockCount * active.inputCount)
    for neuron in 0..<active.count {
      for entry in 0..<active.inputCount {
        columns[neuron / lanes * active.inputCount + entry][neuron % lanes] =
          active.directions[neuron * active.inputCount + entry]
      }
    }
    var sum = 0.0
    for neuron in 0..<active.count {
      sum += absoluteCosines(of: neuron, in: active, columns: columns)
    }
    // Each pair was met twice, and each neuron once with itself.
    let count = Double(active.count)
    var selves = 0.0
    for neuron in 0..<active.count {
      let own = active.directions[neuron * active.inputCount..<(neuron + 1) * active.inputCount]
      selves += own.reduce(0) { $0 + $1 * $1 }
    }
    return (sum - selves) / (count * (count - 1))
  }

  private static func absoluteCosines(
    of neuron: Int, in neurons: Neurons, columns: [SIMD4<Double>]
  ) -> Double {
    let inputs = neurons.inputCount
    var sum = SIMD4<Double>.zero
    var block = 0
    while block < columns.count {
      var cosines = SIMD4<Double>.zero
      for entry in 0..<inputs {
        cosines += columns[block + entry] * neurons.directions[neuron * inputs + entry]
      }
      sum.replace(with: sum + cosines, where: cosines .> 0)
      sum.replace(with: sum - cosines, where: cosines .< 0)
      block += inputs
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3])
  }
}
