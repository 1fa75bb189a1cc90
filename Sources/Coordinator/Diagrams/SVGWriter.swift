/// An SVG document in the making: elements in order, every text escaped.
struct SVGWriter {
  /// One attribute with its value.
  typealias Attribute = (name: String, value: String)

  /// The document so far.
  private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private var open: [String] = []

  /// An element without content.
  mutating func element(_ name: String, _ attributes: [Attribute]) {
    start(name, attributes)
    text += "/>\n"
  }

  /// An element with text as its content.
  mutating func element(_ name: String, _ attributes: [Attribute], text content: String) {
    start(name, attributes)
    text += ">\(SVGWriter.escaped(content))</\(name)>\n"
  }

  /// An element with a tooltip as its only child.
  mutating func element(_ name: String, _ attributes: [Attribute], tooltip: String) {
    start(name, attributes)
    text += "><title>\(SVGWriter.escaped(tooltip))</title></\(name)>\n"
  }

  /// An element whose content is what the body writes.
  mutating func group(
    _ name: String, _ attributes: [Attribute] = [], _ body: (inout SVGWriter) -> Void
  ) {
    start(name, attributes)
    text += ">\n"
    open.append(name)
    body(&self)
    open.removeLast()
    text += String(repeating: " ", count: open.count) + "</\(name)>\n"
  }

  /// Text whose end stands raised and small, for powers of ten.
  mutating func label(_ label: TickLabel, size: Double, _ attributes: [Attribute]) {
    start("text", attributes)
    text += ">\(SVGWriter.escaped(label.text))"
    if !label.exponent.isEmpty {
      let rise = NumberText.coordinate(-0.36 * size)
      let small = NumberText.coordinate(size * TextMetrics.exponentShare)
      text +=
        "<tspan dy=\"\(rise)\" font-size=\"\(small)\">\(SVGWriter.escaped(label.exponent))</tspan>"
    }
    text += "</text>\n"
  }

  private mutating func start(_ name: String, _ attributes: [Attribute]) {
    text += String(repeating: " ", count: open.count) + "<\(name)"
    for attribute in attributes {
      text += " \(attribute.name)=\"\(SVGWriter.escaped(attribute.value))\""
    }
  }

  /// Text as XML may hold it: markup escaped, characters that XML forbids replaced by U+FFFD.
  static func escaped(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "&") && byte != UInt8(ascii: "<")
        && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "\"")
    }
    if plain { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case "\t": result += "&#9;"
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
