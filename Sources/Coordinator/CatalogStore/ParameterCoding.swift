import Protocol

/// How parameters, seeds and axis values are written into columns: JSON without spaces, names in
/// alphabetical order, and numbers in the digits that give the same number back.
///
/// An encoder remembers what it wrote last, because the trials of a grid differ in few values.
struct ParameterEncoder {
  private struct Member {
    let name: String
    let opening: [UInt8]
    var value: ParameterValue
    var text: [UInt8]
  }

  private var members: [Member] = []
  private var buffer: [UInt8] = []

  /// The parameters as an object.
  mutating func text(of parameters: [String: ParameterValue]) -> String {
    if !reuse(parameters) {
      members = parameters.sorted { $0.key < $1.key }.map { name, value in
        Member(
          name: name, opening: Array((JSONValue.string(name).text + ":").utf8), value: value,
          text: Array(JSONValue(value).text.utf8))
      }
    }
    buffer.removeAll(keepingCapacity: true)
    buffer.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      buffer.append(contentsOf: member.opening)
      buffer.append(contentsOf: member.text)
    }
    buffer.append(UInt8(ascii: "}"))
    return String(decoding: buffer, as: UTF8.self)
  }

  /// Takes over the values of parameters of the same names; false when the names differ.
  private mutating func reuse(_ parameters: [String: ParameterValue]) -> Bool {
    guard !members.isEmpty, parameters.count == members.count else { return false }
    for index in members.indices {
      guard let value = parameters[members[index].name] else { return false }
      if members[index].value != value || value.number == 0 {
        members[index].value = value
        members[index].text = Array(JSONValue(value).text.utf8)
      }
    }
    return true
  }
}

extension JSONValue {
  /// A parameter's value; its JSON type tells whole numbers, reals, words and truth values apart.
  init(_ value: ParameterValue) {
    switch value {
    case .integer(let value): self = .integer(value)
    case .real(let value): self = .real(value)
    case .text(let value): self = .string(value)
    case .boolean(let value): self = .boolean(value)
    }
  }

  /// The parameter's value that ``init(_:)`` made this of; `nil` for anything else.
  var parameterValue: ParameterValue? {
    switch self {
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .string(let value): .text(value)
    case .boolean(let value): .boolean(value)
    case .null, .array, .object: nil
    }
  }
}

/// A column that does not hold what this program writes there.
struct ColumnError: Error, CustomStringConvertible {
  /// What was expected.
  let description: String
}

/// Reads what ``ParameterEncoder`` and the functions beside it wrote.
enum ColumnCoding {
  static func parameters(_ text: String) throws -> [String: ParameterValue] {
    guard let members = try JSONValue(parsing: text).members else {
      throw ColumnError(description: "parameters were expected")
    }
    var parameters: [String: ParameterValue] = [:]
    parameters.reserveCapacity(members.count)
    for member in members {
      guard let value = member.value.parameterValue else {
        throw ColumnError(description: "a value was expected for '\(member.name)'")
      }
      parameters[member.name] = value
    }
    return parameters
  }

  static func seeds(_ text: String) throws -> [String: UInt32] {
    var seeds: [String: UInt32] = [:]
    for member in try JSONValue(parsing: text).members ?? [] {
      guard let index = member.value.integer.flatMap(UInt32.init(exactly:)) else {
        throw ColumnError(description: "a seed index was expected for '\(member.name)'")
      }
      seeds[member.name] = index
    }
    return seeds
  }

  static func text(of seeds: [String: UInt32]) -> String {
    let members = seeds.sorted { $0.key < $1.key }
    return JSONValue.object(members.map { .init($0.key, .integer(Int64($0.value))) }).text
  }

  static func values(_ text: String) throws -> [ParameterValue] {
    try (JSONValue(parsing: text).array ?? []).map { element in
      guard let value = element.parameterValue else {
        throw ColumnError(description: "a parameter's value was expected")
      }
      return value
    }
  }

  static func text(of values: [ParameterValue]) -> String {
    JSONValue.array(values.map { JSONValue($0) }).text
  }

  static func names(_ text: String) throws -> [String] {
    try (JSONValue(parsing: text).array ?? []).map { element in
      guard let name = element.string else { throw ColumnError(description: "a name was expected") }
      return name
    }
  }

  static func text(of names: [String]) -> String {
    JSONValue.array(names.map { .string($0) }).text
  }

  static func profile(_ text: String) throws -> NumericProfile {
    guard let profile = NumericProfile(rawValue: text) else {
      throw ColumnError(description: "a numeric profile was expected instead of '\(text)'")
    }
    return profile
  }

  static func key(_ bytes: [UInt8]) throws -> TrialKey {
    guard let key = TrialKey(bytes: bytes) else {
      throw ColumnError(description: "a trial key was expected")
    }
    return key
  }

  static func index(_ number: Int64) throws -> UInt32 {
    guard let index = UInt32(exactly: number) else {
      throw ColumnError(description: "a number below 2^32 was expected instead of \(number)")
    }
    return index
  }

  /// The outcome that these columns hold; `nil` while there is none.
  static func outcome(
    _ outcome: String?, stop: String?, failure: String?, message: String?
  ) throws -> TrialOutcome? {
    switch outcome {
    case nil: return nil
    case "completed":
      if let stop = stop.flatMap(StopReason.init(rawValue:)) { return .completed(stop) }
    case "diverged": return .diverged
    case "failed":
      if let failure = failure.flatMap(FailureReason.init(rawValue:)) {
        return .failed(failure, message ?? "")
      }
    default: break
    }
    throw ColumnError(description: "an outcome was expected instead of '\(outcome ?? "")'")
  }
}

extension TrialOutcome {
  /// What the column `outcome` says.
  var word: String {
    switch self {
    case .completed: "completed"
    case .diverged: "diverged"
    case .failed: "failed"
    }
  }

  /// What the column `stop` says.
  var stopWord: String? {
    if case .completed(let stop) = self { stop.rawValue } else { nil }
  }
}
