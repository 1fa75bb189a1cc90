import Foundation
import GRDB
import Glibc
import Protocol
import TestSupport
import Testing

/// What trials keep, from a sweep file to files and pictures.
@Suite(.timeLimit(.minutes(4))) struct KeptSweepTests {
  private static func text(_ keep: String, width: Int = 40, steps: Int = 60) -> String {
    """
    sweep: kept
    study: two-layer-phase-diagram
    parameters:
      init.gamma: {values: [0.6, 1.4]}
      init.gammaPrime: {values: [-0.2, 0.2]}
      width: \(width)
      training.stepsMax: \(steps)
      stop.lossFraction: 1e-12
    replicates: 2
    diagram: {x: init.gamma, y: init.gammaPrime, color: relativeChange}
    \(keep)
    """
  }

  private static let keep =
    "keep: {parameters: [0, final], curves: {every: 20}, matrices: [cosineW]}"

  private static func bytesKept(_ laboratory: Laboratory) throws -> Int {
    try laboratory.number("SELECT SUM(LENGTH(bytes)) FROM kept")
  }

  private static func files(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
    }
    return files
  }

  @Test func `what a sweep keeps is planned, trained, fetched and drawn`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(Self.text(Self.keep), as: "kept.yaml")
      let plan = try JSONValue(parsing: try await laboratory.run("plan", file, "--json").output)
      let planned = Int(try #require(plan["keep"]?["totalBytes"]?.integer))
      #expect(try await laboratory.run("plan", file).output.contains("\nkeep      at most "))
      try await laboratory.run("run", file)
      let taken = try Self.bytesKept(laboratory)
      #expect(taken <= planned && planned < taken + taken / 4, "\(planned) planned, \(taken) kept")

      let folder = laboratory.directory.path("folder")
      let words = try await laboratory.run(
        "fetch", "kept", "--where", "init.gamma < 1 and replicate == 0", "-o", folder
      ).words
      #expect(words.contains("8 files") && words.contains("2 trials"), "\(words)")
      let files = try Self.files(folder)
      #expect(files.count == 9)
      let manifest = String(decoding: try #require(files["manifest.csv"]), as: UTF8.self)
      let lines = manifest.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(lines.count == 9)
      // What train exports for a trial of the manifest is what the catalog has of it.
      let line = try #require(lines.first { $0[5] == "parameters" && $0[6] == "final" })
      let trial = """
        {"study": "two-layer-phase-diagram", "replicate": \(line[3]), "parameters":
         {"width": 40, "training.stepsMax": 60, "stop.lossFraction": 1e-12,
          "init.gamma": \(line[1]), "init.gammaPrime": \(line[2])}}
        """
      let exported = laboratory.directory.path("end.safetensors")
      let training = try await laboratory.worker.run(
        ["train", "-", "--export", exported], input: trial)
      #expect(try JSONValue(parsing: training.output)["key"]?.string == String(line[0]))
      #expect(
        files[String(try #require(line.last))] == FileManager.default.contents(atPath: exported))

      let again = try await laboratory.run("fetch", "kept", "-o", folder, expecting: 74)
      #expect(again.words.contains("it exists"))
      #expect(try Self.files(folder) == files)

      for options in [["--curve", "loss"], ["--matrix", "cosineW"]] {
        for suffix in ["svg", "png", "csv"] {
          let picture = laboratory.directory.path("picture.\(suffix)")
          let ending = try await laboratory.phasegrid.run(
            ["diagram", "kept", "-o", picture] + options)
          #expect(ending.status == 0, "\(ending.words)")
          #expect((FileManager.default.contents(atPath: picture)?.count ?? 0) > 500, "\(options)")
        }
      }
      let unknown = try await laboratory.run(
        "diagram", "kept", "--curve", "los", "-o", laboratory.directory.path("x.svg"),
        expecting: 65)
      #expect(unknown.words.contains("did you mean 'loss'"))
      try await laboratory.run(
        "diagram", "kept", "--curve", "loss", "--contour", "1", "-o",
        laboratory.directory.path("x.svg"), expecting: 64)
    }
  }

  @Test func `what is asked for later is trained again, once, and compared`() async throws {
    try await Laboratory.with { laboratory in
      let plain = try laboratory.write(Self.text(""), as: "kept.yaml")
      try await laboratory.run("run", plain)
      let results = try await laboratory.csv("kept")
      let keeping = try laboratory.write(Self.text(Self.keep), as: "kept.yaml")
      let plan = try JSONValue(parsing: try await laboratory.run("plan", keeping, "--json").output)
      #expect(plan["toTrain"]?.integer == 8 && plan["unkept"]?.integer == 8)
      let text = try await laboratory.run("plan", keeping).output
      #expect(text.contains("8 are in the catalog without what 'keep' asks for"))
      try await laboratory.run("run", keeping)
      #expect(try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'repeat'") == 8)
      #expect(try laboratory.number("SELECT COUNT(DISTINCT trial) FROM kept") == 8)
      #expect(
        try laboratory.number("SELECT COUNT(*) FROM event WHERE kind = 'determinism-fault'") == 0)
      #expect(try await laboratory.csv("kept") == results)
      try await laboratory.run("run", keeping)
      #expect(try laboratory.attemptCount() == 16)
    }
  }

  @Test func `what is kept survives a killed coordinator and a killed daemon`() async throws {
    // Large enough to travel in many parts.
    let text = Self.text("keep: {parameters: [0, final]}", width: 60_000, steps: 40)
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(text, as: "kept.yaml")
      let coordinator = try laboratory.phasegrid.start(["run", file, "--slots", "2"])
      try await eventually { try await laboratory.doneCount("kept") >= 2 }
      coordinator.send(SIGKILL)
      _ = try await coordinator.ending()
      // The worker goes on; then it dies too, with what nobody has taken in its spool.
      try await Task.sleep(for: .milliseconds(300))
      if let daemon = laboratory.daemon { kill(daemon, SIGKILL) }
      try await laboratory.run("resume", "kept")
      #expect(try laboratory.number("SELECT COUNT(*) FROM kept") == 16)
      #expect(try laboratory.number("SELECT COUNT(DISTINCT trial) FROM kept") == 8)
      // Two inputs and one output weight a neuron, in four bytes each, and a header.
      #expect(try laboratory.number("SELECT MIN(LENGTH(bytes)) FROM kept") > 3 * 4 * 60_000)
      #expect(
        try laboratory.number("SELECT COUNT(*) FROM event WHERE kind = 'determinism-fault'") == 0)
    }
  }
}
