/// SHA-256 as FIPS 180-4 defines it.
///
/// Written here because the worker computes trial keys too, and stays small and static: no package
/// that offers it comes without a cryptography library of many megabytes. A value, so that what
/// many messages begin with is digested once and copied.
public struct SHA256: Sendable {
  private var state: SIMD8<UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// The bytes of a block that is not full yet.
  private var pending = InlineArray<64, UInt8>(repeating: 0)
  private var byteCount: UInt64 = 0

  /// An empty digest.
  public init() {}

  /// The digest of some bytes: 32 bytes.
  public static func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var hash = SHA256()
    hash.update(Array(bytes))
    return hash.finish()
  }

  /// Adds bytes to what is digested.
  public mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// Adds bytes to what is digested.
  public mutating func update(_ bytes: Span<UInt8>) {
    var filled = Int(byteCount % 64)
    byteCount += UInt64(bytes.count)
    var position = 0
    while position < bytes.count {
      if filled == 0, bytes.count - position >= 64 {
        compress(bytes, at: position)
        position += 64
        continue
      }
      let count = min(64 - filled, bytes.count - position)
      for index in 0..<count { pending[filled + index] = bytes[position + index] }
      position += count
      filled += count
      if filled == 64 {
        let block = pending
        compress(block.span, at: 0)
        filled = 0
      }
    }
  }

  /// Ends the message and returns its 32 bytes.
  public mutating func finish() -> [UInt8] {
    let words = finishedWords()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for index in 0..<8 {
      for shift in stride(from: UInt32(24), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: words[index] >> shift))
      }
    }
    return bytes
  }

  /// Ends the message and returns its digest as eight words, first byte in front.
  mutating func finishedWords() -> SIMD8<UInt32> {
    let bitCount = byteCount * 8
    let filled = Int(byteCount % 64)
    var padding = InlineArray<72, UInt8>(repeating: 0)
    padding[0] = 0x80
    let zeros = (119 - filled) % 64
    for index in 0..<8 {
      padding[1 + zeros + index] = UInt8(truncatingIfNeeded: bitCount >> UInt64(56 - 8 * index))
    }
    update(padding.span.extracting(0..<(9 + zeros)))
    return state
  }

  private mutating func compress(_ bytes: Span<UInt8>, at start: Int) {
    let block = bytes.extracting(start..<(start + 64))
    var schedule = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<16 {
      let at = 4 * index
      schedule[index] =
        UInt32(block[at]) << 24 | UInt32(block[at + 1]) << 16
        | UInt32(block[at + 2]) << 8 | UInt32(block[at + 3])
    }
    for index in 16..<64 {
      let early = schedule[index - 15]
      let late = schedule[index - 2]
      let small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)
      let small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10)
      schedule[index] = schedule[index - 16] &+ small0 &+ schedule[index - 7] &+ small1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    // Eight rounds at a time: the eight words come back to their places without being moved.
    for index in stride(from: 0, to: 64, by: 8) {
      round(a, b, c, &d, e, f, g, &h, SHA256.constants[index] &+ schedule[index])
      round(h, a, b, &c, d, e, f, &g, SHA256.constants[index + 1] &+ schedule[index + 1])
      round(g, h, a, &b, c, d, e, &f, SHA256.constants[index + 2] &+ schedule[index + 2])
      round(f, g, h, &a, b, c, d, &e, SHA256.constants[index + 3] &+ schedule[index + 3])
      round(e, f, g, &h, a, b, c, &d, SHA256.constants[index + 4] &+ schedule[index + 4])
      round(d, e, f, &g, h, a, b, &c, SHA256.constants[index + 5] &+ schedule[index + 5])
      round(c, d, e, &f, g, h, a, &b, SHA256.constants[index + 6] &+ schedule[index + 6])
      round(b, c, d, &e, f, g, h, &a, SHA256.constants[index + 7] &+ schedule[index + 7])
    }
    state = state &+ SIMD8(a, b, c, d, e, f, g, h)
  }

  /// One round: of the eight words only the fourth and the eighth change.
  @inline(__always)
  private func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
    _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ word: UInt32
  ) {
    let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let choice = g ^ (e & (f ^ g))
    let first = h &+ sum1 &+ choice &+ word
    let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    let majority = (a & b) ^ (c & (a ^ b))
    d = d &+ first
    h = first &+ sum0 &+ majority
  }

  @inline(__always)
  private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  private static let constants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
