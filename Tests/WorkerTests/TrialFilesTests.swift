import Foundation
import Protocol
import TestSupport
import Testing

@testable import WorkerCore

/// Files of users that trials read.
@Suite struct TrialFilesTests {
  private static let worker = BuiltProgram("phasegrid-worker")

  /// Six samples of two numbers in two classes.
  private static let samples: [UInt8] = {
    let header = """
      {"inputs":{"dtype":"F32","shape":[6,2],"data_offsets":[0,48]},\
      "targets":{"dtype":"I32","shape":[6],"data_offsets":[48,72]}}
      """
    func bytes(_ bits: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let inputs = (0..<12).flatMap { bytes(UInt64((Float($0) / 4 - 1).bitPattern), 4) }
    let targets = (0..<6).flatMap { bytes(UInt64($0 % 2), 4) }
    return bytes(UInt64(header.utf8.count), 8) + Array(header.utf8) + inputs + targets
  }()

  private static func trial(_ file: String, _ changes: String = "") -> String {
    """
    {"study": "supervised", "parameters": {"data.file": "\(file)", "training.steps": 3\(changes)}}
    """
  }

  @Test func `train reads a file from the folder of the trial's own`() async throws {
    try await TemporaryDirectory.with { directory in
      try Data(Self.samples).write(to: URL(fileURLWithPath: directory.path("a.safetensors")))
      try Data(Self.trial("a.safetensors").utf8).write(
        to: URL(fileURLWithPath: directory.path("trial.json")))
      let ending = try await Self.worker.run(["train", directory.path("trial.json")])
      #expect(ending.status == 0, "\(ending.words)")
      let document = try JSONValue(parsing: ending.output)
      let digest = FileDigest.text(of: Self.samples)
      #expect(document["parameters"]?["data.file"]?.string == digest)
      #expect(document["measures"]?["trainLoss"]?.number != nil)
      #expect(document["steps"] == 3)
    }
  }

  @Test(arguments: [
    ("none.safetensors", 74, "none.safetensors"),
    (String(repeating: "0", count: 64), 65, "at hand"),
    ("", 65, "No file is given"),
  ])
  func `train says which file is not there`(
    name: String, status: Int32, words: String
  ) async throws {
    let ending = try await Self.worker.run(["train", "-"], input: Self.trial(name))
    #expect(ending.status == status && ending.words.contains(words), "\(ending.words)")
  }

  @Test func `examine answers each trial with what is wrong with its file`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("a.safetensors")
      try Data(Self.samples).write(to: URL(fileURLWithPath: path))
      let digest = FileDigest.text(of: Self.samples)
      func trial(_ changes: String) -> String {
        "\(Self.trial(digest, changes).dropLast()), \"files\": {\"\(digest)\": \"\(path)\"}}"
      }
      let list = "[\(trial("")), \(trial(", \"training.batch\": 7")), \(Self.trial(digest))]"
      let ending = try await Self.worker.run(["examine"], input: list)
      #expect(ending.status == 0, "\(ending.words)")
      let findings = try #require(try JSONValue(parsing: ending.output).array)
      #expect(findings.count == 3 && findings[0] == .null)
      #expect(findings[1]["code"]?.string == "kernel.data")
      #expect(findings[1]["message"]?.string?.contains("training.batch is 7") == true)
      #expect(findings[1]["remedy"]?.string?.isEmpty == false)
      #expect(findings[2]["code"] == nil || findings[2]["code"]?.string != "kernel.data")
    }
  }

  @Test func `what examine reads must be a list of trials`() async throws {
    let ending = try await Self.worker.run(["examine"], input: "{}")
    #expect(ending.status == 65 && ending.words.contains("a JSON list is expected"))
  }

  @Test func `a file with another content than its name says is refused`() async throws {
    try await TemporaryDirectory.with { directory in
      let digest = FileDigest.text(of: Self.samples)
      try Data(Self.samples + [0]).write(to: URL(fileURLWithPath: directory.path(digest)))
      let files = TrialFiles(folder: directory.path)
      let error = try #require(throws: WorkerError.self) { try files.contents([digest]) }
      #expect(error.kind == .malformed && error.message.contains("has the SHA-256"))
      try Data(Self.samples).write(to: URL(fileURLWithPath: directory.path(digest)))
      #expect(throws: Never.self) { _ = try files.contents([digest]) }
      // What was read is kept.
      try FileManager.default.removeItem(atPath: directory.path(digest))
      #expect(throws: Never.self) { _ = try files.contents([digest]) }
    }
  }

  @Test func `files lie beside the folders of the machines`() async throws {
    try await TemporaryDirectory.with { directory in
      let worker = try WorkerDirectory(preparing: directory.path("work/machine/catalog"))
      #expect(worker.files == directory.path("work/files"))
    }
  }
}
