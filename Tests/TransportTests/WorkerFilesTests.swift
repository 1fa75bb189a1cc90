import Foundation
import TestSupport
import Testing

@testable import Transport

/// The worker programs that are sent to nodes, by kind of machine.
@Suite struct WorkerFilesTests {
  private func withFiles<Value>(
    _ body: (WorkerFiles, TemporaryDirectory) async throws -> Value
  ) async throws -> Value {
    try await TemporaryDirectory.with { directory in
      for (folder, text) in [("", "own"), ("workers/aarch64", "other")] {
        try FileManager.default.createDirectory(
          atPath: directory.path(folder), withIntermediateDirectories: true)
        try Data(text.utf8).write(
          to: URL(fileURLWithPath: directory.path(folder + "/phasegrid-worker")))
      }
      let files = WorkerFiles(
        own: WorkerProgram(path: directory.path("phasegrid-worker")),
        folder: directory.path("workers"))
      return try await body(files, directory)
    }
  }

  @Test func `each kind of machine has its own program`() async throws {
    try await withFiles { files, _ in
      let own = try #require(try await files.file())
      let other = try #require(try await files.file(for: "aarch64"))
      #expect(own.piece(from: 0) == Array("own".utf8))
      #expect(other.piece(from: 0) == Array("other".utf8))
      // Of `printf own | sha256sum`.
      #expect(
        own.digest == "5b3975651c3cab92d044c096dc30a1c2d9525497457472de48c51ecb363d1f4a")
      #expect(own.digest != other.digest)
    }
  }

  @Test(arguments: ["riscv64", "", "..", "../..", "aarch64/../aarch64", "a b", "aarch64\n"])
  func `a kind without a program, or that is no name, has none`(machine: String) async throws {
    try await withFiles { files, _ in
      let file = try await files.file(for: machine)
      #expect(file == nil)
    }
  }

  @Test func `a program that is not there is an error with the remedy`() async throws {
    let files = WorkerFiles(own: WorkerProgram(path: "/nonexistent/phasegrid-worker"))
    await #expect(throws: TransportError.self) { try await files.file() }
  }
}
