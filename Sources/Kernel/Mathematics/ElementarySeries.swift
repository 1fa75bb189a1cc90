/// One number, or several lanes of numbers that the processor works on at once.
protocol SeriesNumbers {
  init(repeating number: Double)
  static func + (_ a: Self, _ b: Self) -> Self
  static func - (_ a: Self, _ b: Self) -> Self
  static func * (_ a: Self, _ b: Self) -> Self
}

extension Double: SeriesNumbers {
  init(repeating number: Double) { self = number }
}

extension SIMD8: SeriesNumbers where Scalar == Double {}

/// The series of ``Elementary`` functions: a number drawn alone and one drawn with seven others have
/// the same bits because both are summed here.
enum ElementarySeries {
  /// What 2 atanh(s) has beyond 2 s, divided by 2 s: the sum of s²/3, s⁴/5 and so on to s²²/23.
  /// - Parameter square: s², at most 0.03.
  /// - Returns: The sum.
  static func tailOfLogarithm<Numbers: SeriesNumbers>(_ square: Numbers) -> Numbers {
    var tail = Numbers(repeating: 1.0 / 23)
    tail = tail * square + Numbers(repeating: 1.0 / 21)
    tail = tail * square + Numbers(repeating: 1.0 / 19)
    tail = tail * square + Numbers(repeating: 1.0 / 17)
    tail = tail * square + Numbers(repeating: 1.0 / 15)
    tail = tail * square + Numbers(repeating: 1.0 / 13)
    tail = tail * square + Numbers(repeating: 1.0 / 11)
    tail = tail * square + Numbers(repeating: 1.0 / 9)
    tail = tail * square + Numbers(repeating: 1.0 / 7)
    tail = tail * square + Numbers(repeating: 1.0 / 5)
    tail = tail * square + Numbers(repeating: 1.0 / 3)
    return tail * square
  }

  /// The sine and cosine by their Taylor series to the powers 17 and 18.
  /// - Parameter angle: In radians, at most an eighth of a turn in size.
  /// - Returns: Both.
  static func sineAndCosine<Numbers: SeriesNumbers>(
    _ angle: Numbers
  ) -> (sine: Numbers, cosine: Numbers) {
    let square = angle * angle
    var sine = Numbers(repeating: 1.0 / 355687428096000)
    sine = sine * square + Numbers(repeating: -1.0 / 1307674368000)
    sine = sine * square + Numbers(repeating: 1.0 / 6227020800)
    sine = sine * square + Numbers(repeating: -1.0 / 39916800)
    sine = sine * square + Numbers(repeating: 1.0 / 362880)
    sine = sine * square + Numbers(repeating: -1.0 / 5040)
    sine = sine * square + Numbers(repeating: 1.0 / 120)
    sine = sine * square + Numbers(repeating: -1.0 / 6)
    var cosine = Numbers(repeating: -1.0 / 6402373705728000)
    cosine = cosine * square + Numbers(repeating: 1.0 / 20922789888000)
    cosine = cosine * square + Numbers(repeating: -1.0 / 87178291200)
    cosine = cosine * square + Numbers(repeating: 1.0 / 479001600)
    cosine = cosine * square + Numbers(repeating: -1.0 / 3628800)
    cosine = cosine * square + Numbers(repeating: 1.0 / 40320)
    cosine = cosine * square + Numbers(repeating: -1.0 / 720)
    cosine = cosine * square + Numbers(repeating: 1.0 / 24)
    let half = Numbers(repeating: 0.5)
    return (
      sine: angle + angle * square * sine,
      cosine: Numbers(repeating: 1) - square * (half - square * cosine)
    )
  }
}
