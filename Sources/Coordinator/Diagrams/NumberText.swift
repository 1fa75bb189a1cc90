import Glibc
import Protocol

/// Numbers as the picture writes them: no locale, the same digits everywhere.
enum NumberText {
  /// The sign for numbers below zero in running text.
  static let minus = "\u{2212}"
  /// The same sign as a scalar.
  static let minusScalar: Unicode.Scalar = "\u{2212}"

  /// A coordinate in points with at most two decimals: a hundredth is below what a printer shows.
  static func coordinate(_ value: Double) -> String {
    precondition(value.isFinite && abs(value) < 1e9, "a coordinate is finite")
    let hundredths = Int64((value * 100).rounded())
    var text = plain(hundredths, exponent: -2)
    while text.contains("."), text.last == "0" || text.last == "." {
      let dropped = text.removeLast()
      if dropped == "." { break }
    }
    return text
  }

  /// A whole number times a power of ten, all digits written, with the typographic minus.
  static func decimal(_ units: Int64, exponent: Int) -> String {
    withMinus(plain(units, exponent: exponent))
  }

  /// A whole number, with the typographic minus.
  static func integer(_ value: Int) -> String { withMinus(String(value)) }

  /// A number to so many significant digits, trailing zeros left out.
  static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "—" : (value < 0 ? minus : "") + "∞" }
    guard abs(value) > 1e-290 else { return "0" }
    var leading = Int(log10(abs(value)).rounded(.down))
    var units = scaled(value, leading: leading, digits: digits)
    if abs(units) >= Int64(pow(10, Double(digits))) {
      leading += 1
      units = scaled(value, leading: leading, digits: digits)
    }
    var exponent = leading - digits + 1
    while units % 10 == 0 && (exponent < 0 || !(-4...5).contains(leading)) && units != 0 {
      units /= 10
      exponent += 1
    }
    guard (-4...5).contains(leading) else {
      let mantissa = decimal(units, exponent: exponent - leading)
      return "\(mantissa)e\(integer(leading))"
    }
    return decimal(units, exponent: exponent)
  }

  /// A parameter's value: numbers to twelve digits, words as they are.
  static func value(_ value: ParameterValue) -> String {
    switch value {
    case .integer(let integer): withMinus(String(integer))
    case .real(let real): significant(real, digits: 12)
    case .text(let text): text
    case .boolean(let truth): truth ? "true" : "false"
    }
  }

  private static func scaled(_ value: Double, leading: Int, digits: Int) -> Int64 {
    let shift = digits - 1 - leading
    let number = shift >= 0 ? value * pow(10, Double(shift)) : value / pow(10, Double(-shift))
    return Int64(number.rounded())
  }

  private static func withMinus(_ text: String) -> String {
    text.first == "-" ? minus + text.dropFirst() : text
  }

  private static func plain(_ units: Int64, exponent: Int) -> String {
    var digits = String(units.magnitude)
    if exponent >= 0 {
      if units != 0 { digits += String(repeating: "0", count: exponent) }
    } else {
      let decimals = -exponent
      if digits.count <= decimals {
        digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
      }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
    }
    return units < 0 ? "-" + digits : digits
  }
}
