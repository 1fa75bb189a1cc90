/// The eigenvalues and eigenvectors of a symmetric matrix in double precision.
///
/// Cyclic Jacobi rotations: every sweep turns each pair of axes so that their element vanishes, until
/// all are below rounding. Only roots, products and sums are used, in one order, so the bits are the
/// same everywhere. Cost: about 30 n^3 multiply-adds. Source: Golub and Van Loan, "Matrix
/// Computations", section 8.5.
public struct SymmetricEigenvalues: Sendable {
  /// The eigenvalues, greatest first.
  public let values: [Double]
  /// The eigenvectors of unit length in the same order.
  public let vectors: [[Double]]

  /// Diagonalises a matrix.
  /// - Parameters:
  ///   - matrix: order x order elements, row-major and symmetric.
  ///   - order: The number of rows.
  public init(of matrix: [Double], order: Int) {
    precondition(matrix.count == order * order, "a matrix of \(order) x \(order)")
    var rotated = Rotations(matrix: matrix, order: order)
    for _ in 0..<SymmetricEigenvalues.sweepsMax {
      guard rotated.sweep() else { break }
    }
    let places = (0..<order).sorted {
      rotated.matrix[$0 * order + $0] > rotated.matrix[$1 * order + $1]
    }
    values = places.map { rotated.matrix[$0 * order + $0] }
    vectors = places.map { place in (0..<order).map { rotated.basis[$0 * order + place] } }
  }

  /// Convergence is quadratic; a dozen sweeps are enough for any matrix of numbers.
  private static let sweepsMax = 60

  /// A matrix turned into the basis that belongs to it.
  private struct Rotations {
    var matrix: [Double]
    var basis: [Double]
    let order: Int

    init(matrix: [Double], order: Int) {
      self.matrix = matrix
      self.order = order
      basis = (0..<(order * order)).map { $0 / order == $0 % order ? 1 : 0 }
    }

    /// Turns every pair of axes once; whether any turned.
    mutating func sweep() -> Bool {
      var turned = false
      for first in 0..<order {
        for second in (first + 1)..<max(order, first + 1) where turn(first, second) {
          turned = true
        }
      }
      return turned
    }

    /// Makes the element of a pair of axes zero; `false` where it is nothing beside the diagonal.
    private mutating func turn(_ first: Int, _ second: Int) -> Bool {
      let element = matrix[first * order + second]
      let one = matrix[first * order + first]
      let other = matrix[second * order + second]
      guard abs(element) > 1e-17 * (abs(one) * abs(other)).squareRoot(),
        abs(element) > Double.leastNormalMagnitude
      else { return false }
      let ratio = (other - one) / (2 * element)
      let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
      let cosine = 1 / (1 + tangent * tangent).squareRoot()
      let sine = tangent * cosine
      for index in 0..<order {
        let (left, right) = (matrix[index * order + first], matrix[index * order + second])
        matrix[index * order + first] = cosine * left - sine * right
        matrix[index * order + second] = sine * left + cosine * right
      }
      for index in 0..<order {
        let (above, below) = (matrix[first * order + index], matrix[second * order + index])
        matrix[first * order + index] = cosine * above - sine * below
        matrix[second * order + index] = sine * above + cosine * below
        let (left, right) = (basis[index * order + first], basis[index * order + second])
        basis[index * order + first] = cosine * left - sine * right
        basis[index * order + second] = sine * left + cosine * right
      }
      matrix[first * order + second] = 0
      matrix[second * order + first] = 0
      return true
    }
  }
}

/// The singular values of a matrix, from the eigenvalues of its smaller Gram matrix.
public struct SingularValues: Sendable {
  /// The singular values, greatest first; as many as the smaller extent.
  public let values: [Double]
  /// The left singular vector of the greatest, of unit length.
  public let firstLeft: [Double]

  /// Takes a matrix apart; values below 1e-8 of the greatest are lost in rounding.
  /// - Parameter rows: The rows, all of one length.
  public init(ofRows rows: [[Double]]) {
    precondition(
      !rows.isEmpty && !rows[0].isEmpty && rows.allSatisfy { $0.count == rows[0].count },
      "a matrix has rows of one length")
    let columns = rows[0].count
    if rows.count <= columns {
      let eigen = SymmetricEigenvalues(
        of: rows.flatMap { row in rows.map { SingularValues.product(row, $0) } },
        order: rows.count)
      values = eigen.values.map { max($0, 0).squareRoot() }
      firstLeft = eigen.vectors[0]
    } else {
      var gram = [Double](repeating: 0, count: columns * columns)
      for row in rows {
        for one in 0..<columns {
          for other in 0..<columns { gram[one * columns + other] += row[one] * row[other] }
        }
      }
      let eigen = SymmetricEigenvalues(of: gram, order: columns)
      values = eigen.values.map { max($0, 0).squareRoot() }
      let image = rows.map { SingularValues.product($0, eigen.vectors[0]) }
      let length = SingularValues.product(image, image).squareRoot()
      firstLeft = length > 0 ? image.map { $0 / length } : image
    }
  }

  private static func product(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
