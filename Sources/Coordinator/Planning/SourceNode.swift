import Protocol

/// A value of a file that a user wrote, with the line on which it stands.
struct SourceNode: Sendable {
  /// One key of a mapping with its value.
  struct Entry: Sendable {
    let key: String
    let line: Int
    let value: SourceNode
  }

  enum Content: Sendable {
    /// A word, number or text; quoted ones are text only.
    case scalar(String, isQuoted: Bool)
    case list([SourceNode])
    case mapping([Entry])
  }

  let content: Content
  /// From 1.
  let line: Int

  /// A word as the command line gives it.
  init(word: String, line: Int = 0) {
    content = .scalar(word, isQuoted: false)
    self.line = line
  }

  init(_ content: Content, line: Int) {
    self.content = content
    self.line = line
  }

  /// Whether nothing was written.
  var isNothing: Bool {
    if case .scalar(let text, isQuoted: false) = content {
      text.isEmpty || ["~", "null", "Null", "NULL"].contains(text)
    } else {
      false
    }
  }

  /// What it is, for a message: `a list`, `the text 'abc'`.
  var shown: String {
    switch content {
    case .scalar(let text, let isQuoted):
      isNothing
        ? "nothing"
        : (isQuoted ? "the text " : "") + "'\(SourceNode.visible(String(text.prefix(60))))'"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// A text for the one line of a message: what would move the cursor becomes a mark.
  static func visible(_ text: String) -> String {
    var visible = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      visible.append(ClusterText.isControl(scalar) ? "\u{fffd}" : scalar)
    }
    return String(visible)
  }

  func wrongType(_ key: String, wanted: String, remedy: String = "") -> SweepFileError {
    SweepFileError(
      .wrongType, line: line, key: key, "'\(key)' wants \(wanted), not \(shown)",
      remedy: remedy.isEmpty ? "Write \(wanted) there." : remedy)
  }

  /// The keys of a mapping, each one of those that are known here.
  func mapping(
    _ key: String, known: [String]? = nil
  ) throws(SweepFileError) -> [Entry] {
    guard case .mapping(let entries) = content else { throw wrongType(key, wanted: "a mapping") }
    guard let known else { return entries }
    for entry in entries where !known.contains(entry.key) {
      throw .unknown(
        .unknownKey, "key of '\(key)'", entry.key, known: known, line: entry.line)
    }
    return entries
  }

  func list(_ key: String, wanted: String = "a list") throws(SweepFileError) -> [SourceNode] {
    guard case .list(let nodes) = content else { throw wrongType(key, wanted: wanted) }
    return nodes
  }

  /// A list whose elements are looked at for every cell, so that it must be short.
  func shortList(_ key: String, wanted: String) throws(SweepFileError) -> [SourceNode] {
    let nodes = try list(key, wanted: wanted)
    guard nodes.count <= SweepFile.entryCountMax else {
      throw SweepFileError(
        .tooManyEntries, line: line, key: key,
        "'\(key)' has \(nodes.count) entries; it may have \(SweepFile.entryCountMax)",
        remedy: "Say the same with fewer entries.")
    }
    return nodes
  }

  /// A text, quoted or not.
  func string(_ key: String, wanted: String = "a word") throws(SweepFileError) -> String {
    guard case .scalar(let text, _) = content, !isNothing, !text.isEmpty else {
      throw wrongType(key, wanted: wanted)
    }
    return text
  }

  /// One text or a list of them, each with its line.
  func strings(_ key: String) throws(SweepFileError) -> [(text: String, line: Int)] {
    guard case .list(let nodes) = content else { return [(try string(key), line)] }
    guard !nodes.isEmpty else { throw wrongType(key, wanted: "at least one") }
    var texts: [(String, Int)] = []
    for node in nodes { texts.append((try node.string(key), node.line)) }
    return texts
  }

  /// A finite number that is not in quotes.
  func number(_ key: String) throws(SweepFileError) -> Double {
    guard case .scalar(let text, isQuoted: false) = content else {
      throw wrongType(key, wanted: "a number")
    }
    if NumberText.isNotFinite(text) { throw notFinite(key, text) }
    guard NumberText.isNumber(text), let value = Double(text) else {
      throw wrongType(key, wanted: "a number")
    }
    guard value.isFinite else { throw notFinite(key, text) }
    return value
  }

  /// A whole number of at least 0 that is not in quotes.
  func count(_ key: String) throws(SweepFileError) -> Int {
    let value = try number(key)
    guard value >= 0, let count = Int(exactly: value) else {
      throw wrongType(key, wanted: "a whole number")
    }
    return count
  }

  /// An expression, with its place for later errors.
  func expression(_ key: String) throws(SweepFileError) -> SourceExpression {
    let text = try string(key, wanted: "an expression")
    do throws(ExpressionError) {
      return SourceExpression(expression: try Expression(parsing: text), key: key, line: line)
    } catch {
      throw .expression(error, key: key, line: line)
    }
  }

  private func notFinite(_ key: String, _ text: String) -> SweepFileError {
    SweepFileError(
      .notFinite, line: line, key: key, "'\(key)' wants a finite number, not \(text)",
      remedy: "Write a finite number there.")
  }
}

/// An expression with the key and the line where it stands.
struct SourceExpression: Sendable {
  let expression: Expression
  let key: String
  let line: Int?
}

/// How numbers are written in sweep files: decimal, without the other notations of YAML.
enum NumberText {
  /// Whether the text is a decimal number, for instance `-0.5`, `1e-4`, `1000`.
  static func isNumber(_ text: String) -> Bool {
    var rest = Substring(text)
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    let whole = takeDigits(&rest)
    var fraction = 0
    if rest.first == "." {
      rest.removeFirst()
      fraction = takeDigits(&rest)
    }
    guard whole + fraction > 0 else { return false }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
      guard takeDigits(&rest) > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// Whether the text is what YAML, or a programming language, writes for NaN or infinity.
  static func isNotFinite(_ text: String) -> Bool {
    var word = text.lowercased()[...]
    if word.first == "-" || word.first == "+" { word.removeFirst() }
    if word.first == "." { word.removeFirst() }
    return ["nan", "inf", "infinity"].contains(word)
  }

  private static func takeDigits(_ rest: inout Substring) -> Int {
    let digits = rest.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest.removeFirst(digits.count)
    return digits.count
  }
}
