/// The identity of a trial: the SHA-256 of everything that determines its numbers.
public struct TrialKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  private let words: SIMD4<UInt64>

  /// The number of bytes of a key.
  public static let byteCount = 32

  /// Takes the 32 bytes of a digest; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    // An array's loop is compiled for bytes; a generic one, called from another module, is not.
    let bytes = Array(bytes)
    guard bytes.count == TrialKey.byteCount else { return nil }
    var words = SIMD4<UInt64>()
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// Takes the eight words of a digest, the first in front.
  init(digest: SIMD8<UInt32>) {
    let high = SIMD4<UInt64>(truncatingIfNeeded: digest.evenHalf)
    words = high &<< 32 | SIMD4<UInt64>(truncatingIfNeeded: digest.oddHalf)
  }

  /// Takes 64 hexadecimal digits; `nil` for anything else.
  public init?(hexadecimal text: String) {
    guard let bytes = bytesOfHexadecimal(text) else { return nil }
    self.init(bytes: bytes)
  }

  /// The 32 bytes, first byte of the digest first.
  public var bytes: [UInt8] {
    (0..<TrialKey.byteCount).map { index in
      UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(56 - 8 * (index % 8)))
    }
  }

  /// The first eight bytes as a number, for hashing and for drawing from.
  public var leadingWord: UInt64 { words[0] }

  /// 64 hexadecimal digits.
  public var description: String { hexadecimal(of: bytes) }

  /// The first twelve digits: enough for a person to tell trials apart.
  public var abbreviated: String { String(description.prefix(12)) }

  /// Lexicographic order of the bytes.
  public static func < (left: TrialKey, right: TrialKey) -> Bool {
    for index in 0..<4 where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index]
    }
    return false
  }
}

/// Sixteen random bytes that name something for ever: a catalog, a spool.
public struct UniqueID: Hashable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// The number of bytes.
  public static let byteCount = 16

  /// Draws a new one from the system's random numbers.
  public static func random() -> UniqueID {
    UniqueID(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
  }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Takes 16 bytes; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == UniqueID.byteCount else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if index < 8 {
        words.0 = words.0 << 8 | UInt64(byte)
      } else {
        words.1 = words.1 << 8 | UInt64(byte)
      }
    }
    self.init(high: words.0, low: words.1)
  }

  /// Takes 32 hexadecimal digits; `nil` for anything else.
  public init?(hexadecimal text: String) {
    guard let bytes = bytesOfHexadecimal(text) else { return nil }
    self.init(bytes: bytes)
  }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    (0..<UniqueID.byteCount).map { index in
      UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index % 8)))
    }
  }

  /// 32 hexadecimal digits.
  public var description: String { hexadecimal(of: bytes) }
}

/// Two lower-case hexadecimal digits a byte.
public func hexadecimal(of bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

private func bytesOfHexadecimal(_ text: String) -> [UInt8]? {
  var bytes: [UInt8] = []
  var high: UInt8?
  for character in text {
    guard character.isASCII, let digit = character.hexDigitValue else { return nil }
    if let first = high {
      bytes.append(first << 4 | UInt8(digit))
      high = nil
    } else {
      high = UInt8(digit)
    }
  }
  return high == nil ? bytes : nil
}
