/// Takes members out of a JSON document that is not trusted, and says where it is wrong.
struct JSONReader {
  /// The most elements of one list.
  static let countMax = 10_000

  let value: JSONValue
  /// Where `value` stands in the document, for instance `study.parameters[3].type`.
  let path: String

  init(_ value: JSONValue, path: String) {
    self.value = value
    self.path = path
  }

  func malformed(_ expectation: String) -> DocumentError {
    DocumentError(.malformed, "Reading JSON: '\(path)' must be \(expectation).")
  }

  /// The member of this name, which must be there.
  func member(_ name: String) throws(DocumentError) -> JSONReader {
    guard case .object = value else { throw malformed("an object") }
    guard let member = value[name] else {
      throw JSONReader(.null, path: "\(path).\(name)").malformed("present")
    }
    return JSONReader(member, path: "\(path).\(name)")
  }

  /// The member of this name; `nil` where it is missing or `null`.
  func optional(_ name: String) throws(DocumentError) -> JSONReader? {
    guard case .object = value else { throw malformed("an object") }
    guard let member = value[name], member != .null else { return nil }
    return JSONReader(member, path: "\(path).\(name)")
  }

  /// A text within the bound for texts.
  func text() throws(DocumentError) -> String {
    guard let text = value.string else { throw malformed("a text") }
    guard text.utf8.count <= Limits.textBytesMax else {
      throw malformed("a text of at most \(Limits.textBytesMax) bytes")
    }
    return text
  }

  /// The text of a member.
  func text(_ name: String) throws(DocumentError) -> String { try member(name).text() }

  /// A finite number.
  func number() throws(DocumentError) -> Double {
    guard let number = value.number, number.isFinite else { throw malformed("a number") }
    return number
  }

  /// A whole number that is no revision, count or index unless it fits.
  func index() throws(DocumentError) -> UInt32 {
    guard let integer = value.integer, let index = UInt32(exactly: integer) else {
      throw malformed("a whole number from 0 to \(UInt32.max)")
    }
    return index
  }

  /// One of the words of an enumeration.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ type: Word.Type = Word.self
  ) throws(DocumentError) -> Word {
    guard let word = Word(rawValue: try text()) else {
      throw malformed("one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// The elements of a list, each read.
  func list<Element>(
    countMax: Int = JSONReader.countMax,
    _ each: (JSONReader) throws(DocumentError) -> Element
  ) throws(DocumentError) -> [Element] {
    guard let values = value.array else { throw malformed("a list") }
    guard values.count <= countMax else { throw malformed("a list of at most \(countMax)") }
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      elements.append(try each(JSONReader(value, path: "\(path)[\(index)]")))
    }
    return elements
  }

  /// The members of an object by name, each read; a name may come once.
  func dictionary<Element>(
    countMax: Int = Limits.measuresPerTrialMax,
    _ each: (JSONReader) throws(DocumentError) -> Element?
  ) throws(DocumentError) -> [String: Element] {
    guard let members = value.members else { throw malformed("an object") }
    guard members.count <= countMax else { throw malformed("an object of at most \(countMax)") }
    var names: Set<String> = []
    var elements: [String: Element] = [:]
    for member in members {
      guard names.insert(member.name).inserted else {
        throw malformed("an object that names '\(member.name)' once")
      }
      elements[member.name] = try each(
        JSONReader(member.value, path: "\(path).\(member.name)"))
    }
    return elements
  }

  /// The value of a parameter: what its JSON type says.
  func parameterValue() throws(DocumentError) -> ParameterValue {
    switch value {
    case .integer(let number): return .integer(number)
    case .real(let number) where number.isFinite: return .real(number)
    case .string: return .text(try text())
    case .boolean(let flag): return .boolean(flag)
    default: throw malformed("a number, a text or a truth value")
    }
  }
}

extension ParameterValue {
  /// The value as JSON: its type is seen, for a real always has a point or an exponent.
  public var json: JSONValue {
    switch self {
    case .integer(let number): .integer(number)
    case .real(let number): .real(number)
    case .text(let text): .string(text)
    case .boolean(let flag): .boolean(flag)
    }
  }
}
