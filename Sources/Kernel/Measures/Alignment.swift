public import Protocol

/// How far the input weights point along one axis, weighted by amplitude.
///
/// Σ A_k |u · ŵ_k| / Σ A_k with the unit direction u: 1 when every neuron that matters points along
/// u or against it.
public enum Alignment {
  /// What diagrams and tables say of it.
  public static let description = MeasureDescription(
    name: "alignment", label: "alignment",
    meaning:
      "Amplitude-weighted mean of |cos| between the input weights and the direction Σ y (x, 1) of"
      + " the data; 1 when all are condensed on it.")

  /// The alignment of neurons with a direction.
  /// - Parameters:
  ///   - neurons: The neurons.
  ///   - direction: u, of unit length.
  /// - Returns: From 0 to 1; NaN when no neuron has an amplitude.
  public static func value(_ neurons: Neurons, along direction: [Double]) -> Double {
    precondition(direction.count == neurons.inputCount, "alignment: a direction of the inputs")
    var aligned = 0.0
    var total = 0.0
    for neuron in 0..<neurons.count {
      var cosine = 0.0
      for entry in direction.indices {
        cosine += direction[entry] * neurons.directions[neuron * direction.count + entry]
      }
      aligned += neurons.amplitudes[neuron] * cosine.magnitude
      total += neurons.amplitudes[neuron]
    }
    return total > 0 ? aligned / total : .nan
  }
}
