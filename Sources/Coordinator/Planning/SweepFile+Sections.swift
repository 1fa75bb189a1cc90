import Protocol

/// One entry of `set`: values that depend on others.
struct SettingDeclaration: Sendable {
  /// One parameter with what it is set to.
  struct Assignment: Sendable {
    let name: String
    let line: Int
    let node: SourceNode
  }

  let condition: SourceExpression?
  let assignments: [Assignment]
}

/// The seed index of one purpose.
struct SeedDeclaration: Sendable {
  let purpose: String
  let line: Int
  /// `nil` where it follows the replicate.
  let index: UInt32?
}

extension SweepFile {
  static func grids(
    _ sections: [String: SourceNode.Entry]
  ) throws(SweepFileError) -> [[ParameterDeclaration]] {
    if let entry = sections["grids"] {
      if let other = sections["parameters"] {
        throw SweepFileError(
          .conflict, line: max(entry.line, other.line), key: "grids",
          "'parameters' and 'grids' are both given",
          remedy: "Write what all grids share into each of them, and leave 'parameters' out.")
      }
      let nodes = try entry.value.shortList("grids", wanted: "a list of grids")
      guard !nodes.isEmpty else {
        throw SweepFileError(
          .emptyAxis, line: entry.line, key: "grids", "'grids' has no grid",
          remedy: "Give it at least one grid, or write 'parameters'.")
      }
      var grids: [[ParameterDeclaration]] = []
      for node in nodes { grids.append(try parameters(node, "grids")) }
      return grids
    }
    guard let entry = sections["parameters"] else {
      guard sections["zip"] != nil else {
        throw SweepFileError(
          .missingKey, line: 1, key: "parameters", "the key 'parameters' is missing",
          remedy: "Write 'parameters:' with the parameters to vary, or 'parameters: {}' for none.")
      }
      return [[]]
    }
    return [try parameters(entry.value, "parameters")]
  }

  private static func parameters(
    _ node: SourceNode, _ key: String
  ) throws(SweepFileError) -> [ParameterDeclaration] {
    var declarations: [ParameterDeclaration] = []
    for entry in try node.mapping(key) { declarations.append(try ParameterDeclaration(entry)) }
    return declarations
  }

  static func zips(_ node: SourceNode?) throws(SweepFileError) -> [ZipDeclaration] {
    guard let node else { return [] }
    var zips: [ZipDeclaration] = []
    for group in try node.shortList("zip", wanted: "a list of groups of axes") {
      zips.append(try ZipDeclaration(group))
    }
    return zips
  }

  static func settings(_ node: SourceNode?) throws(SweepFileError) -> [SettingDeclaration] {
    guard let node else { return [] }
    var settings: [SettingDeclaration] = []
    for element in try node.shortList("set", wanted: "a list of '{where: .., NAME: VALUE}'") {
      var condition: SourceExpression?
      var assignments: [SettingDeclaration.Assignment] = []
      for entry in try element.mapping("set") {
        if entry.key == "where" {
          condition = try entry.value.expression("where")
          continue
        }
        guard case .scalar = entry.value.content, !entry.value.isNothing else {
          throw entry.value.wrongType(entry.key, wanted: "a value or an expression")
        }
        assignments.append(.init(name: entry.key, line: entry.line, node: entry.value))
      }
      guard !assignments.isEmpty else {
        throw SweepFileError(
          .missingKey, line: element.line, key: "set", "this entry of 'set' sets nothing",
          remedy: "Add a parameter with its value.")
      }
      settings.append(SettingDeclaration(condition: condition, assignments: assignments))
    }
    return settings
  }

  static func exclusions(_ node: SourceNode?) throws(SweepFileError) -> [SourceExpression] {
    guard let node else { return [] }
    guard case .list = node.content else { return [try node.expression("exclude")] }
    var exclusions: [SourceExpression] = []
    for element in try node.shortList("exclude", wanted: "a list of expressions") {
      exclusions.append(try element.expression("exclude"))
    }
    return exclusions
  }

