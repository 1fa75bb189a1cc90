public import Protocol

/// How far the neurons of the first query matrix have gathered on few lines.
///
/// Neuron i is the weights that make component i of a query; its cosines with the others count by
/// their size. Source: Zhang and others, arXiv 2405.05409, for the cosines; their mean is a
/// definition of our own.
public enum QueryDirections {
  /// The mean over pairs.
  public static let meanCosine = MeasureDescription(
    name: "queryCosine", label: "mean |cos| of W_Q",
    meaning:
      "Mean of |cos| over all pairs of neurons of the first block's query matrix; 1 when all lie on"
      + " one line.")

  /// The mean of |cos|; NaN with fewer than two neurons.
  public static func meanCosine(_ neurons: UnitRows) -> Double {
    let cosines = neurons.cosines
    return cosines.isEmpty
      ? .nan : cosines.reduce(0) { $0 + $1.magnitude } / Double(cosines.count)
  }
}
