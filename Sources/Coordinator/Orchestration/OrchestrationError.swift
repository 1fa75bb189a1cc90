package import Protocol

/// Why a sweep could not be driven to its end.
package struct OrchestrationError: Diagnosable {
  /// The stable names of this room's errors.
  package struct Code: Hashable, Sendable {
    /// The dotted name.
    package let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// No node could be used.
    package static let noNode = Code("sweep.no-node")
    /// The worker knows no study of this name.
    package static let unknownStudy = Code("study.unknown")
    /// The files of a sweep do not fit its trials.
    package static let dataFile = Code("sweep.data")
    /// The sweeps to check together are of different studies.
    package static let differentStudies = Code("check.studies")
    /// The worker's description of its studies cannot be read.
    package static let malformedStudy = Code("study.malformed")
  }

  /// Which error it is.
  package let kind: Code
  /// What was being done, to what, and why it failed.
  package let message: String
  /// What to do about it.
  package let remedy: String

  /// The dotted name.
  package var code: String { kind.rawValue }
  /// How a program that meets this error ends.
  package let exitStatus: ExitStatus

  /// Puts an error together.
  package init(
    _ kind: Code, _ message: String, remedy: String, exitStatus: ExitStatus = .unavailable
  ) {
    self.exitStatus = exitStatus
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}
