import Protocol
import TestSupport
import Testing

/// The commands that answer and end.
@Suite struct CommandTests {
  private static let worker = BuiltProgram("phasegrid-worker")

  @Test func `describe says what a coordinator reads`() async throws {
    let ending = try await Self.worker.run(["describe"])
    #expect(ending.status == 0 && ending.words.isEmpty)
    let described = try WorkerDescription(json: try JSONValue(parsing: ending.output))
    #expect(described.release == Release.number)
    #expect(described.wireVersion == Limits.wireVersion)
    #expect(described.profiles.map(\.name) == ["pinned", "openblas", "native"])
    #expect(!described.core.isEmpty)
    #expect(described.studies.map(\.name).contains("idle"))
    #expect(described.json.indentedText + "\n" == ending.output)
  }

  @Test func `every study that is described makes sense`() async throws {
    let ending = try await Self.worker.run(["describe"])
    let described = try WorkerDescription(json: try JSONValue(parsing: ending.output))
    for study in described.studies { _ = try StudyResolver(study) }
  }

  @Test func `the shape of describe is what others rely on`() async throws {
    let ending = try await Self.worker.run(["describe"])
    let document = try JSONValue(parsing: ending.output)
    let idle = document["studies"]?.array?.first { $0["name"]?.string == "idle" }
    try expectGolden(
      (Self.shape(of: document, leaving: "studies") + Self.shape(of: idle ?? .null))
        .joined(separator: "\n") + "\n", named: "describe-shape.txt")
  }

  /// Every member with the kind of its value, one a line.
  private static func shape(
    of value: JSONValue, leaving omitted: String = "", path: String = ""
  ) -> [String] {
    switch value {
    case .object(let members):
      return members.filter { $0.name != omitted }.flatMap {
        shape(of: $0.value, path: path.isEmpty ? $0.name : "\(path).\($0.name)")
      }
    case .array(let values):
      guard !values.isEmpty else { return ["\(path)[]"] }
      let lines = values.flatMap { shape(of: $0, path: path + "[]") }
      var seen: Set<String> = []
      return lines.filter { seen.insert($0).inserted }
    case .null: return ["\(path) null"]
    case .boolean: return ["\(path) boolean"]
    case .integer, .real: return ["\(path) number"]
    case .string: return ["\(path) text"]
    }
  }

  @Test func `train prints what a trial gives`() async throws {
    let ending = try await Self.worker.run(
      ["train", "-"], input: #"{"study": "idle", "parameters": {"index": 3}, "replicate": 2}"#)
    #expect(ending.status == 0 && ending.words.isEmpty)
    let document = try JSONValue(parsing: ending.output)
    #expect(document["outcome"]?["state"]?.string == "completed")
    #expect(document["parameters"]?["index"] == 3 && document["parameters"]?["seconds"] != nil)
    #expect(document["numerics"]?["core"]?.string == "Haswell")
    let key = try #require(document["key"]?.string.flatMap { TrialKey(hexadecimal: $0) })
    let draw = Double(key.leadingWord >> 11) * 0x1p-53
    #expect(document["measures"]?["draw"]?.number == draw)
  }

  @Test func `train gives the key that a coordinator gives the trial`() async throws {
    let described = try await Self.worker.run(["describe"])
    let idle = try #require(
      try WorkerDescription(json: try JSONValue(parsing: described.output)).studies
        .first { $0.name == "idle" })
    let resolver = try StudyResolver(idle)
    let specification = resolver.specification(
      of: try resolver.resolve(["seconds": .real(0.001)]), numerics: .native,
      seeds: resolver.seeds(replicate: 4), replicate: 4)
    let ending = try await Self.worker.run(
      ["train", "-"],
      input: """
        {"study": "idle", "parameters": {"seconds": 1e-3}, "replicate": 4, "numerics": "native"}
        """)
    let document = try JSONValue(parsing: ending.output)
    #expect(document["key"]?.string == specification.key.description)
  }

  /// A file for `train` with a fault, and what its message must say.
  struct BadFile: CustomTestStringConvertible {
    var text: String
    var words: String
    var testDescription: String { words }
  }

