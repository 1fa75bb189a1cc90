import Foundation
import Protocol
import TestSupport
import Testing

/// Parameters from and to files.
@Suite struct TensorFileTests {
  private static let worker = BuiltProgram("phasegrid-worker")

  /// A short training of this width.
  private static func trial(width: Int, steps: Int) -> String {
    """
    {"study": "two-layer-phase-diagram", "replicate": 1,
     "parameters": {"width": \(width), "training.stepsMax": \(steps)}}
    """
  }

  private static func train(
    _ trial: String, _ options: [String]
  ) async throws -> BuiltProgram.Ending {
    try await worker.run(["train", "-"] + options, input: trial)
  }

  @Test func `a training goes on where another one has ended`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("end.safetensors")
      let first = try await Self.train(Self.trial(width: 20, steps: 7), ["--export", path])
      #expect(first.status == 0 && first.words.isEmpty)
      let second = try await Self.train(Self.trial(width: 20, steps: 3), ["--initial", path])
      #expect(second.status == 0)
      let (ended, begun) = (
        try JSONValue(parsing: first.output), try JSONValue(parsing: second.output)
      )
      #expect(ended["measures"]?["lossFinal"] != nil)
      #expect(begun["measures"]?["lossInitial"] == ended["measures"]?["lossFinal"])
      // It is no trial of a sweep.
      #expect(begun["key"] == .null && ended["key"]?.string != nil)
      #expect(try directory.names() == ["end.safetensors"])
    }
  }

  @Test func `what is exported is the same every time`() async throws {
    try await TemporaryDirectory.with { directory in
      for name in ["a", "b"] {
        _ = try await Self.train(
          Self.trial(width: 10, steps: 2), ["--export", directory.path(name)])
      }
      let files = try ["a", "b"].map {
        try Data(contentsOf: URL(fileURLWithPath: directory.path($0)))
      }
      #expect(files[0] == files[1] && files[0].count > 100)
    }
  }

  @Test func `parameters of another width are refused`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("end.safetensors")
      _ = try await Self.train(Self.trial(width: 20, steps: 1), ["--export", path])
      let ending = try await Self.train(Self.trial(width: 22, steps: 1), ["--initial", path])
      #expect(ending.status == 65 && ending.output.isEmpty)
      #expect(ending.words.contains("'hidden.weight' has the shape [2, 20]"), "\(ending.words)")
    }
  }

  @Test func `a file of something else is refused`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("end.safetensors")
      try Data("nonsense that is long enough".utf8).write(to: URL(fileURLWithPath: path))
      let ending = try await Self.train(Self.trial(width: 20, steps: 1), ["--initial", path])
      #expect(ending.status == 65 && ending.words.contains("kernel.safetensors"))
    }
  }

  @Test func `a study without parameters has none to export`() async throws {
    try await TemporaryDirectory.with { directory in
      let ending = try await Self.train(
        #"{"study": "idle", "parameters": {"seconds": 0.001}}"#,
        ["--export", directory.path("end.safetensors")])
      #expect(ending.status == 65 && ending.words.contains("no parameters"))
      #expect(try directory.names().isEmpty)
    }
  }

  @Test func `a study without parameters cannot begin with any`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("end.safetensors")
      _ = try await Self.train(Self.trial(width: 20, steps: 1), ["--export", path])
      let ending = try await Self.train(
        #"{"study": "idle", "parameters": {"seconds": 0.001}}"#, ["--initial", path])
      #expect(ending.status == 65 && ending.words.contains("cannot begin"), "\(ending.words)")
    }
  }

  @Test func `a folder that is not there cannot be written to`() async throws {
    let ending = try await Self.train(
      Self.trial(width: 20, steps: 1), ["--export", "/nowhere/end.safetensors"])
    #expect(ending.status == 74 && ending.words.contains("/nowhere/end.safetensors"))
  }
}
