/// Why a study's description cannot be used, or why a value does not fit it.
public struct StudyError: Diagnosable, Hashable {
  /// The stable names of these errors.
  public struct Code: Hashable, Sendable {
    /// The dotted name.
    public let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// A worker described a study in a way that makes no sense.
    public static let malformedDescription = Code("study.malformed-description")
    /// The study has no parameter of this name.
    public static let unknownParameter = Code("study.unknown-parameter")
    /// A value is of another type than its parameter.
    public static let parameterType = Code("study.parameter-type")
    /// A value is outside its parameter's range or not among its words.
    public static let parameterRange = Code("study.parameter-range")
  }

  /// Which error it is.
  public let kind: Code
  /// What was being done, to what, and why it failed.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// The dotted name.
  public var code: String { kind.rawValue }
  /// A malformed description is the worker's fault; everything else is the user's data.
  public var exitStatus: ExitStatus {
    kind == .malformedDescription ? .internalFault : .malformedFile
  }

  init(_ kind: Code, _ message: String, remedy: String) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }

  static func malformed(_ study: StudyDescription, _ problem: String) -> StudyError {
    StudyError(
      .malformedDescription, "the description of study '\(study.name)' is malformed: \(problem)",
      remedy: "Use a worker of the same release, or correct the study.")
  }
}
