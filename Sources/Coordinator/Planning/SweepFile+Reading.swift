extension SweepFile {
  /// Reads a sweep file, without asking what its study is.
  /// - Parameter path: The file.
  /// - Returns: What the file says.
  /// - Throws: ``SweepFileError`` `sweep.unreadable` (exit status 74) when the file cannot be read,
  ///   else the code of what is wrong in it (exit status 65).
  package static func read(path: String) throws(SweepFileError) -> SweepFile {
    try SweepFile(text: try SourceFile.text(path: path, kind: .sweep), path: path)
  }
}
