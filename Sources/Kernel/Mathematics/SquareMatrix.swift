/// A square matrix in double precision, for measures: its products are plain sums in one order.
public struct SquareMatrix: Equatable, Sendable {
  /// The number of rows.
  public let order: Int
  /// The entries, row-major.
  public var entries: [Double]

  /// Puts a matrix together.
  /// - Parameters:
  ///   - order: The number of rows.
  ///   - entries: order x order numbers, row-major.
  public init(order: Int, entries: [Double]) {
    precondition(order > 0 && entries.count == order * order, "a square has \(order) rows")
    self.order = order
    self.entries = entries
  }

  /// The product AᵀB of two matrices with as many rows, given row by row.
  public init(transposed left: [[Double]], times right: [[Double]]) {
    precondition(
      left.count == right.count && !left.isEmpty && left[0].count == right[0].count,
      "factors have rows of one length, and as many")
    let order = left[0].count
    var entries = [Double](repeating: 0, count: order * order)
    for (one, other) in zip(left, right) {
      for row in 0..<order {
        for column in 0..<order { entries[row * order + column] += one[row] * other[column] }
      }
    }
    self.init(order: order, entries: entries)
  }

  /// The rows.
  public var rows: [[Double]] {
    (0..<order).map { Array(entries[$0 * order..<($0 + 1) * order]) }
  }

  /// Rows as columns.
  public var transposed: SquareMatrix {
    var result = self
    for row in 0..<order {
      for column in 0..<order {
        result.entries[column * order + row] = entries[row * order + column]
      }
    }
    return result
  }

  /// A vector multiplied from the left: A v.
  public func image(of vector: [Double]) -> [Double] {
    (0..<order).map { row in
      var sum = 0.0
      for column in 0..<order { sum += entries[row * order + column] * vector[column] }
      return sum
    }
  }

  /// The product of two matrices.
  public static func * (left: SquareMatrix, right: SquareMatrix) -> SquareMatrix {
    SquareMatrix(transposed: left.transposed.rows, times: right.rows)
  }

  /// A multiple.
  public static func * (factor: Double, matrix: SquareMatrix) -> SquareMatrix {
    SquareMatrix(order: matrix.order, entries: matrix.entries.map { factor * $0 })
  }

  /// The sum of two matrices.
  public static func + (left: SquareMatrix, right: SquareMatrix) -> SquareMatrix {
    SquareMatrix(order: left.order, entries: zip(left.entries, right.entries).map { $0 + $1 })
  }
}
