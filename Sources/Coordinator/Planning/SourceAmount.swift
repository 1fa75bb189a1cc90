/// The units that amounts are written in, each with its size.
enum AmountUnits {
  /// In bytes.
  static let memory: [String: Double] = [
    "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
    "KiB": 0x1p10, "MiB": 0x1p20, "GiB": 0x1p30, "TiB": 0x1p40,
  ]

  /// In seconds.
  static let time: [String: Double] = [
    "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400,
  ]

  /// The units by size, for a message.
  static func shown(_ units: [String: Double]) -> String {
    units.sorted { $0.value < $1.value }.map(\.key).joined(separator: ", ")
  }
}

extension SourceNode {
  /// A number above 0 with its unit, for instance `2 GiB`; `nil` for anything else.
  func amount(in units: [String: Double]) -> Double? {
    guard case .scalar(let text, _) = content else { return nil }
    let number = text.prefix { !$0.isLetter && !$0.isWhitespace }
    let unit = text.dropFirst(number.count).drop { $0.isWhitespace }
    guard NumberText.isNumber(String(number)), let value = Double(number), value.isFinite,
      let factor = units[String(unit)], value > 0
    else { return nil }
    return value * factor
  }
}
