// The values of a cluster file.
extension SourceNode {
  func clusterType(_ key: String, wanted: String, remedy: String = "") -> ClusterFileError {
    ClusterFileError(wrongType(key, wanted: wanted, remedy: remedy))
  }

  func clusterString(_ key: String, wanted: String) throws(ClusterFileError) -> String {
    try readingCluster { () throws(SweepFileError) in try string(key, wanted: wanted) }
  }

  func clusterLauncher() throws(ClusterFileError) -> ClusterSettings.LauncherWord {
    let word = try clusterString("launcher", wanted: "a word")
    guard let launcher = ClusterSettings.LauncherWord(rawValue: word) else {
      throw ClusterFileError(
        .unknown(
          .wrongType, "launcher", SourceNode.visible(word),
          known: ClusterSettings.LauncherWord.allCases.map(\.rawValue), line: line))
    }
    return launcher
  }

  /// A whole number within its range.
  func clusterCount(
    _ key: String, _ range: ClosedRange<Int>
  ) throws(ClusterFileError) -> Int {
    let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar = content, !isNothing else { throw clusterType(key, wanted: wanted) }
    let number = try readingCluster { () throws(SweepFileError) in try self.number(key) }
    guard let count = Int(exactly: number), range.contains(count) else {
      throw outOfRange(key, wanted: wanted)
    }
    return count
  }

  /// A load above which a machine is left alone.
  func clusterLoad(_ key: String) throws(ClusterFileError) -> Double {
    let number = try readingCluster { () throws(SweepFileError) in try self.number(key) }
    guard number > 0 else { throw outOfRange(key, wanted: "a number above 0") }
    return number
  }

  private func outOfRange(_ key: String, wanted: String) -> ClusterFileError {
    ClusterFileError(
      .range, line: line, key: key, "'\(key)' wants \(wanted), not \(shown)",
      remedy: "Write \(wanted) there.")
  }

  func clusterWorkDirectory() throws(ClusterFileError) -> String {
    let key = "workDirectory"
    let text = try clusterString(key, wanted: "a directory")
    guard let directory = ClusterText.workDirectory(text) else {
      throw ClusterFileError(
        .path, line: line, key: key,
        "'\(key)' wants an absolute path, or one that begins with '~/', to a directory that is "
          + "Phasegrid's own, without '..' and control characters, of at most "
          + "\(ClusterText.pathBytesMax) bytes, not \(shown)",
        remedy: "Write for instance '/scratch/NAME/phasegrid'.")
    }
    return directory
  }

  /// One file or several, as absolute paths.
  func clusterFiles(
    _ key: String, _ paths: ClusterPaths
  ) throws(ClusterFileError) -> [String] {
    let texts = try readingCluster { () throws(SweepFileError) in try strings(key) }
    guard texts.count <= SSHReach.fileCountMax else {
      throw ClusterFileError(
        .range, line: line, key: key,
        "'\(key)' has \(texts.count) files; it may have \(SSHReach.fileCountMax)",
        remedy: "Name only those that are needed.")
    }
    var files: [String] = []
    for (text, line) in texts {
      files.append(try paths.absolute(text, key: key, line: line))
    }
    return files
  }
}
