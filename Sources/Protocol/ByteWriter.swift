/// Appends values to bytes in the wire's layout: little-endian, fixed widths, counted lists.
public struct ByteWriter: Sendable {
  /// What was written.
  public private(set) var bytes: [UInt8] = []

  /// Nothing written.
  public init() {}

  /// An unsigned or signed number of fixed width.
  public mutating func write<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The bits of a Double.
  public mutating func write(_ number: Double) { write(number.bitPattern) }

  /// One byte, 0 or 1.
  public mutating func write(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }

  /// A 32-bit byte count and the UTF-8 bytes; text beyond the bound is cut between characters.
  public mutating func write(_ text: String) {
    var text = text[...]
    while text.utf8.count > Limits.textBytesMax { text = text.dropLast(text.count / 8 + 1) }
    write(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Bytes as they are, without a count.
  public mutating func writeRaw(_ raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

  /// A 32-bit count and then each element.
  public mutating func writeList<Element>(
    _ elements: some Collection<Element>, each: (Element, inout ByteWriter) -> Void
  ) {
    write(UInt32(elements.count))
    for element in elements { each(element, &self) }
  }
}
