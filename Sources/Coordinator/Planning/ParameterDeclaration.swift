import Protocol

/// What a sweep file says of one parameter, before its type is known.
struct ParameterDeclaration: Sendable {
  /// How the values are given.
  enum Form: Sendable {
    case fixed(SourceNode)
    case list([SourceNode], scale: Axis.Scale?)
    case range(AxisRange)

    /// How many values there will be.
    var valueCount: Int {
      switch self {
      case .fixed: 1
      case .list(let nodes, _): nodes.count
      case .range(let range): range.count
      }
    }
  }

  let name: String
  let line: Int
  var form: Form

  /// The values that are written out.
  var nodes: [SourceNode] {
    switch form {
    case .fixed(let node): [node]
    case .list(let nodes, _): nodes
    case .range: []
    }
  }

  /// The same parameter with other values.
  func mapping(_ change: (SourceNode) -> SourceNode) -> ParameterDeclaration {
    var result = self
    switch form {
    case .fixed(let node): result.form = .fixed(change(node))
    case .list(let nodes, let scale): result.form = .list(nodes.map(change), scale: scale)
    case .range: break
    }
    return result
  }

  private static let keys = [
    "value", "values", "min", "max", "count", "scale", "distribution",
  ]

  init(_ entry: SourceNode.Entry) throws(SweepFileError) {
    name = entry.key
    line = entry.line
    switch entry.value.content {
    case .scalar:
      form = .fixed(try ParameterDeclaration.present(entry.value, name))
    case .list:
      throw entry.value.wrongType(
        name, wanted: "a value or a mapping", remedy: "Write a list as '{values: [..]}'.")
    case .mapping:
      form = try ParameterDeclaration.form(entry)
    }
  }

  private static func present(
    _ node: SourceNode, _ name: String
  ) throws(SweepFileError) -> SourceNode {
    guard !node.isNothing else { throw node.wrongType(name, wanted: "a value") }
    return node
  }

  private static func form(_ entry: SourceNode.Entry) throws(SweepFileError) -> Form {
    let name = entry.key
    var given: [String: SourceNode] = [:]
    for member in try entry.value.mapping(name, known: keys) { given[member.key] = member.value }
    let distribution = try given["distribution"]?.string("distribution")
    let forms = ["value", "values", "min"].filter { given[$0] != nil }
    guard forms.count <= 1, forms.first == "min" || given["max"] == nil || forms.isEmpty else {
      throw SweepFileError(
        .conflict, line: entry.line, key: name,
        "'\(name)' gives its values in more than one way", remedy: "Keep one of them.")
    }
    if let distribution { try check(distribution, forms.first, entry) }
    if let node = given["value"] {
      try refuse(["count", "scale"], in: given, beside: "value", entry)
      return .fixed(try present(node, name))
    }
    if let node = given["values"] {
      try refuse(["count"], in: given, beside: "values", entry)
      return try list(node, scale: try scale(given["scale"], ranges: false), name)
    }
    return .range(try range(given, distribution, entry))
  }

  private static func refuse(
    _ keys: [String], in given: [String: SourceNode], beside form: String,
    _ entry: SourceNode.Entry
  ) throws(SweepFileError) {
    guard let key = keys.first(where: { given[$0] != nil }) else { return }
    throw SweepFileError(
      .conflict, line: given[key]?.line ?? entry.line, key: key,
      "'\(entry.key)': '\(key)' has no meaning beside '\(form)'", remedy: "Leave '\(key)' out.")
  }

  private static func list(
    _ node: SourceNode, scale: Axis.Scale?, _ name: String
  ) throws(SweepFileError) -> Form {
    let nodes = try node.list("values", wanted: "a list such as [1, 2]")
    guard !nodes.isEmpty else {
      throw SweepFileError(
        .emptyAxis, line: node.line, key: name, "the axis '\(name)' has no values",
        remedy: "Give it at least one value.")
    }
    for value in nodes {
      guard case .scalar = value.content else { throw value.wrongType(name, wanted: "a value") }
      _ = try present(value, name)
    }
    return .list(nodes, scale: scale)
  }

