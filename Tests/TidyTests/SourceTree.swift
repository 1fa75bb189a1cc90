import Foundation

/// The repository's files, as the tests that police them read them.
struct SourceTree {
  struct File {
    /// The path from the repository's top.
    let path: String
    let lines: [Substring]
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every text file below some folders whose name ends like this.
  static func files(below folders: [String], suffixes: [String]) throws -> [File] {
    var files: [File] = []
    for folder in folders {
      let base = root.appendingPathComponent(folder)
      guard let walk = FileManager.default.enumerator(atPath: base.path) else { continue }
      for case let relative as String in walk where suffixes.contains(where: relative.hasSuffix) {
        let text = try String(contentsOf: base.appendingPathComponent(relative), encoding: .utf8)
        files.append(
          File(
            path: "\(folder)/\(relative)",
            lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
      }
    }
    return files.sorted { $0.path < $1.path }
  }

  static func swift() throws -> [File] {
    try files(below: ["Sources", "Tests"], suffixes: [".swift"])
  }

  static func documents() throws -> [File] {
    let top = try FileManager.default.contentsOfDirectory(atPath: root.path)
      .filter { $0.hasSuffix(".md") }
      .map { name in
        let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
        return File(
          path: name, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
      }
    return try top + files(below: ["docs", "clusters", "sweeps"], suffixes: [".md"])
  }
}
