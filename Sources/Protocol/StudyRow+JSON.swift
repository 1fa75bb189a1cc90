extension StudyRow {
  /// The row as JSON: what `phasegrid-worker check` reads a list of.
  public var json: JSONValue {
    [
      "parameters": .object(
        parameters.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }),
      "replicate": .integer(Int64(replicate)),
      "outcome": outcome.json,
      "measures": .object(
        measures.sorted { $0.key < $1.key }.map { .init($0.key, .real($0.value)) }),
    ]
  }

  /// Reads a row; a measure that is `null` is left out.
  /// - Throws: ``DocumentError`` `document.malformed` with the member that is wrong.
  public init(json: JSONValue) throws(DocumentError) {
    let reader = JSONReader(json, path: "row")
    self.init(
      parameters: try reader.member("parameters").dictionary(
        countMax: Limits.parametersPerTrialMax
      ) { reader throws(DocumentError) in try reader.parameterValue() },
      replicate: try reader.member("replicate").index(),
      outcome: try TrialOutcome(try reader.member("outcome")),
      measures: try reader.member("measures").dictionary { reader throws(DocumentError) in
        reader.value == .null ? nil : try reader.number()
      })
  }
}

extension TrialOutcome {
  /// The outcome as JSON: its state, and `stop`, or `reason` and `words`.
  public var json: JSONValue {
    switch self {
    case .completed(let stop): ["state": "completed", "stop": .string(stop.rawValue)]
    case .diverged: ["state": "diverged"]
    case .failed(let reason, let words):
      ["state": "failed", "reason": .string(reason.rawValue), "words": .string(words)]
    }
  }

  init(_ reader: JSONReader) throws(DocumentError) {
    switch try reader.text("state") {
    case "completed": self = .completed(try reader.member("stop").word())
    case "diverged": self = .diverged
    case "failed":
      self = .failed(try reader.member("reason").word(), try reader.text("words"))
    default: throw try reader.member("state").malformed("completed, diverged or failed")
    }
  }
}

extension StatementVerdict {
  /// The verdict as JSON: what `phasegrid-worker check` prints a list of.
  public var json: JSONValue {
    [
      "name": .string(name), "claim": .string(claim), "verdict": .string(verdict.rawValue),
      "evidence": .string(evidence),
    ]
  }

  /// Reads what a worker says of a statement.
  /// - Throws: ``DocumentError`` `document.malformed` with the member that is wrong.
  public init(json: JSONValue) throws(DocumentError) {
    let reader = JSONReader(json, path: "verdict")
    self.init(
      name: try reader.text("name"), claim: try reader.text("claim"),
      verdict: try reader.member("verdict").word(), evidence: try reader.text("evidence"))
  }
}
