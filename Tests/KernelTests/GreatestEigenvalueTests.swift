import Testing

@testable import Kernel

@Suite struct GreatestEigenvalueTests {
  /// A symmetric matrix of known eigenvalues: a diagonal, reflected by drawn vectors.
  private func matrix(_ eigenvalues: [Double], seed: UInt64) -> [Double] {
    let n = eigenvalues.count
    var a = (0..<(n * n)).map { $0 / n == $0 % n ? eigenvalues[$0 / n] : 0 }
    var draws = Draws(seed: seed)
    for _ in 0..<3 {
      let v = draws.numbers(n)
      let square = v.reduce(0) { $0 + $1 * $1 }
      // A <- H A H with H = 1 - 2 v v^T / |v|^2
      for _ in 0..<2 {
        for i in 0..<n {
          let dot = (0..<n).reduce(0) { $0 + a[i * n + $1] * v[$1] } * 2 / square
          for j in 0..<n { a[i * n + j] -= dot * v[j] }
        }
        a = (0..<(n * n)).map { a[($0 % n) * n + $0 / n] }
      }
    }
    return a
  }

  private func greatest(_ matrix: [Double], order: Int) -> Double {
    var eigenvalue = GreatestEigenvalue(order: order)
    return eigenvalue(matrix.span)
  }

  @Test(arguments: [1, 2, 3, 4, 7, 16, 40])
  func `it is the greatest of known eigenvalues`(order: Int) {
    var draws = Draws(seed: UInt64(order))
    let eigenvalues = draws.numbers(order, in: 0.01...1).map { $0 * 1e-6 }
    let expected = eigenvalues.max() ?? 0
    let found = greatest(matrix(eigenvalues, seed: 4), order: order)
    #expect(abs(found - expected) < 1e-13 * expected)
  }

  @Test func `it is the greatest, not the greatest in magnitude`() {
    let found = greatest(matrix([-5, -2, 1, 0.5], seed: 8), order: 4)
    #expect(abs(found - 1) < 1e-14)
  }

  @Test func `equal eigenvalues are no obstacle`() {
    #expect(abs(greatest(matrix([2, 2, 2, 2, 2], seed: 2), order: 5) - 2) < 1e-14)
  }

  @Test func `a matrix of one direction has its square as eigenvalue`() {
    let v = [0.5, -1.0, 2.0, 0.25, 0.0, 3.0]
    let matrix = v.flatMap { left in v.map { left * $0 } }
    #expect(abs(greatest(matrix, order: 6) - v.reduce(0) { $0 + $1 * $1 }) < 1e-13)
  }

  @Test func `a matrix of zeros has the eigenvalue zero`() {
    #expect(greatest(Array(repeating: 0, count: 9), order: 3) == 0)
  }

  @Test(arguments: [Double.nan, .infinity])
  func `an element that is not finite gives NaN`(value: Double) {
    #expect(greatest([1, 0, 0, value], order: 2).isNaN)
  }

  @Test func `a second matrix is not disturbed by the first`() {
    var eigenvalue = GreatestEigenvalue(order: 3)
    _ = eigenvalue([3, 1, 0, 1, 5, 2, 0, 2, 9].span)
    #expect(
      eigenvalue([1, 0, 0, 0, 2, 0, 0, 0, 3].span)
        == greatest([1, 0, 0, 0, 2, 0, 0, 0, 3], order: 3))
  }

  @Test(arguments: [1, 2, 3, 4, 5, 8, 13])
  func `it has the bits of plain bisection, whatever came before`(order: Int) {
    var draws = Draws(seed: UInt64(100 + order))
    var eigenvalue = GreatestEigenvalue(order: order)
    for round in 0..<200 {
      // From matrices that are alike to others, of one direction, of tiny and of huge elements.
      let width = round % 5 == 4 ? 1 : order + 2
      let size = round % 7 == 6 ? 1e-150 : round % 11 == 10 ? 1e120 : 1
      let rows = draws.numbers(order * width, in: round % 3 == 0 ? -1...1 : 0.9...1.1)
      let matrix = (0..<(order * order)).map { index in
        size
          * (0..<width).reduce(0) {
            $0 + rows[index / order * width + $1] * rows[index % order * width + $1]
          }
      }
      #expect(eigenvalue(matrix.span) == PlainEigenvalue.greatest(matrix, order: order))
    }
  }
}

/// The same reflections, and nothing but bisection behind them.
private enum PlainEigenvalue {
  static func greatest(_ matrix: [Double], order n: Int) -> Double {
    let (diagonal, beside) = tridiagonal(matrix, n)
    var low = -Double.infinity
    var high = -Double.infinity
    for k in 0..<n {
      let before = k > 0 ? abs(beside[k - 1]) : 0
      let after = k + 1 < n ? abs(beside[k]) : 0
      low = max(low, diagonal[k])
      high = max(high, diagonal[k] + before + after)
    }
    for _ in 0..<60 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if isAboveAll(middle, diagonal, beside) { high = middle } else { low = middle }
    }
    return high
  }

  private static func isAboveAll(_ x: Double, _ diagonal: [Double], _ beside: [Double]) -> Bool {
    var pivot = diagonal[0] - x
    for k in diagonal.indices.dropFirst() {
      if pivot >= 0 { return false }
      pivot = diagonal[k] - x - beside[k - 1] * beside[k - 1] / pivot
    }
    return pivot < 0
  }

  private static func tridiagonal(_ matrix: [Double], _ n: Int) -> ([Double], [Double]) {
    var a = matrix
    for row in 0..<n { for column in 0..<row { a[column * n + row] = a[row * n + column] } }
    var diagonal = Array(repeating: 0.0, count: n)
    var beside = Array(repeating: 0.0, count: n)
    var p = Array(repeating: 0.0, count: n)
    for k in 0..<max(n - 2, 0) {
      let squares = ((k + 1)..<n).reduce(0) { $0 + a[$1 * n + k] * a[$1 * n + k] }
      let first = a[(k + 1) * n + k]
      let image = first > 0 ? -squares.squareRoot() : squares.squareRoot()
      diagonal[k] = a[k * n + k]
      beside[k] = image
      let half = squares - first * image
      guard half > 0 else { continue }
      a[(k + 1) * n + k] = first - image
      var along = 0.0
      for i in (k + 1)..<n {
        p[i] = ((k + 1)..<n).reduce(0) { $0 + a[i * n + $1] * a[$1 * n + k] } / half
        along += p[i] * a[i * n + k]
      }
      for i in (k + 1)..<n { p[i] -= along / (2 * half) * a[i * n + k] }
      let v = ((k + 1)..<n).map { a[$0 * n + k] }
      for i in (k + 1)..<n {
        let (left, right) = (v[i - k - 1], p[i])
        for j in (k + 1)..<n { a[i * n + j] -= left * p[j] + right * v[j - k - 1] }
      }
    }
    for k in max(n - 2, 0)..<n { diagonal[k] = a[k * n + k] }
    if n > 1 { beside[n - 2] = a[(n - 1) * n + n - 2] }
    return (diagonal, beside)
  }
}
