public import Protocol

/// How many directions the rows of a matrix share, as the entropy of its spectrum has it.
///
/// er2 = exp(-Σ q ln q) with q = s² / Σ s² over the singular values s: 1 when all rows lie on one
/// line, the rank when all singular values are equal. Source: Roy and Vetterli, "The effective rank",
/// EUSIPCO 2007, on squares.
public enum EffectiveRank {
  /// Of the kernels of a convolution, each of unit length.
  public static let ofKernels = MeasureDescription(
    name: "kernelRank", label: "effective rank",
    meaning:
      "Effective rank of the kernels: exp of the entropy of the squared singular values of the unit"
      + " kernels, with their biases; 1 when all lie on one line.")

  /// The effective rank of rows; NaN where there is no row but zeros.
  public static func value(_ rows: [[Double]]) -> Double {
    guard !rows.isEmpty else { return .nan }
    let squares = SingularValues(ofRows: rows).values.map { $0 * $0 }
    let total = squares.reduce(0, +)
    guard total > 0 else { return .nan }
    var entropy = 0.0
    for square in squares where square > 0 {
      entropy -= square / total * Elementary.logarithm(square / total)
    }
    return Elementary.exponential(entropy)
  }
}
