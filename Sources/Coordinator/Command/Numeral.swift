/// Numbers and durations as a person says them.
enum Numeral {
  /// One decimal below a hundred, none above.
  static func decimal(_ number: Double) -> String {
    abs(number) >= 100 ? String(Int(number.rounded())) : String((number * 10).rounded() / 10)
  }

  /// An amount of memory: `312 KiB`, `8.2 MiB`, `1.5 GiB`.
  static func memory(_ bytes: UInt64) -> String {
    let number = Double(bytes)
    if number < 1_048_576 { return "\(decimal(number / 1024)) KiB" }
    return number < 1_073_741_824
      ? "\(decimal(number / 1_048_576)) MiB" : "\(decimal(number / 1_073_741_824)) GiB"
  }

  /// A duration: `45 s`, `12 min`, `3 h 20 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    if seconds < 1 { return "under 1 s" }
    let whole = Int(seconds.rounded(.up))
    if whole < 90 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    if minutes < 90 { return "\(minutes) min" }
    return "\(minutes / 60) h \(minutes % 60) min"
  }
}
