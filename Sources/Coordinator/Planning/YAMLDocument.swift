import Yams

/// Reads the one document of a file that a user wrote.
///
/// Of YAML, only what such a file needs is read: anchors and aliases (with which a small file can
/// ask for any amount of memory), tags and further documents are refused by name.
enum YAMLDocument {
  /// The most bytes that a file may have.
  static let byteCountMax = 1 << 20
  /// The most lists and mappings inside one another.
  static let depthMax = 16

  static func read(
    _ text: String, kind: SourceKind = .sweep
  ) throws(SweepFileError) -> SourceNode {
    guard text.utf8.count <= byteCountMax else { throw tooLarge(kind) }
    if let offset = text.utf8.firstIndex(of: 0) {
      let line = text.utf8[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
      throw SweepFileError(
        .encoding, line: line, "the file holds a NUL byte, which no text has",
        remedy: "Write the \(kind.name) as UTF-8 text.")
    }
    try refuseAnchors(text)
    let root: Node?
    do {
      // Without the rules of YAML 1.1 for plain words: a file's values are read by the types of
      // their keys, so that a mode called `off` stays a word.
      let marked = text.unicodeScalars.first == "\u{feff}"
      let yaml = marked ? String(text.unicodeScalars.dropFirst()) : text
      let parser = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch let error as YamlError {
      throw translated(error, kind)
    } catch {
      throw SweepFileError(
        .syntax, "the file cannot be read as YAML: \(error)", remedy: "Correct the file.")
    }
    guard let root else {
      throw SweepFileError(
        .syntax, line: 1, "the file is empty", remedy: "Begin with '\(kind.beginning)'.")
    }
    return try node(root, depth: 0)
  }

  static func tooLarge(_ kind: SourceKind) -> SweepFileError {
    SweepFileError(
      .tooLarge, "the file has more than \(byteCountMax) bytes",
      remedy: kind.shortening)
  }

  private static func node(_ node: Node, depth: Int) throws(SweepFileError) -> SourceNode {
    let line = node.mark?.line ?? 1
    guard depth <= depthMax else {
      throw SweepFileError(
        .unsupportedSyntax, line: line, "the file is nested deeper than \(depthMax) levels",
        remedy: "Write the values without lists inside lists.")
    }
    if node.anchor != nil { throw anchor(line) }
    switch node {
    case .scalar(let scalar):
      try refuseTag(scalar.tag, allowed: "tag:yaml.org,2002:str", line)
      return SourceNode(.scalar(scalar.string, isQuoted: scalar.style != .plain), line: line)
    case .sequence(let sequence):
      try refuseTag(sequence.tag, allowed: "tag:yaml.org,2002:seq", line)
      var nodes: [SourceNode] = []
      for element in sequence { nodes.append(try self.node(element, depth: depth + 1)) }
      return SourceNode(.list(nodes), line: line)
    case .mapping(let mapping):
      try refuseTag(mapping.tag, allowed: "tag:yaml.org,2002:map", line)
      return SourceNode(.mapping(try entries(mapping, depth: depth)), line: line)
    case .alias:
      throw anchor(line)
    }
  }

  private static func entries(
    _ mapping: Node.Mapping, depth: Int
  ) throws(SweepFileError) -> [SourceNode.Entry] {
    var entries: [SourceNode.Entry] = []
    var lines: [String: Int] = [:]
    for (keyNode, valueNode) in mapping {
      let key = try node(keyNode, depth: depth + 1)
      guard case .scalar(let name, _) = key.content, !name.isEmpty else {
        throw SweepFileError(
          .syntax, line: key.line, "a key must be a word, not \(key.shown)",
          remedy: "Write 'key: value'.")
      }
      if name == "<<" { throw anchor(key.line) }
      if let first = lines.updateValue(key.line, forKey: name) {
        throw duplicate(name, line: key.line, first: first)
      }
      let value = try node(valueNode, depth: depth + 1)
      entries.append(SourceNode.Entry(key: name, line: key.line, value: value))
    }
    return entries
  }

  private static func refuseTag(
    _ tag: Tag, allowed: String, _ line: Int
  ) throws(SweepFileError) {
    let name = tag.description
    guard !name.isEmpty, name != allowed else { return }
    throw SweepFileError(
      .unsupportedSyntax, line: line, "the YAML tag '\(name.prefix(100))' is not read",
      remedy: "Leave the tag out; put text in quotes.")
  }

  private static func duplicate(_ name: String, line: Int, first: Int?) -> SweepFileError {
    let place = first.map { "; it is given on line \($0) already" } ?? ""
    return SweepFileError(
      .duplicateKey, line: line, key: name, "the key '\(name)' is given twice\(place)",
      remedy: "Keep one of the two.")
  }

  private static func anchor(_ line: Int) -> SweepFileError {
    SweepFileError(
      .unsupportedSyntax, line: line, "YAML anchors, aliases and merge keys are not read",
      remedy:
        "Write the values out where they are used; put text that begins with & or * in quotes.")
  }

  /// Refuses anchors before the parser sees them, because it would copy what they name.
  ///
  /// An anchor is an `&` before a letter at the beginning of a value: after nothing else on its
  /// line, or after one of `- ? : [ { ,` or a tag. Without anchors an alias names nothing, and the
  /// parser says so.
  private static func refuseAnchors(_ text: String) throws(SweepFileError) {
    var line = 1
    var before: UInt8 = UInt8(ascii: "\n")
    var wordStart: UInt8 = UInt8(ascii: "\n")
    var isInWord = false
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "&"), index + 1 < bytes.count, isAnchorLetter(bytes[index + 1]),
        beginsValue(after: before, wordStart: wordStart, isInWord: isInWord)
      {
        throw anchor(line)
      }
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        if byte == UInt8(ascii: "\n") { line += 1 }
        before = UInt8(ascii: "\n")
        isInWord = false
      case UInt8(ascii: " "), UInt8(ascii: "\t"):
        isInWord = false
      default:
        if !isInWord { wordStart = byte }
        isInWord = true
        before = byte
      }
    }
  }

  private static func beginsValue(after before: UInt8, wordStart: UInt8, isInWord: Bool) -> Bool {
    switch before {
    case UInt8(ascii: "\n"), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"),
      UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), 0x80...:
      true
    default:
      wordStart == UInt8(ascii: "!") && !isInWord
    }
  }

  private static func isAnchorLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default:
      false
    }
  }

  private static func translated(_ error: YamlError, _ kind: SourceKind) -> SweepFileError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      if problem.contains("nesting level") {
        return SweepFileError(
          .unsupportedSyntax, line: mark.line, "the file is nested deeper than \(depthMax) levels",
          remedy: "Write the values without lists inside lists.")
      }
      return SweepFileError(
        .syntax, line: mark.line, "the file is no YAML: \(problem) at column \(mark.column)",
        remedy: "Correct the indentation, quotes or brackets there.")
    case .composer(_, let problem, let mark, _):
      if problem.contains("alias") { return anchor(mark.line) }
      return SweepFileError(
        .unsupportedSyntax, line: mark.line, "the file holds a second YAML document",
        remedy: "Write one \(kind.word) a file, without '---' in the middle.")
    case .reader(let problem, let offset, _, let yaml):
      let line = offset.map { yaml.prefix($0).count { $0.isNewline } + 1 }
      return SweepFileError(
        .encoding, line: line, "the file holds a character that no text has: \(problem)",
        remedy: "Write the \(kind.name) as UTF-8 text.")
    case .duplicatedKeysInMapping(let duplicates, let context):
      return duplicate(duplicates.first ?? "", line: context.mark.line, first: nil)
    default:
      return SweepFileError(
        .syntax, "the file cannot be read as YAML: \(error)", remedy: "Correct the file.")
    }
  }
}
