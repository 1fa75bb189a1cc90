import Protocol
import TestSupport
import Testing

/// What a worker says of its studies, as JSON and back: nothing that comes is trusted.
@Suite struct DescriptionCodingTests {
  private static let worker = WorkerDescription(
    release: "1.2.3", wireVersion: 1, profiles: [.init(name: "pinned", revision: 4)],
    core: "Haswell", studies: [StudyFixture.description])

  private static let row = StudyRow(
    parameters: [
      "width": .integer(10), "init.gamma": .real(1), "mode": .text("drop"),
      "antisymmetric": .boolean(true),
    ],
    replicate: 3, outcome: .failed(.memory, "«too much»"), measures: ["loss": 0.1, "draw": 1e-300])

  @Test func `a description comes back as it was`() throws {
    let text = Self.worker.json.indentedText
    #expect(try WorkerDescription(json: try JSONValue(parsing: text)) == Self.worker)
  }

  @Test func `a study comes back as it was`() throws {
    let text = StudyFixture.description.json.text
    #expect(
      try StudyDescription(json: try JSONValue(parsing: text)) == StudyFixture.description)
  }

  @Test func `a row comes back as it was`() throws {
    #expect(try StudyRow(json: try JSONValue(parsing: Self.row.json.text)) == Self.row)
  }

  @Test(
    arguments: [
      .completed(.rule), .completed(.steps), .completed(.cap), .diverged, .failed(.time, "late"),
    ] as [TrialOutcome])
  func `every outcome comes back as it was`(outcome: TrialOutcome) throws {
    var row = Self.row
    row.outcome = outcome
    #expect(try StudyRow(json: try JSONValue(parsing: row.json.text)).outcome == outcome)
  }

  @Test(arguments: StatementVerdict.Verdict.allCases)
  func `every verdict comes back as it was`(verdict: StatementVerdict.Verdict) throws {
    let original = StatementVerdict(
      name: "A1", claim: "It grows.", verdict: verdict, evidence: "slope 0.3")
    let read = try StatementVerdict(json: try JSONValue(parsing: original.json.text))
    #expect(read == original)
  }

  @Test func `a real parameter without a fraction stays real`() throws {
    let json = try JSONValue(parsing: Self.row.json.text)
    #expect(try StudyRow(json: json).parameters["init.gamma"] == .real(1))
  }

  @Test func `a measure that is null is left out`() throws {
    var row = Self.row
    row.measures["loss"] = .nan
    let read = try StudyRow(json: try JSONValue(parsing: row.json.text))
    #expect(read.measures == ["draw": 1e-300])
  }

  @Test func `members that are not known are ignored`() throws {
    guard case .object(let members) = Self.row.json else { return }
    let wider = JSONValue.object(members + [.init("colour", "blue")])
    #expect(try StudyRow(json: wider) == Self.row)
  }

  @Test func `every member that may not be missing is named when it is`() throws {
    let optional: Set<String> = [
      "worker.studies[0].parameters[#].minimum", "worker.studies[0].parameters[#].maximum",
      "worker.studies[0].parameters[#].activeWhen", "worker.studies[0].parameters[#].neutral",
      "worker.studies[0].matrices",
    ]
    var count = 0
    try Self.forEachMember(of: Self.worker.json, at: "worker") { path, damaged, isRemoved in
      let pattern = path.replacing(#/parameters\[\d+\]/#) { _ in "parameters[#]" }
      guard isRemoved, !optional.contains(pattern) else { return }
      let error = try #require(throws: DocumentError.self, "\(path)") {
        try WorkerDescription(json: damaged)
      }
      #expect(error.message.contains("'\(path)'"), "\(error.message)")
      count += 1
    }
    #expect(count > 100)
  }

  @Test func `every member of another kind is an error`() throws {
    try Self.forEachMember(of: Self.worker.json, at: "worker") { path, damaged, isRemoved in
      // The default of a parameter may be of any kind: its type is checked where it is used.
      guard !isRemoved, !path.hasSuffix(".default"), !path.hasSuffix(".neutral") else { return }
      #expect(throws: DocumentError.self, "\(path)") { try WorkerDescription(json: damaged) }
    }
  }

  @Test(arguments: [
    #"{"parameters": {"a": 1, "a": 2}, "replicate": 0, "outcome": {"state": "diverged"}, "measures": {}}"#,
    #"{"parameters": {"a": null}, "replicate": 0, "outcome": {"state": "diverged"}, "measures": {}}"#,
    #"{"parameters": {}, "replicate": -1, "outcome": {"state": "diverged"}, "measures": {}}"#,
    #"{"parameters": {}, "replicate": 4294967296, "outcome": {"state": "diverged"}, "measures": {}}"#,
    #"{"parameters": {}, "replicate": 0, "outcome": {"state": "asleep"}, "measures": {}}"#,
    #"{"parameters": {}, "replicate": 0, "outcome": {"state": "completed"}, "measures": {}}"#,
    #"{"parameters": {}, "replicate": 0, "outcome": {"state": "diverged"}, "measures": {"a": "1"}}"#,
    #"[]"#, #"null"#, #"3"#,
  ])
  func `a row that is none is an error`(text: String) throws {
    let json = try JSONValue(parsing: text)
    #expect(throws: DocumentError.self) { try StudyRow(json: json) }
  }

  @Test func `an error is the fault of no user`() throws {
    let error = try #require(throws: DocumentError.self) { try StudyRow(json: .null) }
    #expect(error.code == "document.malformed" && error.exitStatus == .internalFault)
  }

  /// Gives a body every document in which one member is missing, or has a value of another kind.
  private static func forEachMember(
    of value: JSONValue, at path: String,
    _ body: (_ path: String, _ damaged: JSONValue, _ isRemoved: Bool) throws -> Void
  ) throws {
    switch value {
    case .object(let members):
      for (index, member) in members.enumerated() {
        let inner = "\(path).\(member.name)"
        var damaged = members
        damaged.remove(at: index)
        try body(inner, .object(damaged), true)
        damaged = members
        damaged[index].value = member.value.array == nil ? [1, [2]] : "text"
        try body(inner, .object(damaged), false)
        try forEachMember(of: member.value, at: inner) { path, replacement, isRemoved in
          damaged[index].value = replacement
          try body(path, .object(damaged), isRemoved)
        }
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        try forEachMember(of: element, at: "\(path)[\(index)]") { path, replacement, isRemoved in
          var damaged = elements
          damaged[index] = replacement
          try body(path, .array(damaged), isRemoved)
        }
      }
    default: break
    }
  }
}
