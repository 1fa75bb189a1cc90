/// Takes values off bytes in the wire's layout; never reads past the end, never believes a count.
public struct ByteReader: Sendable {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private let subject: String

  /// Reads these bytes; `subject` names them in errors.
  public init(_ bytes: ArraySlice<UInt8>, subject: String) {
    self.bytes = bytes
    self.position = bytes.startIndex
    self.subject = subject
  }

  /// An error about what is being read.
  public func malformed(_ what: String) -> FrameError {
    FrameError(.malformed, "Reading \(subject): \(what) at byte \(position - bytes.startIndex).")
  }

  /// How many bytes have not been read.
  public var remaining: Int { bytes.endIndex - position }

  /// An unsigned or signed number of fixed width.
  public mutating func read<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(FrameError) -> Number {
    let width = Number.bitWidth / 8
    guard remaining >= width else { throw malformed("the payload ends too early") }
    var number = Number.zero
    for index in stride(from: width - 1, through: 0, by: -1) {
      number = number << 8 | Number(truncatingIfNeeded: bytes[position + index])
    }
    position += width
    return number
  }

  /// A Double from its bits.
  public mutating func readDouble() throws(FrameError) -> Double {
    Double(bitPattern: try read(UInt64.self))
  }

  /// One byte that must be 0 or 1.
  public mutating func readFlag() throws(FrameError) -> Bool {
    switch try read(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw malformed("a flag that is neither 0 nor 1")
    }
  }

  /// A 32-bit byte count and UTF-8 bytes.
  public mutating func readText() throws(FrameError) -> String {
    let count = Int(try read(UInt32.self))
    guard count <= Limits.textBytesMax else { throw malformed("a text of \(count) bytes") }
    guard let text = String(validating: try readRaw(count), as: UTF8.self) else {
      throw malformed("a text that is not UTF-8")
    }
    return text
  }

  /// This many bytes as they are.
  public mutating func readRaw(_ count: Int) throws(FrameError) -> ArraySlice<UInt8> {
    guard count >= 0, remaining >= count else { throw malformed("the payload ends too early") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// A 32-bit count of at most `countMax`, and then each element.
  public mutating func readList<Element>(
    countMax: Int, each: (inout ByteReader) throws(FrameError) -> Element
  ) throws(FrameError) -> [Element] {
    let count = Int(try read(UInt32.self))
    // Each element takes a byte at least: a count that cannot be true reserves no memory.
    guard count <= countMax, count <= remaining else { throw malformed("a list of \(count)") }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try each(&self)) }
    return elements
  }

  /// Asserts that everything was read.
  public func finish() throws(FrameError) {
    guard remaining == 0 else { throw malformed("\(remaining) bytes too many") }
  }
}
