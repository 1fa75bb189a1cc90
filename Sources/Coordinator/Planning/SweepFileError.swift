package import Protocol

/// Why a sweep file, or a diagram asked for on the command line, cannot be used.
package struct SweepFileError: Diagnosable, Hashable {
  /// Which error it is.
  package let kind: Code
  /// The file as the user named it; `nil` for what was said on the command line.
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

  /// 74 for what cannot be read, 70 for a worker's fault, 64 on the command line, else 65.
  package var exitStatus: ExitStatus {
    if kind == .unreadable { return .inputOutput }
    if kind == .dataFile { return .malformedFile }
    if kind == .studyDescription { return .internalFault }
    return path == nil ? .usage : .malformedFile
  }

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
  func inFile(_ path: String) -> SweepFileError {
    var error = self
    error.path = path
    return error
  }

  /// What a misspelt name is told: the nearest of the names that would do.
  ///
  /// `what` says what the name should be of, for instance `key of 'diagram'`.
  static func unknown(
    _ kind: Code, _ what: String, _ name: String, known: [String], line: Int?
  ) -> SweepFileError {
    let nearest = nearestName(to: name, among: known)
    let shown = known.prefix(40).joined(separator: ", ") + (known.count > 40 ? ", ..." : "")
    return SweepFileError(
      kind, line: line, key: name,
      "unknown \(what) '\(name.prefix(100))'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      remedy: known.isEmpty ? "Leave it out." : "Use one of: \(shown).")
  }

  /// An error of the expression that stands in a key.
  static func expression(
    _ error: ExpressionError, key: String, line: Int?
  ) -> SweepFileError {
    SweepFileError(
      .expression, line: line, key: key, "\(key): \(error.message)", remedy: error.remedy)
  }

  /// A value that does not fit its parameter.
  static func value(_ error: StudyError, key: String, line: Int?) -> SweepFileError {
    let kind: Code =
      switch error.kind {
      case .unknownParameter: .unknownParameter
      case .parameterType: .parameterType
      case .parameterRange: .parameterRange
      default: .studyDescription
      }
    return SweepFileError(kind, line: line, key: key, error.message, remedy: error.remedy)
  }
}
