import Testing

@testable import Kernel

@Suite struct SpectrumTests {
  @Test func `a matrix of two has the eigenvalues of its formula`() {
    let eigen = SymmetricEigenvalues(of: [2, 1, 1, 2], order: 2)
    #expect(abs(eigen.values[0] - 3) < 1e-15 && abs(eigen.values[1] - 1) < 1e-15)
    #expect(abs(abs(eigen.vectors[0][0]) - 0.5.squareRoot()) < 1e-15)
  }

  @Test(arguments: [1, 2, 5, 16, 31])
  func `eigenvectors are orthonormal and stretched by their eigenvalues`(order: Int) {
    var draws = [Double](repeating: 0, count: order * order)
    RandomStream(seed: 1, purpose: .data, step: UInt64(order)).fillNormal(&draws)
    let matrix = (0..<(order * order)).map {
      draws[$0] + draws[$0 % order * order + $0 / order]
    }
    let eigen = SymmetricEigenvalues(of: matrix, order: order)
    #expect(eigen.values == eigen.values.sorted(by: >))
    for (value, vector) in zip(eigen.values, eigen.vectors) {
      for row in 0..<order {
        let image = (0..<order).reduce(0.0) { $0 + matrix[row * order + $1] * vector[$1] }
        #expect(abs(image - value * vector[row]) < 1e-12)
      }
      let lengths = eigen.vectors.map { other in
        zip(vector, other).reduce(0.0) { $0 + $1.0 * $1.1 }
      }
      #expect(lengths.filter { abs($0) > 1e-13 }.count == 1)
      #expect(abs(lengths.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test(arguments: [false, true])
  func `singular values are those of a product of known factors`(isWide: Bool) {
    // Rows a u1 + b u2 with orthogonal directions and coefficients: singular values 5 and 2.
    let (long, short) = ([0.6, 0, 0.8], [0.0, 1, 0])
    let tall = [[5 * long[0], 0, 5 * long[2]], short.map { 2 * $0 }, [0, 0, 0], [0, 0, 0]]
    let wide = (0..<3).map { column in tall.map { $0[column] } }
    let singular = SingularValues(ofRows: isWide ? wide : tall)
    #expect(singular.values.count == 3)
    #expect(abs(singular.values[0] - 5) < 1e-12 && abs(singular.values[1] - 2) < 1e-12)
    #expect(abs(singular.values[2]) < 1e-7)
    let expected = isWide ? long : [1, 0, 0, 0]
    let cosine = zip(singular.firstLeft, expected).reduce(0.0) { $0 + $1.0 * $1.1 }
    #expect(abs(abs(cosine) - 1) < 1e-12)
  }
}
