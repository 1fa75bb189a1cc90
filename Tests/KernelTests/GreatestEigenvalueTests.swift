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
}
