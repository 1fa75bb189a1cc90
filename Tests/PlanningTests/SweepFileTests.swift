import Foundation
import Planning
import Protocol
import TestSupport
import Testing

@Suite struct SweepFileTests {
  @Test func `a file says its name, study, replicates and limits`() throws {
    let file = try SweepFile(text: SweepTexts.everything, path: "a.yaml")
    #expect(file.name == "everything-1")
    #expect(file.study == "fixture")
    #expect(file.replicates == [0, 1])
    #expect(file.numerics == .pinned)
    #expect(file.limits == TrialLimits(memoryBytes: 2 << 30, timeSeconds: 3600))
    #expect(file.text == SweepTexts.everything)
  }

  @Test(arguments: [
    ("memory: 512 MiB", TrialLimits(memoryBytes: 512 << 20)),
    ("memory: 1.5GB", TrialLimits(memoryBytes: 1_500_000_000)),
    ("time: 90 s", TrialLimits(timeSeconds: 90)),
    ("time: 1.5 min", TrialLimits(timeSeconds: 90)),
    ("time: 250 ms", TrialLimits(timeSeconds: 0.25)),
    ("time: 2 d", TrialLimits(timeSeconds: 172800)),
  ])
  func `limits have units`(line: String, limits: TrialLimits) throws {
    #expect(try SweepTexts.plan("parameters: {}\nlimits: {\(line)}").limits == limits)
  }

  @Test(arguments: [
    ("parameters: final", ["parameters final"]),
    ("parameters: [final, 0]", ["parameters 0", "parameters final"]),
    ("curves: {every: 50}", ["curves 50"]), ("matrices: cosineW", ["matrix cosineW"]),
    (
      "parameters: [0, 1000], curves: {every: 1e2}, matrices: [cosineW]",
      ["parameters 0", "parameters 1000", "curves 100", "matrix cosineW"]
    ),
  ])
  func `a file says what is kept`(line: String, words: [String]) throws {
    #expect(try SweepTexts.plan("parameters: {}\nkeep: {\(line)}").keep.words == words)
  }

  @Test func `what is kept changes no key`() throws {
    let plain = try SweepTexts.plan("parameters: {}")
    let keeping = try SweepTexts.plan("parameters: {}\nkeep: {parameters: [0, final]}")
    #expect(keeping.trials.map(\.key) == plain.trials.map(\.key))
  }

  @Test func `a list of replicates keeps its order`() throws {
    #expect(try SweepTexts.plan("parameters: {}\nreplicates: [7, 2]").replicates == [7, 2])
  }

  @Test func `without replicates there is one`() throws {
    #expect(try SweepTexts.plan("parameters: {}").replicates == [0])
  }

  @Test func `windows line ends and a byte order mark are read`() throws {
    let text = "\u{feff}sweep: a\r\nstudy: fixture\r\nparameters: {width: 100}\r\n"
    #expect(try SweepFile(text: text, path: "a.yaml").name == "a")
  }

  @Test func `an ampersand in a text is no anchor`() throws {
    let text = """
      sweep: a   # R&D, A & B
      study: fixture
      parameters: {init.gamma: {values: [1, 2]}, width: {values: [100, 200]}}
      diagram: {x: init.gamma, y: width, color: loss, title: R&D & more}
      """
    let file = try SweepFile(text: text, path: "a.yaml")
    #expect(try SweepPlan(file, study: StudyFixture.description).diagrams[0].title == "R&D & more")
  }

  @Test func `a file on disk is read`() throws {
    try inTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("a.yaml")
      try Data(SweepTexts.everything.utf8).write(to: file)
      #expect(try SweepFile.read(path: file.path).name == "everything-1")
    }
  }

  @Test func `a file that is not there cannot be read`() {
    let error = #expect(throws: SweepFileError.self) {
      try SweepFile.read(path: "/nowhere/a.yaml")
    }
    #expect(error?.kind == .unreadable)
    #expect(error?.exitStatus == .inputOutput)
    #expect(error?.message.hasPrefix("/nowhere/a.yaml: ") == true)
  }

  @Test func `a directory cannot be read`() throws {
    try inTemporaryDirectory { folder in
      let error = #expect(throws: SweepFileError.self) {
        try SweepFile.read(path: folder.path)
      }
      #expect(error?.kind == .unreadable)
      #expect(error?.exitStatus == .inputOutput)
      #expect(error?.remedy.contains("not a directory") == true)
    }
  }

  @Test func `a file that is not UTF-8 is refused with its line`() throws {
    try inTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("a.yaml")
      try (Data("sweep: a\nstudy: ".utf8) + Data([0xff, 0xfe, 0x0a])).write(to: file)
      let error = #expect(throws: SweepFileError.self) { try SweepFile.read(path: file.path) }
      #expect(error?.kind == .encoding)
      #expect(error?.line == 2)
      #expect(error?.exitStatus == .malformedFile)
    }
  }

  @Test func `a file without an end is refused before it is read whole`() {
    let error = #expect(throws: SweepFileError.self) { try SweepFile.read(path: "/dev/zero") }
    #expect(error?.kind == .tooLarge)
  }

  @Test func `a text that is too large is refused`() {
    let text = "sweep: a\n" + String(repeating: "#", count: 1 << 20)
    let error = #expect(throws: SweepFileError.self) { try SweepFile(text: text, path: "a.yaml") }
    #expect(error?.kind == .tooLarge)
  }

  @Test func `an unknown study is told the nearest`() throws {
    let file = try SweepFile(
      text: "sweep: a\nstudy: two-layer-phase\nparameters: {}\n", path: "a.yaml")
    let error = file.unknownStudy(known: ["idle", "two-layer-phase-diagram"])
    #expect(error.kind == .unknownStudy)
    #expect(
      error.message
        == "a.yaml:2: unknown study 'two-layer-phase'; did you mean 'two-layer-phase-diagram'?")
  }
}

/// Gives a folder that is removed afterwards.
private func inTemporaryDirectory(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("phasegrid-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  // The folder holds nothing but what the test wrote; what is left of it harms no other test.
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
