package import Protocol

/// Why a cluster file, or what a catalog keeps of one, cannot be used.
package struct ClusterFileError: Diagnosable, Hashable {
  /// Which error it is.
  package let kind: Code
  /// The file as the user named it; `nil` for what a catalog keeps.
  package var path: String?
  /// The line of the file, from 1.
  package let line: Int?
  /// The key or name that is at fault; empty where there is none.
  package let key: String
  /// What is wrong and what was expected, without the place.
  package let problem: String
  /// What to do about it, as one imperative sentence.
  package let remedy: String

  /// The dotted name.
  package var code: String { kind.rawValue }

  /// The problem after its place, as `FILE:LINE: problem`.
  package var message: String {
    guard let path else { return problem }
    guard let line else { return "\(path): \(problem)" }
    return "\(path):\(line): \(problem)"
  }

  /// 74 for what cannot be read, else 65.
  package var exitStatus: ExitStatus { kind == .unreadable ? .inputOutput : .malformedFile }

  /// Puts an error together.
  package init(
    _ kind: Code, path: String? = nil, line: Int? = nil, key: String = "", _ problem: String,
    remedy: String
  ) {
    self.kind = kind
    self.path = path
    self.line = line
    self.key = key
    self.problem = problem
    self.remedy = remedy
  }

  /// The same error in a file.
  func inFile(_ path: String) -> ClusterFileError {
    var error = self
    error.path = path
    return error
  }

  /// What the machinery says that sweep files and cluster files are read with.
  init(_ error: SweepFileError) {
    self.init(
      ClusterFileError.kinds[error.kind] ?? .syntax, path: error.path, line: error.line,
      key: error.key, error.problem, remedy: error.remedy)
  }

  /// Each code that reading a document and taking values out of it can end with.
  private static let kinds: [SweepFileError.Code: Code] = [
    .unreadable: .unreadable, .tooLarge: .tooLarge, .encoding: .encoding, .syntax: .syntax,
    .unsupportedSyntax: .unsupportedSyntax, .duplicateKey: .duplicateKey,
    .unknownKey: .unknownKey, .wrongType: .wrongType, .notFinite: .range,
  ]

  /// A key that nobody knows there, with the nearest one.
  static func unknownKey(
    _ entry: SourceNode.Entry, of mapping: String?, known: [String]
  ) -> ClusterFileError {
    ClusterFileError(
      .unknown(
        .unknownKey, mapping.map { "key of '\($0)'" } ?? "key", SourceNode.visible(entry.key),
        known: known, line: entry.line))
  }
}

/// Does what may end in an error of the machinery that sweep files are read with too.
func readingCluster<Value>(
  _ body: () throws(SweepFileError) -> Value
) throws(ClusterFileError) -> Value {
  do throws(SweepFileError) {
    return try body()
  } catch {
    throw ClusterFileError(error)
  }
}
