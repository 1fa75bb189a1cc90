import Foundation
public import Testing

/// Compares a text with the golden file of this name beside the calling test.
///
/// With `UPDATE_GOLDEN=1` in the environment the file is rewritten and the test fails, so that a
/// rewrite cannot pass unseen: review happens in `git diff`.
public func expectGolden(
  _ text: String, named name: String, testFile: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(fileURLWithPath: testFile).deletingLastPathComponent()
    .appendingPathComponent("Golden").appendingPathComponent(name)
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    Issue.record("rewrote \(name); look at the difference", sourceLocation: sourceLocation)
    return
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  guard golden != text else { return }
  let line =
    zip(golden.split(separator: "\n"), text.split(separator: "\n"))
    .enumerated().first { $0.element.0 != $0.element.1 }
  Issue.record(
    """
    \(name) differs at line \((line?.offset ?? -1) + 1):
    golden: \(line.map { String($0.element.0.prefix(300)) } ?? "(a text of another length)")
    now:    \(line.map { String($0.element.1.prefix(300)) } ?? "")
    """, sourceLocation: sourceLocation)
}
