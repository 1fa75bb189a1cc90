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

  /// The checksum of what was added.
  public var value: UInt32 { ~state }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { word, _ in
      word & 1 == 0 ? word >> 1 : word >> 1 ^ 0x82f6_3b78
    }
  }
}
