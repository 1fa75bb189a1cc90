import Foundation

/// A directory of its own for one test.
///
/// It lives as long as the closure that uses it: an object that removes it when it is released
/// could be released before the last use of a path in it.
///
/// ```swift
/// try await TemporaryDirectory.with { directory in
///   try Data().write(to: URL(fileURLWithPath: directory.path("empty")))
/// }
/// ```
package struct TemporaryDirectory: Sendable {
  /// The directory, absolute and without symbolic links.
  package let path: String

  /// Makes a directory, hands it to `body`, and removes it with all that is in it.
  /// - Parameters:
  ///   - isolation: where the caller runs, and so does `body`.
  ///   - body: what needs the directory.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, or an error of the system when there is no room for it.
  package static func with<Value>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TemporaryDirectory) async throws -> Value
  ) async throws -> Value {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    return try await body(directory)
  }

  private init() throws {
    let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    // mkdtemp replaces these six letters.
    let unique = String(repeating: "X", count: 6)
    var template = Array(parent.appendingPathComponent("phasegrid-test-" + unique).path.utf8CString)
    guard mkdtemp(&template) != nil else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The path of a file in the directory.
  package func path(_ name: String) -> String { path + "/" + name }

  /// The names of the files in the directory, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  private func remove() {
    // What cannot be removed must not hide why a test failed; the system's own cleaning takes it.
    try? FileManager.default.removeItem(atPath: path)
  }
}
