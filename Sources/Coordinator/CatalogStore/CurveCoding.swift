/// How vectors and curves are written into blobs: little-endian, without a header, so that
/// `numpy.frombuffer` reads them.
enum CurveCoding {
  /// Eight bytes a number.
  static func bytes(of numbers: [Double]) -> [UInt8] {
    bytes(of: numbers.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern })
  }

  /// Four bytes a step.
  static func bytes(of steps: [UInt32]) -> [UInt8] {
    bytes(ofIntegers: steps)
  }

  /// The numbers of ``bytes(of:)-([Double])``.
  static func numbers(_ bytes: [UInt8]) throws -> [Double] {
    try integers(bytes, UInt64.self).map { Double(bitPattern: $0) }
  }

  /// The steps of ``bytes(of:)-([UInt32])``.
  static func steps(_ bytes: [UInt8]) throws -> [UInt32] {
    try integers(bytes, UInt32.self)
  }

  private static func bytes(of patterns: [UInt64]) -> [UInt8] {
    bytes(ofIntegers: patterns)
  }

  private static func bytes(ofIntegers integers: [some FixedWidthInteger]) -> [UInt8] {
    var bytes: [UInt8] = []
    for integer in integers {
      withUnsafeBytes(of: integer.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private static func integers<Integer: FixedWidthInteger>(
    _ bytes: [UInt8], _: Integer.Type
  ) throws -> [Integer] {
    let byteCount = Integer.bitWidth / 8
    guard bytes.count % byteCount == 0 else {
      throw ColumnError(description: "a multiple of \(byteCount) bytes was expected")
    }
    return stride(from: 0, to: bytes.count, by: byteCount).map { start in
      (0..<byteCount).reduce(0) { $0 | Integer(bytes[start + $1]) << (8 * $1) }
    }
  }
}
