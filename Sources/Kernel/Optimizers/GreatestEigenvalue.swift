/// The greatest eigenvalue of a small symmetric matrix, with the same bits on every machine.
///
/// Householder reflections make the matrix tridiagonal; its greatest eigenvalue is then enclosed by
/// bisection with Sturm's count, which Newton's method prepares: wherever it begins, the result is
/// the least number that the count finds above all eigenvalues. Only additions, products, quotients
/// and square roots in Double, in a fixed order. Cost: 4/3 n^3 multiply-adds and, for matrices that
/// change little from one to the next, about 30 n divisions. Source: Golub and Van Loan, Matrix
/// Computations, sections 8.3.1 and 8.4.1; that the count is monotonic as computed: Demmel, Dhillon
/// and Ren, "On the correctness of some bisection-like parallel eigenvalue algorithms in floating
/// point arithmetic", ETNA 3, 1995.
struct GreatestEigenvalue {
  private let order: Int
  private var matrix: [Double]
  private var diagonal: [Double]
  private var beside: [Double]
  private var reflected: [Double]
  /// The result before, near which the next one is looked for first.
  var last = 0.0

  /// Room for matrices of n x n.
  init(order: Int) {
    self.order = order
    matrix = Array(repeating: 0, count: order * order)
    diagonal = Array(repeating: 0, count: order)
    beside = Array(repeating: 0, count: order)
    reflected = Array(repeating: 0, count: order)
  }

  /// The greatest eigenvalue of a matrix, of which the lower triangle is read.
  /// - Parameter values: n x n elements, row-major.
  /// - Returns: The eigenvalue, to about the last place of the greatest element; NaN where an element
  ///   is not finite.
  mutating func callAsFunction(_ values: Span<Double>) -> Double {
    precondition(values.count == order * order, "a matrix of \(order) x \(order)")
    var sum = 0.0
    for row in 0..<order {
      for column in 0...row {
        let value = values[row * order + column]
        matrix[row * order + column] = value
        matrix[column * order + row] = value
        sum += value
      }
    }
    guard sum.isFinite, order > 0 else { return .nan }
    Self.makeTridiagonal(order, &matrix, &reflected, diagonal: &diagonal, beside: &beside)
    last = enclose()
    return last
  }

  /// Overwrites the matrix `a` with its reflections and gives its tridiagonal form.
  private static func makeTridiagonal(
    _ n: Int, _ a: inout [Double], _ p: inout [Double], diagonal: inout [Double],
    beside: inout [Double]
  ) {
    for k in 0..<max(n - 2, 0) {
      var squares = 0.0
      for i in (k + 1)..<n { squares += a[i * n + k] * a[i * n + k] }
      let first = a[(k + 1) * n + k]
      let length = squares.squareRoot()
      let image = first > 0 ? -length : length
      diagonal[k] = a[k * n + k]
      beside[k] = image
      // v = x - image * e1 lies in the k-th column; half = v.v / 2.
      let half = squares - first * image
      guard half > 0 else { continue }
      a[(k + 1) * n + k] = first - image
      var along = 0.0
      for i in (k + 1)..<n {
        var dot = 0.0
        for j in (k + 1)..<n { dot += a[i * n + j] * a[j * n + k] }
        p[i] = dot / half
        along += p[i] * a[i * n + k]
      }
      let share = along / (2 * half)
      for i in (k + 1)..<n { p[i] -= share * a[i * n + k] }
      for i in (k + 1)..<n {
        let (v, w) = (a[i * n + k], p[i])
        for j in (k + 1)..<n {
          a[i * n + j] -= v * p[j] + w * a[j * n + k]
        }
      }
    }
    for k in max(n - 2, 0)..<n { diagonal[k] = a[k * n + k] }
    if n > 1 { beside[n - 2] = a[(n - 1) * n + n - 2] }
  }

  /// The least number, between two bounds, that is above all eigenvalues by Sturm's count.
  private func enclose() -> Double {
    var low = -Double.infinity
    var high = -Double.infinity
    for k in 0..<order {
      let before = k > 0 ? abs(beside[k - 1]) : 0
      let after = k + 1 < order ? abs(beside[k]) : 0
      low = max(low, diagonal[k])
      high = max(high, diagonal[k] + before + after)
    }
    // The greatest diagonal element is a lower bound, Gershgorin's discs give the upper one.
    if low > 0 && high <= 256 * low {
      // Bisection would find neighbours: bounds that are near them already lead to the same ones.
      let guess = refined(last > low && last < high ? last : high)
      var distance = 2 * guess.ulp
      for _ in 0..<4 {
        for near in [guess - distance, guess + distance] where near > low && near < high {
          if isAboveAll(near) { high = near } else { low = near }
        }
        if low >= guess - distance && high <= guess + distance { break }
        distance *= 64
      }
    }
    for _ in 0..<60 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if isAboveAll(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// What Newton's method for the characteristic polynomial makes of a number near its greatest root.
  private func refined(_ start: Double) -> Double {
    var x = start
    for _ in 0..<8 {
      var pivot = diagonal[0] - x
      var slope = -1.0
      var logarithmic = slope / pivot
      for k in 1..<max(order, 1) {
        let inverse = 1 / pivot
        let share = beside[k - 1] * beside[k - 1] * inverse
        slope = share * inverse * slope - 1
        pivot = diagonal[k] - x - share
        logarithmic += slope / pivot
      }
      let next = x - 1 / logarithmic
      // At a root a pivot is zero, and the quotient with it may be no number.
      guard next.isFinite else { return x }
      if abs(next - x) <= 4 * x.ulp { return next }
      x = next
    }
    return x
  }

  /// Whether every eigenvalue is less than x: all pivots of T - x are negative.
  private func isAboveAll(_ x: Double) -> Bool {
    var pivot = diagonal[0] - x
    for k in 1..<max(order, 1) {
      if pivot >= 0 { return false }
      pivot = diagonal[k] - x - beside[k - 1] * beside[k - 1] / pivot
    }
    return pivot < 0
  }
}
