/// Text that came from a node, made safe to be shown.
enum NodeText {
  /// The most characters of one text that is shown.
  static let charactersMax = 512

  /// Whether a character would do something to a terminal instead of standing there.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      true
    default: false
    }
  }

  /// The text on one line, without control characters, of a bounded length.
  static func shown(_ bytes: some Collection<UInt8>, charactersMax: Int = charactersMax) -> String {
    // No character of UTF-8 that is shown has more than four bytes.
    let text = String(decoding: bytes.prefix(4 * charactersMax), as: UTF8.self)
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(charactersMax) {
      shown.append(isControl(scalar) ? "\u{FFFD}" : scalar)
    }
    return String(shown)
  }

  /// The last words of something that nobody expected, as they are quoted in an error.
  static func quoted(_ bytes: some BidirectionalCollection<UInt8>) -> String {
    let words = bytes.suffix(4 * charactersMax)
      .split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      .map { shown($0) }
      .joined(separator: " / ")
    return String(words.suffix(charactersMax))
  }
}
