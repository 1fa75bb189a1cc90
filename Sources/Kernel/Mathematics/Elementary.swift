/// Elementary functions whose bits are the same on every machine.
///
/// The C library chooses among several versions of these by the processor at hand, and their last
/// bits differ. Whatever enters a trial's numbers (draws, scales, measures) uses these instead:
/// additions, multiplications, divisions and square roots, each rounded to nearest, in a fixed
/// order. The errors stated bound those found against arithmetic of 80 bits over the ranges of
/// `ElementaryTests`.
public enum Elementary {
  /// ln 2 rounded to 33 bits, so that its product with a small whole number is exact.
  static let ln2High = 0x1.62e42feep-1
  /// What ``ln2High`` leaves of ln 2.
  static let ln2Low = 0x1.a39ef35793c76p-33
  /// The square root of one half, where the range of a logarithm's fraction is cut.
  static let squareRootOfHalf = 0x1.6a09e667f3bcdp-1

  /// The natural logarithm.
  ///
  /// With x = 2^k (1 + f), f between √½ - 1 and √2 - 1, and s = f / (2 + f):
  /// log(1 + f) = 2 atanh(s) = f - s (f - 2 (s²/3 + s⁴/5 + ...)). Relative error below 2e-16.
  /// - Parameter x: Positive and finite for a finite result; 0 gives -infinity, less gives NaN.
  /// - Returns: ln x.
  public static func logarithm(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x < .infinity else { return x }
    var fraction = x.significand
    var power = Double(x.exponent)
    if fraction > 2 * squareRootOfHalf {
      fraction *= 0.5
      power += 1
    }
    let f = fraction - 1
    let s = f / (2 + f)
    let tail = ElementarySeries.tailOfLogarithm(s * s)
    return power * ln2High + (f - (s * (f - 2 * tail) - power * ln2Low))
  }

  /// e to the power `x`.
  ///
  /// With x = k ln 2 + r, |r| <= ln(2) / 2: 2^k times the Taylor series of e^r to r^14. Relative
  /// error below 2e-16; underflow passes through the denormal numbers.
  public static func exponential(_ x: Double) -> Double {
    guard !x.isNaN else { return x }
    if x > 709.79 { return .infinity }
    if x < -745.2 { return 0 }
    let k = (x * 0x1.71547652b82fep0).rounded(.toNearestOrEven)
    let high = x - k * ln2High
    let low = k * ln2Low
    let r = high - low
    // What the subtraction above rounded away counts to first order.
    let lost = (high - r) - low
    var series = 1.0 / 87178291200
    series = series * r + 1.0 / 6227020800
    series = series * r + 1.0 / 479001600
    series = series * r + 1.0 / 39916800
    series = series * r + 1.0 / 3628800
    series = series * r + 1.0 / 362880
    series = series * r + 1.0 / 40320
    series = series * r + 1.0 / 5040
    series = series * r + 1.0 / 720
    series = series * r + 1.0 / 120
    series = series * r + 1.0 / 24
    series = series * r + 1.0 / 6
    series = series * r + 1.0 / 2
    let power = Int(k)
    let half = power / 2
    return (1 + (r + (lost + r * r * series)))
      * Double(sign: .plus, exponent: half, significand: 1)
      * Double(sign: .plus, exponent: power - half, significand: 1)
  }

  /// `base` to the power `exponent`, for a positive base.
  ///
  /// Relative error below 2e-16 (1 + |exponent · ln base|): the error of the logarithm is
  /// multiplied. Width exponents of initialisations stay below 1e-14.
  /// - Parameters:
  ///   - base: Positive and finite.
  ///   - exponent: Any finite number.
  /// - Returns: exp(exponent · ln base).
  public static func power(_ base: Double, _ exponent: Double) -> Double {
    exponential(exponent * logarithm(base))
  }

  /// The sine and cosine of an angle that is given in turns.
  ///
  /// The angle is reduced to an eighth of a turn exactly, then both Taylor series are summed.
  /// Absolute error below 2e-16.
  /// - Parameter turns: The angle divided by 2π, at most 2^50 in size.
  /// - Returns: sin 2πt and cos 2πt.
  public static func sineAndCosine(turns: Double) -> (sine: Double, cosine: Double) {
    let quarter = (turns * 4).rounded(.toNearestOrEven)
    let angle = (turns - quarter * 0.25) * (2 * Double.pi)
    let (sine, cosine) = ElementarySeries.sineAndCosine(angle)
    switch Int(quarter) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }

  /// The sine of an angle in radians, by reduction to turns.
  ///
  /// Absolute error below 2e-16 (1 + |angle|): the division by 2π rounds.
  public static func sine(_ angle: Double) -> Double {
    sineAndCosine(turns: angle / (2 * Double.pi)).sine
  }

  /// The angle of the point (x, y) in radians, in [-π, π].
  ///
  /// The smaller coordinate over the larger gives t in [0, 1]; two halvings of the angle,
  /// tan(θ/2) = t / (1 + √(1 + t²)), bring it below 0.1, where the series of the arc tangent is
  /// short. Relative error below 1e-15. The origin gives 0.
  public static func angle(x: Double, y: Double) -> Double {
    let width = x.magnitude
    let height = y.magnitude
    guard width > 0 || height > 0 else { return 0 }
    var angle = arcTangentOfFraction(min(width, height) / max(width, height))
    if height > width { angle = Double.pi / 2 - angle }
    if x < 0 { angle = Double.pi - angle }
    return y < 0 ? -angle : angle
  }

  private static func arcTangentOfFraction(_ fraction: Double) -> Double {
    var t = fraction
    t /= 1 + (1 + t * t).squareRoot()
    t /= 1 + (1 + t * t).squareRoot()
    let square = t * t
    var tail = -1.0 / 19
    tail = tail * square + 1.0 / 17
    tail = tail * square + -1.0 / 15
    tail = tail * square + 1.0 / 13
    tail = tail * square + -1.0 / 11
    tail = tail * square + 1.0 / 9
    tail = tail * square + -1.0 / 7
    tail = tail * square + 1.0 / 5
    tail = tail * square + -1.0 / 3
    return 4 * (t + t * square * tail)
  }
}
