/// Why a text is not a JSON document.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was expected there.
  public let message: String
  /// The byte at which it was, from 0.
  public let offset: Int

  /// The message with its place.
  public var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
  /// Reads one document.
  /// - Parameter text: UTF-8 text with nothing but white space around the document.
  /// - Throws: ``JSONError`` with the byte at which reading stopped; nesting beyond 128 levels is
  ///   an error too.
  public init(parsing text: some Collection<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: Array(text))
    self = try parser.document()
  }

  /// Reads one document from a string.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: text.utf8)
  }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0

  private static let depthMax = 128

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try self.value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("nothing more was expected") }
    return value
  }

  private func failure(_ message: String) -> JSONError {
    JSONError(message: message, offset: position)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < JSONParser.depthMax else { throw failure("the document is nested too deeply") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw failure("a value was expected") }
    position += text.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(values) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { throw failure("',' or ']' was expected") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("a member's name was expected") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw failure("':' was expected") }
      members.append(.init(name, try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("',' or '}' was expected") }
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isReal = false
    while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isReal = true
      default: return try finish(number: start..<position, isReal: isReal)
      }
      position += 1
    }
    return try finish(number: start..<position, isReal: isReal)
  }

  private func finish(number range: Range<Int>, isReal: Bool) throws(JSONError) -> JSONValue {
    let text = String(decoding: bytes[range], as: UTF8.self)
    let first = text.first
    guard first == "-" || first?.isNumber == true else { throw failure("a value was expected") }
    if !isReal, let integer = Int64(text) { return .integer(integer) }
    guard let real = Double(text), real.isFinite else { throw failure("'\(text)' is no number") }
    return .real(real)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("the string is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character must be escaped")
      default: text.append(byte)
      }
    }
    throw failure("the string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw failure("the string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try hexadecimalUnit()
      if (0xd800..<0xdc00).contains(unit) {
        guard take("\\"), take("u") else { throw failure("half a surrogate pair") }
        let low = try hexadecimalUnit()
        guard (0xdc00..<0xe000).contains(low) else { throw failure("half a surrogate pair") }
        unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(unit) else { throw failure("half a surrogate pair") }
      text.append(contentsOf: Character(scalar).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func hexadecimalUnit() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else {
      throw failure("four hexadecimal digits were expected")
    }
    let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
    guard text.allSatisfy(\.isHexDigit), let unit = UInt32(text, radix: 16) else {
      throw failure("four hexadecimal digits were expected")
    }
    position += 4
    return unit
  }
}
