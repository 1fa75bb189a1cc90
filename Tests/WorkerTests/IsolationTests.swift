import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// The worker is one file that needs a kernel and `/proc`, nothing else.
@Suite(.timeLimit(.minutes(2))) struct IsolationTests {
  /// Whether this process may change its root and mount.
  private static let mayChangeRoot: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-m", "/bin/sh", "-c", "mount -t proc proc /proc"]
    process.standardError = FileHandle.nullDevice
    guard geteuid() == 0, (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(
    .enabled(if: mayChangeRoot, "changing the root directory needs root and mount"),
    arguments: [
      #"{"study": "idle", "parameters": {"index": 5}}"#,
      """
      {"study": "initial-condensation",
       "parameters": {"width": 50, "training.stepsMax": 20}, "replicate": 1}
      """,
    ])
  func `in a root that holds only the worker and proc it trains the same`(trial: String)
    async throws
  {
    let worker = BuiltProgram("phasegrid-worker")
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-root-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: root.appendingPathComponent("proc"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.copyItem(
      atPath: worker.path, toPath: root.appendingPathComponent("worker").path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    // The mount is seen by these processes alone and is gone with the last of them.
    process.arguments = [
      "-m", "/bin/sh", "-c",
      "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /worker train -", root.path,
    ]
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(trial.utf8))
    try input.fileHandleForWriting.close()
    let inside = try JSONValue(
      parsing: [UInt8](try output.fileHandleForReading.readToEnd() ?? Data()))
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let outside = try JSONValue(
      parsing: try await worker.run(["train", "-"], input: trial).output)
    for member in ["key", "outcome", "measures", "numerics"] {
      let text = try #require(inside[member]?.text)
      #expect(text == outside[member]?.text, "\(member)")
    }
  }
}
