import Glibc

/// A number in twice the digits of a Double, as the unevaluated sum of two.
///
/// Logarithmic axes are computed with it: the value at a point must not depend on the ends of the
/// range, nor on whose mathematics library computed it, or an extended range would miss the old
/// values and train them again. The sums and products are those of Dekker and Knuth.
struct PreciseNumber: Sendable {
  /// The nearest Double.
  let high: Double
  /// What it is short of.
  let low: Double

  init(_ value: Double) {
    high = value
    low = 0
  }

  private init(high: Double, low: Double) {
    let sum = high + low
    self.high = sum
    self.low = low - (sum - high)
  }

  static func + (left: PreciseNumber, right: PreciseNumber) -> PreciseNumber {
    let sum = left.high + right.high
    let part = sum - left.high
    let error = (left.high - (sum - part)) + (right.high - part)
    return PreciseNumber(high: sum, low: error + left.low + right.low)
  }

  static func - (left: PreciseNumber, right: PreciseNumber) -> PreciseNumber {
    left + PreciseNumber(high: -right.high, low: -right.low)
  }

  static func * (left: PreciseNumber, right: PreciseNumber) -> PreciseNumber {
    let product = left.high * right.high
    let error = (-product).addingProduct(left.high, right.high)
    return PreciseNumber(
      high: product, low: error + left.high * right.low + left.low * right.high)
  }

  static func / (left: PreciseNumber, right: PreciseNumber) -> PreciseNumber {
    let first = left.high / right.high
    let rest = left - right * PreciseNumber(first)
    let second = rest.high / right.high
    let last = (rest - right * PreciseNumber(second)).high / right.high
    return PreciseNumber(high: first, low: second) + PreciseNumber(last)
  }

  /// `e` to this power, for exponents between -700 and 700.
  var exponential: PreciseNumber {
    // The argument is halved until Taylor's series needs few terms; the result is squared back.
    let halvings = 12
    let small = PreciseNumber(high: high / 4096, low: low / 4096)
    var sum = PreciseNumber(0)
    for term in stride(from: 16.0, through: 1, by: -1) {
      sum = (sum + PreciseNumber(1)) * small / PreciseNumber(term)
    }
    // Squares `1 + sum` without letting the 1 swallow its digits.
    for _ in 0..<halvings { sum = sum * sum + sum + sum }
    return sum + PreciseNumber(1)
  }

  /// The natural logarithm of a positive number.
  var logarithm: PreciseNumber {
    // A Newton step doubles the digits of the library's logarithm; the second is for the last bit.
    var guess = PreciseNumber(log(high))
    for _ in 0..<2 {
      let inverse = PreciseNumber(high: -guess.high, low: -guess.low).exponential
      guess = guess + (self * inverse - PreciseNumber(1))
    }
    return guess
  }
}
