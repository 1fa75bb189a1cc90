import Glibc

/// A kind of file that a user writes, in the words of its messages.
struct SourceKind: Sendable {
  /// What it is a file of: `sweep`.
  let word: String
  /// How one begins.
  let beginning: String
  /// How to say the same with less text.
  let shortening: String

  /// The kind as a noun: `sweep file`.
  var name: String { "\(word) file" }

  /// What is trained.
  static let sweep = SourceKind(
    word: "sweep", beginning: "sweep: NAME", shortening: "Write ranges instead of long lists.")
  /// Where it is trained.
  static let cluster = SourceKind(
    word: "cluster", beginning: "nodes:", shortening: "Leave comments and unused nodes out.")
}

/// Reads a file that a user wrote, up to the bytes that one may have.
enum SourceFile {
  static func text(path: String, kind: SourceKind) throws(SweepFileError) -> String {
    let bytes = try SourceFile.bytes(path: path, kind: kind)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SweepFileError(
        .encoding, path: path, line: firstInvalidLine(bytes), "the file is not UTF-8",
        remedy: "Write the \(kind.name) as UTF-8 text.")
    }
    return text
  }

  private static func bytes(path: String, kind: SourceKind) throws(SweepFileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, kind, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, kind, errno) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= YAMLDocument.byteCountMax else {
        throw YAMLDocument.tooLarge(kind).inFile(path)
      }
    }
  }

  private static func unreadable(
    _ path: String, _ kind: SourceKind, _ number: Int32
  ) -> SweepFileError {
    SweepFileError(
      .unreadable, path: path,
      "the \(kind.name) cannot be read: \(String(cString: strerror(number)))",
      remedy: number == EISDIR
        ? "Name a file, not a directory." : "Name a file that exists and that you may read.")
  }

  /// The line of the first byte that is not UTF-8.
  private static func firstInvalidLine(_ bytes: [UInt8]) -> Int {
    var line = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { return line }
      line += 1
    }
    return 1
  }
}
