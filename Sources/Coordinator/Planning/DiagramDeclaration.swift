import Protocol

/// What a sweep file says of one diagram, before its study is known.
struct DiagramDeclaration: Sendable {
  /// One entry of `reduce`.
  struct Reduction: Sendable {
    let axis: String
    let by: String
    let argument: SourceNode?
    let condition: SourceExpression?
    let line: Int
  }

  let line: Int
  let x: (name: String, line: Int)
  let y: (name: String, line: Int)
  let colors: [(text: String, line: Int)]
  var fixed: [SourceNode.Entry]
  let reductions: [Reduction]
  let replicates: DiagramRequest.Summary
  let contour: DiagramRequest.Contour?
  let contourLine: Int?
  let mask: SourceExpression?
  let range: ClosedRange<Double>?
  let title: String

  private static let keys = [
    "x", "y", "color", "reduce", "replicates", "contour", "mask", "range", "title",
    "fixed",
  ]
  /// The ways to reduce an axis that need nothing more, and those that do.
  static let summaries: [String: DiagramRequest.Summary] = [
    "mean": .mean, "median": .median, "min": .minimum, "max": .maximum, "slope": .slope,
    "logLogSlope": .logLogSlope,
  ]
  static let summariesOfReplicates = ["mean", "median", "min", "max"]
  static var reductionNames: [String] { summaries.keys.sorted() + ["quantile", "at"] }

  init(_ node: SourceNode, _ key: String) throws(SweepFileError) {
    var given: [String: SourceNode] = [:]
    for entry in try node.mapping(key, known: DiagramDeclaration.keys) {
      given[entry.key] = entry.value
    }
    for needed in ["x", "y", "color"] where given[needed] == nil {
      throw SweepFileError(
        .missingKey, line: node.line, key: needed, "'\(key)': the key '\(needed)' is missing",
        remedy: "Give 'x', 'y' and 'color'.")
    }
    line = node.line
    x = (try given["x"]?.string("x") ?? "", given["x"]?.line ?? node.line)
    y = (try given["y"]?.string("y") ?? "", given["y"]?.line ?? node.line)
    colors = try given["color"]?.strings("color") ?? []
    fixed = try given["fixed"]?.mapping("fixed") ?? []
    var reductions: [Reduction] = []
    for element in try given["reduce"]?.list("reduce", wanted: "a list of reductions") ?? [] {
      reductions.append(try DiagramDeclaration.reduction(element))
    }
    self.reductions = reductions
    replicates = try DiagramDeclaration.replicates(given["replicates"])
    contour = try DiagramDeclaration.contour(given["contour"])
    contourLine = given["contour"]?.line
    mask = try given["mask"]?.expression("mask")
    range = try DiagramDeclaration.range(given["range"])
    title = try given["title"]?.string("title", wanted: "a text") ?? ""
  }

  private static func reduction(_ node: SourceNode) throws(SweepFileError) -> Reduction {
    var given: [String: SourceNode] = [:]
    let keys = ["axis", "by", "at", "quantile", "if"]
    for entry in try node.mapping("reduce", known: keys) { given[entry.key] = entry.value }
    for needed in ["axis", "by"] where given[needed] == nil {
      throw SweepFileError(
        .missingKey, line: node.line, key: needed, "'reduce': the key '\(needed)' is missing",
        remedy: "Write for instance '{axis: width, by: mean}'.")
    }
    let by = try given["by"]?.string("by") ?? ""
    for argument in ["at", "quantile"] where (given[argument] != nil) != (by == argument) {
      throw SweepFileError(
        by == argument ? .missingKey : .conflict, line: node.line, key: argument,
        by == argument
          ? "'reduce' by '\(by)' needs the key '\(argument)'"
          : "'reduce': '\(argument)' has no meaning beside 'by: \(by.prefix(60))'",
        remedy: by == argument
          ? "Add '\(argument)' with its value." : "Leave it out, or write 'by: \(argument)'.")
    }
    return Reduction(
      axis: try given["axis"]?.string("axis") ?? "", by: by,
      argument: given["at"] ?? given["quantile"], condition: try given["if"]?.expression("if"),
      line: node.line)
  }

  private static func replicates(
    _ node: SourceNode?
  ) throws(SweepFileError) -> DiagramRequest.Summary {
    guard let node else { return .mean }
    return try summaryOfReplicates(try node.string("replicates"), line: node.line)
  }

  static func summaryOfReplicates(
    _ word: String, line: Int?
  ) throws(SweepFileError) -> DiagramRequest.Summary {
    guard summariesOfReplicates.contains(word), let summary = summaries[word] else {
      throw .unknown(
        .wrongType, "summary of replicates", word, known: summariesOfReplicates, line: line)
    }
    return summary
  }

  private static func range(
    _ node: SourceNode?
  ) throws(SweepFileError) -> ClosedRange<Double>? {
    guard let node else { return nil }
    var ends: [Double] = []
    for end in try node.list("range", wanted: "two numbers such as [-1, 1]") {
      ends.append(try end.number("range"))
    }
    guard ends.count == 2, ends[0] < ends[1] else {
      throw SweepFileError(
        .range, line: node.line, key: "range", "'range' wants two ascending numbers",
        remedy: "Write for instance '[-1, 1]', or leave it out for the numbers' own range.")
    }
    return ends[0]...ends[1]
  }

  private static func contour(
    _ node: SourceNode?
  ) throws(SweepFileError) -> DiagramRequest.Contour? {
    guard let node else { return nil }
    guard case .mapping(let entries) = node.content else {
      return DiagramRequest.Contour(level: try node.number("contour"))
    }
    _ = try node.mapping("contour", known: ["measure", "at"])
    guard let level = entries.first(where: { $0.key == "at" }) else {
      throw SweepFileError(
        .missingKey, line: node.line, key: "at", "'contour': the key 'at' is missing",
        remedy: "Write '{measure: NAME, at: LEVEL}', or the level alone.")
    }
    let measure = try entries.first { $0.key == "measure" }?.value.string("measure")
    return DiagramRequest.Contour(measure: measure ?? "", level: try level.value.number("at"))
  }
}

extension SweepFile {
  static func diagrams(
    _ sections: [String: SourceNode.Entry]
  ) throws(SweepFileError) -> [DiagramDeclaration] {
    if let several = sections["diagrams"] {
      if let one = sections["diagram"] {
        throw SweepFileError(
          .conflict, line: max(one.line, several.line), key: "diagrams",
          "'diagram' and 'diagrams' are both given", remedy: "Put them all under 'diagrams'.")
      }
      var diagrams: [DiagramDeclaration] = []
      for node in try several.value.shortList("diagrams", wanted: "a list of diagrams") {
        diagrams.append(try DiagramDeclaration(node, "diagrams"))
      }
      return diagrams
    }
    guard let one = sections["diagram"] else { return [] }
    return [try DiagramDeclaration(one.value, "diagram")]
  }
}
