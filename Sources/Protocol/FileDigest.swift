/// The SHA-256 of a file's content, by which a trial names a file of the user.
public enum FileDigest {
  /// The most bytes of a file that trials read.
  public static let fileBytesMax = 1 << 30

  /// Whether a text is a SHA-256: 64 small hexadecimal digits.
  public static func isOne(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }

  /// The SHA-256 of bytes, as trials write it.
  public static func text(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hexadecimal(of: hash.finish())
  }
}
