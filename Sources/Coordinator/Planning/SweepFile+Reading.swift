import Glibc

extension SweepFile {
  /// Reads a sweep file, without asking what its study is.
  /// - Parameter path: The file.
  /// - Returns: What the file says.
  /// - Throws: ``SweepFileError`` `sweep.unreadable` (exit status 74) when the file cannot be read,
  ///   else the code of what is wrong in it (exit status 65).
  package static func read(path: String) throws(SweepFileError) -> SweepFile {
    let bytes = try SweepFile.bytes(path: path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SweepFileError(
        .encoding, path: path, line: firstInvalidLine(bytes), "the file is not UTF-8",
        remedy: "Write the sweep file as UTF-8 text.")
    }
    return try SweepFile(text: text, path: path)
  }

  private static func bytes(path: String) throws(SweepFileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= YAMLDocument.byteCountMax else {
        throw YAMLDocument.tooLarge.inFile(path)
      }
    }
  }

  private static func unreadable(_ path: String, _ number: Int32) -> SweepFileError {
    SweepFileError(
      .unreadable, path: path,
      "the sweep file cannot be read: \(String(cString: strerror(number)))",
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
