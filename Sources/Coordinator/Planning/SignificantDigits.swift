import Glibc

/// Rounding to the digits that axis values keep.
enum SignificantDigits {
  /// How many decimal digits a value of an axis keeps.
  static let count = 12

  /// The Double nearest to the number's first 12 significant digits.
  static func rounded(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value == 0 ? 0 : value }
    var text = [CChar](repeating: 0, count: 40)
    let written = withVaList([value]) { vsnprintf(&text, text.count, "%.11e", $0) }
    precondition(written > 0 && written < text.count, "a Double in 12 digits has 19 characters")
    return strtod(text, nil)
  }
}
