/// A number as a sweep file writes it, kept exactly while it is short enough.
struct DecimalNumber: Sendable {
  /// The nearest Double.
  let value: Double
  /// The digits and how many of them follow the point; `nil` for a number of more than 18 digits or
  /// far from 1, whose Double has to do.
  private let exact: (digits: Int128, scale: Int)?

  private static let digitCountMax = 18
  private static let scaleMax = 30

  /// Takes the text of a decimal number with its value.
  init(text: String, value: Double) {
    self.value = value
    exact = DecimalNumber.parse(text)
  }

  private static func parse(_ text: String) -> (digits: Int128, scale: Int)? {
    let parts = text.lowercased().split(separator: "e", maxSplits: 1)
    guard let mantissa = parts.first else { return nil }
    var exponent = 0
    if parts.count == 2 {
      guard let written = Int(parts[1]) else { return nil }
      exponent = written
    }
    let pieces = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = pieces.count == 2 ? pieces[1] : ""
    guard var digits = Int128((pieces.first ?? "") + fraction) else { return nil }
    var scale = fraction.utf8.count
    while scale > 0, digits % 10 == 0 {
      digits /= 10
      scale -= 1
    }
    guard exponent.magnitude < 1000 else { return nil }
    scale -= exponent
    while scale < 0, digits.magnitude < power(digitCountMax) {
      digits *= 10
      scale += 1
    }
    guard (0...scaleMax).contains(scale), digits.magnitude < power(digitCountMax) else {
      return nil
    }
    return (digits, scale)
  }

  /// The value at a step between two numbers, by equal differences, in 12 significant digits.
  static func linear(
    _ least: DecimalNumber, _ most: DecimalNumber, step: Int, of steps: Int
  ) -> Double {
    if let left = least.exact, let right = most.exact {
      let scale = max(left.scale, right.scale)
      let leftUp = power(scale - left.scale)
      let rightUp = power(scale - right.scale)
      let bound = Int128(power(digitCountMax))
      if left.digits.magnitude <= bound.magnitude / leftUp,
        right.digits.magnitude <= bound.magnitude / rightUp
      {
        let sum =
          left.digits * Int128(leftUp) * Int128(steps - step)
          + right.digits * Int128(rightUp) * Int128(step)
        return rounded(sum, over: UInt128(steps), scale: scale)
      }
    }
    let share = Double(step) / Double(steps)
    return SignificantDigits.rounded(least.value * (1 - share) + most.value * share)
  }

  /// `numerator / (denominator * 10^scale)` in 12 significant digits, half away from zero.
  private static func rounded(
    _ numerator: Int128, over denominator: UInt128, scale: Int
  ) -> Double {
    guard numerator != 0 else { return 0 }
    let least = power(SignificantDigits.count - 1)
    let magnitude = numerator.magnitude
    var shift =
      SignificantDigits.count + digitCount(denominator) - digitCount(magnitude)
    while true {
      let up = magnitude * power(max(shift, 0))
      let down = denominator * power(max(-shift, 0))
      let digits = (up + down / 2) / down
      if digits >= least * 10 {
        shift -= 1
      } else if digits < least {
        shift += 1
      } else {
        let sign = numerator < 0 ? "-" : ""
        guard let value = Double("\(sign)\(digits)e\(-shift - scale)") else {
          preconditionFailure("twelve digits and an exponent are a number")
        }
        return value
      }
    }
  }

  /// The value at a step between two positive numbers, by equal factors.
  static func geometric(
    _ least: DecimalNumber, _ most: DecimalNumber, step: Int, of steps: Int
  ) -> Double {
    let low = least.precise.logarithm
    let high = most.precise.logarithm
    let sum = low * PreciseNumber(Double(steps - step)) + high * PreciseNumber(Double(step))
    return (sum / PreciseNumber(Double(steps))).exponential.high
  }

  /// The number in twice the digits of a Double.
  private var precise: PreciseNumber {
    guard let exact, exact.scale <= 2 * 15 else { return PreciseNumber(value) }
    let half = Int128(1) << 40
    let (high, low) = exact.digits.quotientAndRemainder(dividingBy: half)
    var number =
      PreciseNumber(Double(high)) * PreciseNumber(Double(half)) + PreciseNumber(Double(low))
    var scale = exact.scale
    while scale > 0 {
      let part = min(scale, 15)
      number = number / PreciseNumber(Double(Int64(DecimalNumber.power(part))))
      scale -= part
    }
    return number
  }

  private static func power(_ exponent: Int) -> UInt128 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  private static func digitCount(_ number: UInt128) -> Int { String(number).utf8.count }
}