  static func seeds(_ node: SourceNode?) throws(SweepFileError) -> [SeedDeclaration] {
    guard let node else { return [] }
    var seeds: [SeedDeclaration] = []
    for entry in try node.mapping("seeds") {
      var index: UInt32?
      if case .scalar("replicate", _) = entry.value.content {
        index = nil
      } else {
        index = try seedIndex(entry.value, entry.key, wanted: "a seed index or 'replicate'")
      }
      seeds.append(SeedDeclaration(purpose: entry.key, line: entry.line, index: index))
    }
    return seeds
  }

  private static func seedIndex(
    _ node: SourceNode, _ key: String, wanted: String
  ) throws(SweepFileError) -> UInt32 {
    guard case .scalar(let text, isQuoted: false) = node.content, NumberText.isNumber(text),
      let value = Double(text), let index = UInt32(exactly: value)
    else { throw node.wrongType(key, wanted: "\(wanted) (0 to \(UInt32.max))") }
    return index
  }

  static func replicates(_ node: SourceNode?) throws(SweepFileError) -> [UInt32] {
    guard let node else { return [0] }
    guard case .list(let nodes) = node.content else {
      let count = try node.count("replicates")
      guard count > 0, count <= trialCountMax else {
        throw SweepFileError(
          count == 0 ? .replicates : .tooManyTrials, line: node.line, key: "replicates",
          "'replicates' wants a count from 1 to \(trialCountMax), not \(count)",
          remedy: "Write how often each cell is to be repeated.")
      }
      return (0..<UInt32(count)).map { $0 }
    }
    var indices: [UInt32] = []
    var seen: Set<UInt32> = []
    for element in nodes {
      let index = try seedIndex(element, "replicates", wanted: "seed indices")
      guard seen.insert(index).inserted else {
        throw SweepFileError(
          .replicates, line: element.line, key: "replicates", "replicate \(index) is given twice",
          remedy: "Give each index once.")
      }
      indices.append(index)
    }
    guard !indices.isEmpty else {
      throw SweepFileError(
        .replicates, line: node.line, key: "replicates", "'replicates' has no index",
        remedy: "Give at least one index, or a count.")
    }
    return indices
  }

  static func numerics(_ node: SourceNode?) throws(SweepFileError) -> NumericProfile {
    guard let node else { return .pinned }
    let word = try node.string("numerics")
    guard let profile = NumericProfile(rawValue: word) else {
      throw .unknown(
        .wrongType, "numeric profile", word, known: NumericProfile.allCases.map(\.rawValue),
        line: node.line)
    }
    return profile
  }

  static func limits(_ node: SourceNode?) throws(SweepFileError) -> TrialLimits {
    var limits = TrialLimits()
    guard let node else { return limits }
    for entry in try node.mapping("limits", known: ["memory", "time"]) {
      if entry.key == "memory" {
        let bytes = try amount(entry.value, "memory", AmountUnits.memory, example: "2 GiB")
        // The largest amount that is exact in a Double, far beyond any machine.
        guard bytes >= 1, bytes <= 0x1p53 else {
          throw limitError(entry.value, "memory", AmountUnits.memory, example: "2 GiB")
        }
        limits.memoryBytes = UInt64(bytes)
      } else {
        limits.timeSeconds = try amount(entry.value, "time", AmountUnits.time, example: "1 h")
      }
    }
    return limits
  }

  /// A number with its unit, for instance `2 GiB`.
  private static func amount(
    _ node: SourceNode, _ key: String, _ units: [String: Double], example: String
  ) throws(SweepFileError) -> Double {
    guard let amount = node.amount(in: units) else {
      throw limitError(node, key, units, example: example)
    }
    return amount
  }

  private static func limitError(
    _ node: SourceNode, _ key: String, _ units: [String: Double], example: String
  ) -> SweepFileError {
    SweepFileError(
      .limits, line: node.line, key: key,
      "'\(key)' wants an amount above 0 with a unit (\(AmountUnits.shown(units))), "
        + "not \(node.shown)",
      remedy: "Write for instance '\(example)'.")
  }
}
