import Glibc
import Protocol

/// A file of the configuration while it is read.
struct SSHSourceFile {
  let path: String
  /// Whether it is the machine's own: its owner is not looked at.
  var isOfMachine = false
  /// The files that led here by `Include`, the first one outermost, this one last.
  var chain: [String] = []
}

/// Reads the files of the configuration and what they include.
struct SSHConfigurationReader {
  static let fileBytesMax = 1 << 20
  static let lineBytesMax = 1 << 15
  static let includeDepthMax = 16
  static let fileCountMax = 1024

  let local: SSHLocalFacts
  /// The patterns of all `IgnoreUnknown` lines so far.
  private var ignoredUnknown: [String] = []
  private var fileCount = 0

  init(local: SSHLocalFacts) {
    self.local = local
  }

  /// Reads a file that is consulted by itself.
  /// - Returns: `nil` when there is none.
  mutating func read(path: String) throws(TransportError) -> [SSHStatement]? {
    let isOfMachine = path.hasPrefix("/etc/ssh/")
    guard let content = try SSHConfigurationFile.content(of: path, isTrusted: isOfMachine) else {
      return nil
    }
    guard case .bytes(let bytes) = content else {
      throw SSHConfigurationFile.unreadable(path, reason: "it is a directory")
    }
    return try parse(
      bytes, of: SSHSourceFile(path: path, isOfMachine: isOfMachine, chain: [Self.resolved(path)]))
  }

  /// Makes statements of a file's bytes.
  mutating func parse(_ bytes: [UInt8], of file: SSHSourceFile) throws(TransportError)
    -> [SSHStatement]
  {
    guard bytes.count <= Self.fileBytesMax else {
      throw TransportError(
        .sshConfiguration, "\(file.path) is larger than \(Self.fileBytesMax) bytes.",
        remedy: "Keep the ssh configuration below 1 MiB.")
    }
    var statements: [SSHStatement] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let place = SSHPlace(path: file.path, line: index + 1)
      guard line.count <= Self.lineBytesMax else {
        throw place.malformed("The line is longer than \(Self.lineBytesMax) bytes.")
      }
      guard let parts = try SSHConfigurationLine(line, place: place) else { continue }
      if let statement = try statement(parts, at: place, of: file) { statements.append(statement) }
    }
    return statements
  }

  private mutating func statement(
    _ line: SSHConfigurationLine, at place: SSHPlace, of file: SSHSourceFile
  ) throws(TransportError) -> SSHStatement? {
    let keyword: SSHKeyword
    switch SSHKeyword.meaning(of: line.keyword) {
    case .ignored: return nil
    case .unknown:
      let word = line.keyword.lowercased()
      if SSHPatterns.fit(word, ignoredUnknown) { return nil }
      let nearest = nearestName(to: word, among: SSHKeyword.allNames)
      throw place.malformed(
        "Unknown keyword '\(line.keyword.prefix(100))'"
          + (nearest.map { "; did you mean '\($0)'?" } ?? "."),
        remedy: "Correct the keyword, or list it in an 'IgnoreUnknown' line before it.")
    case .known(let known): keyword = known
    }
    guard !line.arguments.contains("") else {
      throw place.malformed("An empty word stands behind '\(keyword.rawValue)'.")
    }
    switch keyword {
    case .host:
      return .host(line.arguments)
    case .match:
      return .match(try SSHMatch(line.arguments, text: line.rest, place: place))
    case .ignoreUnknown:
      ignoredUnknown += line.arguments.flatMap { $0.lowercased().split(separator: ",") }
        .map(String.init)
      return nil
    case .include:
      var files: [[SSHStatement]] = []
      for pattern in line.arguments { files += try include(pattern, at: place, of: file) }
      return .include(files)
    default:
      let directive = SSHDirective(
        keyword: keyword, arguments: line.arguments, rest: line.rest, place: place)
      try directive.check()
      return .value(directive)
    }
  }

  private mutating func include(
    _ pattern: String, at place: SSHPlace, of file: SSHSourceFile
  ) throws(TransportError) -> [[SSHStatement]] {
    var absolute = pattern
    if pattern.hasPrefix("~") {
      guard !file.isOfMachine else {
        throw place.malformed("Include of '\(pattern)' in a file that is not one user's.")
      }
      absolute = try local.expandingTilde(pattern, at: place)
    } else if !pattern.hasPrefix("/") {
      absolute = (file.isOfMachine ? "/etc/ssh/" : local.home + "/.ssh/") + pattern
    }
    guard file.chain.count < Self.includeDepthMax else {
      throw place.malformed(
        "Include of '\(pattern)' is nested deeper than \(Self.includeDepthMax) files.")
    }
    var files: [[SSHStatement]] = []
    for path in try Self.paths(fitting: absolute, at: place) {
      let resolved = Self.resolved(path)
      guard !file.chain.contains(resolved) else {
        throw place.malformed(
          "Include of '\(path)' leads in a circle.", remedy: "Remove this Include line.")
      }
      fileCount += 1
      guard fileCount <= Self.fileCountMax else {
        throw place.malformed("More than \(Self.fileCountMax) files are included.")
      }
      // A directory among the files that a pattern fits is read over, as OpenSSH does.
      guard
        let content = try SSHConfigurationFile.content(of: path, isTrusted: false),
        case .bytes(let bytes) = content
      else { continue }
      files.append(
        try parse(
          bytes,
          of: SSHSourceFile(
            path: path, isOfMachine: file.isOfMachine, chain: file.chain + [resolved])))
    }
    return files
  }

  /// The files that fit a pattern of the shell, in lexical order.
  private static func paths(
    fitting pattern: String, at place: SSHPlace
  ) throws(TransportError) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    switch glob(pattern, 0, nil, &found) {
    case 0: break
    case GLOB_NOMATCH: return []
    default:
      throw place.malformed("Include of '\(pattern)' cannot be looked up.")
    }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }

  /// The path without symbolic links, by which a circle is noticed.
  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
