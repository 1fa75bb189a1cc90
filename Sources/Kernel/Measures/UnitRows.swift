/// Vectors of unit length, as the measures of condensation compare them.
public struct UnitRows: Sendable {
  /// The vectors; those that were zero have no direction and are left out.
  public let rows: [[Double]]

  /// The directions of vectors.
  /// - Parameter vectors: One array a vector, all of one length.
  public init(_ vectors: [[Double]]) {
    rows = vectors.compactMap { vector in
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 0 ? vector.map { $0 / norm } : nil
    }
  }

  /// The number of vectors.
  public var count: Int { rows.count }

  /// The cosines of all pairs of different vectors, row by row above the diagonal.
  public var cosines: [Double] {
    rows.indices.flatMap { one in
      rows[(one + 1)...].map { UnitRows.product(rows[one], $0) }
    }
  }

  /// The cosine of every vector with one of unit length.
  public func cosines(with direction: [Double]) -> [Double] {
    rows.map { UnitRows.product($0, direction) }
  }

  private static func product(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
