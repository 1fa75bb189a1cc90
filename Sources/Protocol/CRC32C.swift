/// The Castagnoli checksum (polynomial 0x1EDC6F41, reflected), as iSCSI uses it (RFC 3720, B.4).
///
/// It finds every burst of up to 32 flipped bits and every odd number of flipped bits.
public struct CRC32C: Sendable {
  private var state: UInt32 = .max

  /// The checksum of no bytes.
  public init() {}

  /// The checksum of some bytes.
  public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = CRC32C()
    sum.update(bytes)
    return sum.value
  }

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    var state = state
    for byte in bytes {
      state = CRC32C.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ (state >> 8)
    }
    self.state = state
  }

  /// Adds bytes of an array, eight at a time.
  ///
  /// The generic loop, called from another module, is not compiled for bytes.
  public mutating func update(_ bytes: [UInt8]) {
    var state = state
    let table = CRC32C.longTable
    let whole = bytes.count & ~7
    bytes.withUnsafeBytes { bytes in
      for place in stride(from: 0, to: whole, by: 8) {
        let word =
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          ^ UInt64(state)
        state = 0
        for byte in 0..<8 {
          let index = Int(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)))
          state ^= table[256 * (7 - byte) + index]
        }
      }
    }
    self.state = state
    for byte in bytes[whole...] {
      self.state =
        table[Int(UInt8(truncatingIfNeeded: self.state) ^ byte)] ^ (self.state >> 8)
    }
  }

  /// The checksum of what was added.
  public var value: UInt32 { ~state }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { word, _ in
      word & 1 == 0 ? word >> 1 : word >> 1 ^ 0x82f6_3b78
    }
  }

  /// Eight tables: what a byte contributes that up to seven bytes follow.
  private static let longTable: [UInt32] = {
    var result = table
    for index in 256..<(8 * 256) {
      let before = result[index - 256]
      result.append(table[Int(UInt8(truncatingIfNeeded: before))] ^ (before >> 8))
    }
    return result
  }()
}
