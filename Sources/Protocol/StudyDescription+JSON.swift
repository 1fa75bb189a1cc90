extension StudyDescription {
  /// The study as JSON: what `phasegrid-worker describe` prints of it.
  public var json: JSONValue {
    [
      "name": .string(name),
      "title": .string(title),
      "summary": .string(summary),
      "source": .string(source),
      "revision": .integer(Int64(revision)),
      "parameters": .array(parameters.map(\.json)),
      "constraints": .array(
        constraints.map {
          ["validWhen": .string($0.validWhen), "reason": .string($0.reason)]
        }),
      "seedPurposes": .array(seedPurposes.map { .string($0) }),
      "measures": .array(measures.map(\.json)),
      "matrices": .array(matrices.map(\.json)),
      "theoryLines": .array(theoryLines.map(\.json)),
      "statements": .array(
        statements.map { ["name": .string($0.name), "claim": .string($0.claim)] }),
      "cost": .string(cost),
    ]
  }

  /// Reads what a worker says of a study.
  ///
  /// Only the form is checked here: a description that makes sense is what ``StudyResolver`` takes.
  /// - Parameter json: The study; members that are not known are ignored.
  /// - Throws: ``DocumentError`` `document.malformed` with the member that is wrong.
  public init(json: JSONValue) throws(DocumentError) {
    try self.init(JSONReader(json, path: "study"))
  }

  init(_ reader: JSONReader) throws(DocumentError) {
    self.init(
      name: try reader.text("name"),
      title: try reader.text("title"),
      summary: try reader.text("summary"),
      source: try reader.text("source"),
      revision: try reader.member("revision").index(),
      parameters: try reader.member("parameters").list { reader throws(DocumentError) in
        try ParameterDescription(reader)
      },
      constraints: try reader.member("constraints").list { reader throws(DocumentError) in
        StudyConstraint(
          validWhen: try reader.text("validWhen"), reason: try reader.text("reason"))
      },
      seedPurposes: try reader.member("seedPurposes").list { reader throws(DocumentError) in
        try reader.text()
      },
      measures: try reader.member("measures").list { reader throws(DocumentError) in
        try MeasureDescription(reader)
      },
      // A catalog may hold what a worker said before there were any.
      matrices: try reader.optional("matrices")?.list { reader throws(DocumentError) in
        try MeasureDescription(reader)
      } ?? [],
      theoryLines: try reader.member("theoryLines").list { reader throws(DocumentError) in
        try TheoryLine(reader)
      },
      statements: try reader.member("statements").list { reader throws(DocumentError) in
        StatementDescription(name: try reader.text("name"), claim: try reader.text("claim"))
      },
      cost: try reader.text("cost"))
  }
}

extension ParameterDescription {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(name)), .init("label", .string(label)),
      .init("type", .string(type.name)),
    ]
    if case .choice(let words) = type {
      members.append(.init("words", .array(words.map { .string($0) })))
    }
    members.append(.init("default", defaultValue.json))
    if let minimum { members.append(.init("minimum", .real(minimum))) }
    if let maximum { members.append(.init("maximum", .real(maximum))) }
    members.append(.init("unit", .string(unit)))
    members.append(.init("meaning", .string(meaning)))
    if let activeWhen { members.append(.init("activeWhen", .string(activeWhen))) }
    if let neutral { members.append(.init("neutral", neutral.json)) }
    return .object(members)
  }

  fileprivate init(_ reader: JSONReader) throws(DocumentError) {
    let type: ParameterType
    switch try reader.text("type") {
    case "integer": type = .integer
    case "real": type = .real
    case "boolean": type = .boolean
    case "text": type = .text
    case "file": type = .file
    case "choice":
      type = .choice(
        try reader.member("words").list { reader throws(DocumentError) in try reader.text() })
    default:
      throw try reader.member("type").malformed("integer, real, choice, boolean, text or file")
    }
    self.init(
      name: try reader.text("name"),
      label: try reader.text("label"),
      type: type,
      defaultValue: try reader.member("default").parameterValue(),
      minimum: try reader.optional("minimum")?.number(),
      maximum: try reader.optional("maximum")?.number(),
      unit: try reader.text("unit"),
      meaning: try reader.text("meaning"),
      activeWhen: try reader.optional("activeWhen")?.text(),
      neutral: try reader.optional("neutral")?.parameterValue())
  }
}

extension MeasureDescription {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "label": .string(label), "kind": .string(kind.rawValue),
      "unit": .string(unit), "meaning": .string(meaning),
    ]
  }

  fileprivate init(_ reader: JSONReader) throws(DocumentError) {
    self.init(
      name: try reader.text("name"), label: try reader.text("label"),
      kind: try reader.member("kind").word(), unit: try reader.text("unit"),
      meaning: try reader.text("meaning"))
  }
}

extension TheoryLine {
  fileprivate var json: JSONValue {
    [
      "label": .string(label), "x": .string(x), "y": .string(y),
      "points": .array(points.map { [.real($0.x), .real($0.y)] }),
    ]
  }

  fileprivate init(_ reader: JSONReader) throws(DocumentError) {
    self.init(
      label: try reader.text("label"), x: try reader.text("x"), y: try reader.text("y"),
      points: try reader.member("points").list { reader throws(DocumentError) in
        let pair = try reader.list { reader throws(DocumentError) in try reader.number() }
        guard pair.count == 2 else { throw reader.malformed("a pair of numbers") }
        return Point(x: pair[0], y: pair[1])
      })
  }
}
