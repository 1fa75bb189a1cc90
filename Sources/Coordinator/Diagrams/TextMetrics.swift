/// How wide text will be, before anybody knows in which font.
///
/// The widths are those of DejaVu Sans, rounded up, which is wider than Helvetica, Arial and
/// Liberation Sans: what is laid out with them has room in each of these.
enum TextMetrics {
  /// The fonts that text asks for, the best first.
  static let fonts = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

  /// The width of one line of text in the units of its size.
  static func width(of text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) } * size
  }

  /// The width of a tick's label with its exponent.
  static func width(of label: TickLabel, size: Double) -> Double {
    width(of: label.text, size: size) + width(of: label.exponent, size: size * exponentShare)
  }

  /// The size of an exponent, as a share of the text that it belongs to.
  static let exponentShare = 0.72

  /// How much wider bold text is.
  static let boldShare = 1.15

  /// The text in as few lines as a limit of width allows, all about equally long.
  ///
  /// Text that needs more than `countMax` lines ends in an ellipsis.
  static func balancedLines(
    of text: String, size: Double, widthMax: Double, countMax: Int = .max
  ) -> [String] {
    var best = lines(of: text, size: size, widthMax: widthMax)
    guard best.count > 1 else { return best }
    guard best.count <= countMax else {
      let kept = best[countMax - 1]
      return best.prefix(countMax - 1) + [shortened(kept + "…", size: size, widthMax: widthMax)]
    }
    for step in stride(from: 0.95, through: 0.5, by: -0.05) {
      let narrower = lines(of: text, size: size, widthMax: widthMax * step)
      guard narrower.count == best.count else { break }
      best = narrower
    }
    return best
  }

  /// The text, its end replaced by an ellipsis where it is wider than a limit.
  static func shortened(_ text: String, size: Double, widthMax: Double) -> String {
    guard width(of: text, size: size) > widthMax else { return text }
    var kept = text
    while !kept.isEmpty, width(of: kept + "…", size: size) > widthMax { kept.removeLast() }
    return kept + "…"
  }

  /// The text in lines no wider than a limit, broken at spaces; a single longer word is broken
  /// anywhere.
  static func lines(of text: String, size: Double, widthMax: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : "\(line) \(word)"
      if width(of: longer, size: size) <= widthMax {
        line = longer
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = ""
      for character in word {
        if !line.isEmpty, width(of: line + String(character), size: size) > widthMax {
          lines.append(line)
          line = ""
        }
        line.append(character)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The widths of the printable ASCII characters from the space on, in hundredths of the size.
  private static let asciiWidths: [UInt8] = [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
  ]

  private static func width(of scalar: Unicode.Scalar) -> Double {
    if (0x20..<0x7f).contains(scalar.value) {
      return Double(asciiWidths[Int(scalar.value) - 0x20]) / 100
    }
    switch scalar {
    case "·", "′": return 0.32
    case "—", "…": return 1
    default:
      // Combining marks add nothing; letters beyond Greek and Cyrillic may be as wide as tall.
      if scalar.properties.generalCategory == .nonspacingMark { return 0 }
      return scalar.value < 0x0590 ? 0.7 : scalar.value < 0x2e00 ? 0.84 : 1
    }
  }
}
