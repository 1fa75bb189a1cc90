public import Protocol

/// What the embedded values look like: how many directions they fill, and whether the first of them
/// is the order of the numbers.
public struct EmbeddingOrder: Sendable {
  /// The rank.
  public static let rank = MeasureDescription(
    name: "embeddingRank", label: "effective rank of the embedding",
    meaning:
      "Effective rank of the embedded values minus their mean: exp of the entropy of the squared"
      + " singular values.")
  /// The order.
  public static let order = MeasureDescription(
    name: "embeddingOrder", label: "order of the embedding",
    meaning:
      "Size of Spearman's correlation between the values and their first principal component; 1 when"
      + " the embedding is ordered by number.")
  /// The spectrum.
  public static let spectrum = MeasureDescription(
    name: "embeddingSpectrum", label: "spectrum of the embedding", kind: .vector,
    meaning: "Eigenvalues of the covariance of the embedded values, greatest first.")

  /// The rows minus their mean.
  public let rows: [[Double]]
  private let singular: SingularValues

  /// Takes rows of ascending values, at least two.
  public init(rows: [[Double]]) {
    precondition(rows.count > 1, "an order has two rows at least")
    let columns = rows[0].indices
    let means = columns.map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
    }
    self.rows = rows.map { row in columns.map { row[$0] - means[$0] } }
    singular = SingularValues(ofRows: self.rows)
  }

  /// The eigenvalues of the covariance, greatest first.
  public var spectrum: [Double] {
    singular.values.map { $0 * $0 / Double(rows.count) }
  }

  /// The size of Spearman's correlation of place and first principal component.
  public var order: Double {
    // The components of the rows along the first right singular vector are multiples of the first
    // left one, and only their order counts.
    EmbeddingOrder.rankCorrelation(singular.firstLeft).magnitude
  }

  /// Spearman's correlation of numbers with their places; equal numbers keep the order of places.
  static func rankCorrelation(_ numbers: [Double]) -> Double {
    let places = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    let squares = places.enumerated().reduce(0.0) { sum, entry in
      let difference = Double(entry.offset - entry.element)
      return sum + difference * difference
    }
    let count = Double(numbers.count)
    return 1 - 6 * squares / (count * (count * count - 1))
  }
}