  @Test(arguments: [
    BadFile(text: #"{"study": "idle",\#n\#n "parameters": {"#, words: "line 3"),
    BadFile(text: #"["idle"]"#, words: "a JSON object"),
    BadFile(text: #"{"parameters": {}}"#, words: "'study' must be"),
    BadFile(text: #"{"study": "idel"}"#, words: "did you mean 'idle'"),
    BadFile(text: #"{"study": "idle", "parametrs": {}}"#, words: "did you mean 'parameters'"),
    BadFile(text: #"{"study": "idle", "study": "idle"}"#, words: "twice"),
    BadFile(
      text: #"{"study": "idle", "parameters": {"secnds": 1}}"#, words: "did you mean 'seconds'"),
    BadFile(text: #"{"study": "idle", "parameters": {"seconds": -1}}"#, words: "out of range"),
    BadFile(text: #"{"study": "idle", "parameters": {"seconds": [1]}}"#, words: "cannot be [1]"),
    BadFile(text: #"{"study": "idle", "parameters": {"seconds": "x"}}"#, words: "number"),
    BadFile(text: #"{"study": "idle", "replicate": -1}"#, words: "'replicate'"),
    BadFile(text: #"{"study": "idle", "seeds": {"data": 1.5}}"#, words: "'data'"),
    BadFile(text: #"{"study": "idle", "seeds": {"data": 1}}"#, words: "no random numbers"),
    BadFile(text: #"{"study": "idle", "numerics": "fast"}"#, words: "pinned, openblas, native"),
  ])
  func `a file that cannot be trained is told what is wrong`(file: BadFile) async throws {
    let ending = try await Self.worker.run(["train", "-"], input: file.text)
    #expect(ending.status == 65 && ending.output.isEmpty)
    let said = ending.words.lowercased()
    #expect(said.contains(file.words.lowercased()), "\(ending.words)")
  }

  @Test func `a file that is not there is an error of its own`() async throws {
    let ending = try await Self.worker.run(["train", "/nowhere/trial.json"])
    #expect(ending.status == 74 && ending.words.contains("/nowhere/trial.json"))
  }

  @Test(arguments: [
    [], ["fly"], ["check"], ["check", "--all"], ["train"], ["train", "a", "b"], ["serve"],
    ["serve", "--directory"], ["serve", "somewhere"], ["slot", "first"], ["describe", "all"],
    ["train", "a", "--export"], ["train", "a", "--initial", "b", "--initial", "c"], ["replay"],
    ["replay", "a", "--manifets", "b"], ["replay", "a", "--numerics", "fast"], ["bench"],
    ["bench", "W1-51"], ["bench", "W1-50", "--seconds", "0"], ["bench", "W1-50", "--seconds", "x"],
  ])
  func `a wrong command line ends with the status for usage`(arguments: [String]) async throws {
    let ending = try await Self.worker.run(arguments)
    #expect(ending.status == 64 && ending.output.isEmpty)
    #expect(ending.words.contains("--help"))
  }

  @Test func `help names every command`() async throws {
    let ending = try await Self.worker.run(["--help"])
    #expect(ending.status == 0)
    for command in [
      "describe", "check", "train", "estimate", "examine", "replay", "bench", "serve",
    ] {
      #expect(ending.output.contains("  \(command) "), "\(command)")
    }
  }

  @Test func `the version is the release`() async throws {
    let ending = try await Self.worker.run(["--version"])
    #expect(ending.status == 0 && ending.output == Release.number + "\n")
  }

  @Test func `check answers rows with a verdict for each statement`() async throws {
    let row = StudyRow(
      parameters: ["width": .integer(1000)], replicate: 0, outcome: .diverged, measures: [:])
    let ending = try await Self.worker.run(
      ["check", "two-layer-phase-diagram"], input: JSONValue.array([row.json]).text)
    #expect(ending.status == 0)
    let verdicts = try #require(try JSONValue(parsing: ending.output).array)
      .map { try StatementVerdict(json: $0) }
    #expect(!verdicts.isEmpty)
    #expect(verdicts.allSatisfy { $0.verdict == .notCovered })
  }

  @Test(arguments: ["{}", "[{}]", "[1]", "nonsense"])
  func `rows that are none are refused`(text: String) async throws {
    let ending = try await Self.worker.run(["check", "idle"], input: text)
    #expect(ending.status == 65 && ending.output.isEmpty)
  }
}