  static func scale(
    _ node: SourceNode?, ranges: Bool
  ) throws(SweepFileError) -> Axis.Scale? {
    guard let node else { return nil }
    let known: [String: Axis.Scale] =
      ranges
      ? ["linear": .linear, "log": .logarithmic]
      : ["linear": .linear, "log": .logarithmic, "categorical": .categorical]
    let word = try node.string("scale")
    guard let scale = known[word] else {
      throw .unknown(.wrongType, "scale", word, known: known.keys.sorted(), line: node.line)
    }
    return scale
  }

  /// Only distributions that are a grid are read; those of W&B sweep files are mostly not.
  private static func check(
    _ distribution: String, _ form: String?, _ entry: SourceNode.Entry
  ) throws(SweepFileError) {
    let wanted = [
      "constant": "value", "categorical": "values", "uniform": "min", "int_uniform": "min",
      "log_uniform_values": "min",
    ]
    guard let key = wanted[distribution] else {
      let isExponent = distribution.hasPrefix("log_uniform") || distribution.hasPrefix("inv_log")
      throw SweepFileError(
        .noFiniteGrid, line: entry.line, key: entry.key,
        "'\(entry.key)': the distribution '\(distribution.prefix(60))' has no finite grid",
        remedy: isExponent
          ? "Write 'min', 'max' (the values, not their exponents), 'count' and 'scale: log'."
          : "Write 'values', or 'min', 'max' and 'count'.")
    }
    guard form == key else {
      throw SweepFileError(
        .missingKey, line: entry.line, key: key,
        "'\(entry.key)': the distribution '\(distribution)' needs '\(key)'",
        remedy: "Give '\(key)', or leave 'distribution' out.")
    }
  }

  private static func range(
    _ given: [String: SourceNode], _ distribution: String?, _ entry: SourceNode.Entry
  ) throws(SweepFileError) -> AxisRange {
    for key in ["min", "max"] where given[key] == nil {
      throw SweepFileError(
        .missingKey, line: entry.line, key: key, "'\(entry.key)': the key '\(key)' is missing",
        remedy: "Give 'min', 'max' and 'count', or 'values'.")
    }
    let least = given["min"] ?? entry.value
    let most = given["max"] ?? entry.value
    let scale =
      distribution == "log_uniform_values"
      ? Axis.Scale.logarithmic : try scale(given["scale"], ranges: true) ?? .linear
    let range = try AxisRange(
      name: entry.key, line: entry.line, min: least, max: most,
      count: given["count"], scale: scale,
      takesWhole: distribution ?? "int_uniform" == "int_uniform")
    return range
  }
}

/// Axes that move together: as many values on each.
struct ZipDeclaration: Sendable {
  /// One of them.
  struct ZippedAxis: Sendable {
    let name: String
    let line: Int
    let nodes: [SourceNode]
  }

  let line: Int
  private(set) var axes: [ZippedAxis]

  /// The same axes with other values.
  func mapping(_ change: (String, SourceNode) -> SourceNode) -> ZipDeclaration {
    var result = self
    result.axes = axes.map { axis in
      ZippedAxis(name: axis.name, line: axis.line, nodes: axis.nodes.map { change(axis.name, $0) })
    }
    return result
  }

  init(_ node: SourceNode) throws(SweepFileError) {
    line = node.line
    var axes: [ZippedAxis] = []
    for entry in try node.mapping("zip") {
      let nodes = try entry.value.list(entry.key, wanted: "a list of values")
      for value in nodes {
        guard case .scalar = value.content, !value.isNothing else {
          throw value.wrongType(entry.key, wanted: "a value")
        }
      }
      axes.append(ZippedAxis(name: entry.key, line: entry.line, nodes: nodes))
    }
    guard let first = axes.first, axes.count > 1 else {
      throw node.wrongType(
        "zip", wanted: "at least two parameters with a list each",
        remedy: "Write a single axis under 'parameters'.")
    }
    guard !first.nodes.isEmpty else {
      throw SweepFileError(
        .emptyAxis, line: first.line, key: first.name, "the axis '\(first.name)' has no values",
        remedy: "Give it at least one value.")
    }
    for axis in axes where axis.nodes.count != first.nodes.count {
      throw SweepFileError(
        .zipLength, line: axis.line, key: axis.name,
        "zipped axes need as many values each: '\(first.name)' has \(first.nodes.count), "
          + "'\(axis.name)' has \(axis.nodes.count)",
        remedy: "Give both lists the same length.")
    }
    self.axes = axes
  }
}
