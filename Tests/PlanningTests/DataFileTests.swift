import Foundation
import Glibc
import Planning
import Protocol
import TestSupport
import Testing

/// Files that a sweep names, which are known by their SHA-256 from then on.
@Suite struct DataFileTests {
  /// The fixture with a parameter that is a file.
  private static let study: StudyDescription = {
    var study = StudyFixture.description
    study.parameters.append(
      ParameterDescription(
        name: "data.file", label: "data", type: .file, defaultValue: .text(""),
        meaning: "The samples."))
    return study
  }()

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  /// The sweep of a file in a folder, with these lines after its name.
  private static func plan(_ body: String, in folder: String) throws -> SweepPlan {
    let file = try SweepFile(
      text: "sweep: good\nstudy: fixture\n" + body + "\n", path: folder + "/good.yaml")
    return try SweepPlan(file, study: study, files: try file.dataFiles(of: study))
  }

  @Test func `a file's value is the SHA-256 of its content`() async throws {
    try await TemporaryDirectory.with { directory in
      try Self.write("abc", to: directory.path("a.safetensors"))
      let plan = try Self.plan("parameters: {data.file: a.safetensors}", in: directory.path)
      let trial = try #require(plan.trials.first { _ in true })
      // The first example of FIPS 180-2.
      let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      #expect(trial.specification.parameters["data.file"] == .text(digest))
      #expect(trial.specification.keyText.contains("parameter data.file \"\(digest)\"\n"))
      #expect(
        plan.files == [
          DataFile(
            name: "a.safetensors", path: directory.path("a.safetensors"), digest: digest,
            byteCount: 3)
        ])
    }
  }

  @Test(arguments: [
    "parameters: {data.file: {values: [a, b]}}", "parameters: {data.file: {value: a}}",
    "parameters: {width: 100}\nset: [{where: \"width == 100\", data.file: a}]",
    "parameters: {}\nzip: [{data.file: [a, b], width: [100, 200]}]",
    "grids: [{data.file: a}, {data.file: b}]",
  ])
  func `files are read wherever a parameter gets a value`(body: String) async throws {
    try await TemporaryDirectory.with { directory in
      for name in ["a", "b"] { try Self.write(name, to: directory.path(name)) }
      let plan = try Self.plan(body, in: directory.path)
      let values = Set(plan.trials.compactMap { $0.specification.parameters["data.file"]?.text })
      #expect(values == Set(plan.files.map(\.digest)) && !values.isEmpty)
      #expect(values.allSatisfy(FileDigest.isOne))
    }
  }

  @Test func `the same content under another name and in another folder is the same trial`()
    async throws
  {
    try await TemporaryDirectory.with { directory in
      try FileManager.default.createDirectory(
        atPath: directory.path("data"), withIntermediateDirectories: true)
      for name in ["a", "data/b"] { try Self.write("same", to: directory.path(name)) }
      let keys = try ["a", directory.path("data/b"), "data/../a"].map { name in
        try Self.plan("parameters: {data.file: \(name)}", in: directory.path).trials.map(\.key)
      }
      #expect(keys[0] == keys[1] && keys[0] == keys[2])
    }
  }

  @Test func `a plan from the catalog needs no file`() async throws {
    try await TemporaryDirectory.with { directory in
      try Self.write("abc", to: directory.path("a"))
      let first = try Self.plan("parameters: {data.file: a}", in: directory.path)
      unlink(directory.path("a"))
      let again = try SweepPlan(
        try SweepFile(text: first.text, path: "sweep 'good'"), study: Self.study,
        files: first.files)
      #expect(again.trials.map(\.key) == first.trials.map(\.key))
    }
  }

  @Test(arguments: [
    ("none", "cannot be found: No such file or directory"), (".", "is no file"),
    ("locked/a", "cannot be found"),
  ])
  func `a file that cannot be read is named with its line`(name: String, words: String) async throws
  {
    try await TemporaryDirectory.with { directory in
      let error = try #require(throws: SweepFileError.self) {
        try Self.plan("parameters:\n  data.file: \(name)", in: directory.path)
      }
      #expect(error.kind == .dataFile && error.line == 4 && error.key == "data.file")
      #expect(error.message.contains(words), "\(error.message)")
      #expect(error.message.hasPrefix(directory.path("good.yaml:4:")))
      #expect(error.exitStatus == .malformedFile)
    }
  }

  @Test func `a file that is too large is not read to its end`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("large")
      try Self.write("", to: path)
      // A file without blocks on the disk.
      #expect(truncate(path, off_t(FileDigest.fileBytesMax) + 1) == 0)
      let error = try #require(throws: SweepFileError.self) {
        try Self.plan("parameters: {data.file: large}", in: directory.path)
      }
      #expect(error.kind == .dataFile && error.message.contains("has more than 1073741824 bytes"))
    }
  }

  @Test func `a file that has changed since is told`() async throws {
    try await TemporaryDirectory.with { directory in
      try Self.write("abc", to: directory.path("a"))
      let file = try #require(
        try Self.plan("parameters: {data.file: a}", in: directory.path).files.first)
      try file.check()
      try Self.write("abd", to: directory.path("a"))
      let error = try #require(throws: SweepFileError.self) { try file.check() }
      #expect(error.kind == .dataFile && error.message.contains("has changed"))
      unlink(directory.path("a"))
      #expect(throws: SweepFileError.self) { try file.check() }
    }
  }

  @Test func `a digest that no file of the sweep has is refused`() async throws {
    let file = try SweepFile(
      text: "sweep: good\nstudy: fixture\nparameters: {data.file: a}\n", path: "good.yaml")
    let error = try #require(throws: SweepFileError.self) {
      try SweepPlan(file, study: Self.study)
    }
    #expect(error.kind == .parameterType && error.message.contains("no SHA-256"))
  }

  @Test func `what a catalog keeps of a file is read again`() throws {
    let file = DataFile(
      name: "a", path: "/b/a", digest: String(repeating: "0f", count: 32), byteCount: 7)
    #expect(DataFile(json: file.json) == file)
    #expect(DataFile(json: ["name": "a"]) == nil)
  }
}
