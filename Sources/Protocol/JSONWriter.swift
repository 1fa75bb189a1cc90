extension JSONValue {
  /// The document on one line.
  public var text: String {
    var out: [UInt8] = []
    write(to: &out, indentation: nil, depth: 0)
    return String(decoding: out, as: UTF8.self)
  }

  /// The document with one member or element a line, two spaces deeper each level.
  public var indentedText: String {
    var out: [UInt8] = []
    write(to: &out, indentation: 2, depth: 0)
    return String(decoding: out, as: UTF8.self)
  }

  private func write(to out: inout [UInt8], indentation: Int?, depth: Int) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .boolean(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): out.append(contentsOf: String(value).utf8)
    case .real(let value):
      out.append(contentsOf: (value.isFinite ? String(value) : "null").utf8)
    case .string(let value): JSONValue.write(value, to: &out)
    case .array(let values):
      JSONValue.write(count: values.count, "[", "]", to: &out, indentation, depth) { index, out in
        values[index].write(to: &out, indentation: indentation, depth: depth + 1)
      }
    case .object(let members):
      JSONValue.write(count: members.count, "{", "}", to: &out, indentation, depth) { index, out in
        JSONValue.write(members[index].name, to: &out)
        out.append(contentsOf: (indentation == nil ? ":" : ": ").utf8)
        members[index].value.write(to: &out, indentation: indentation, depth: depth + 1)
      }
    }
  }

  private static func write(
    count: Int, _ open: Character, _ close: Character, to out: inout [UInt8],
    _ indentation: Int?, _ depth: Int, each: (Int, inout [UInt8]) -> Void
  ) {
    out.append(contentsOf: String(open).utf8)
    for index in 0..<count {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      breakLine(&out, indentation, depth + 1)
      each(index, &out)
    }
    if count > 0 { breakLine(&out, indentation, depth) }
    out.append(contentsOf: String(close).utf8)
  }

  private static func breakLine(_ out: inout [UInt8], _ indentation: Int?, _ depth: Int) {
    guard let indentation else { return }
    out.append(UInt8(ascii: "\n"))
    out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * depth))
  }

  private static func write(_ string: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\t"): out.append(contentsOf: "\\t".utf8)
      case UInt8(ascii: "\r"): out.append(contentsOf: "\\r".utf8)
      case 0..<0x20, 0x7f:
        out.append(contentsOf: "\\u00".utf8)
        out.append(contentsOf: hexadecimal(of: [byte]).utf8)
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
