/// How a program ends, in the numbers of `sysexits.h`.
public enum ExitStatus: Int32, Sendable {
  /// Everything that was asked for is there.
  case done = 0
  /// Some trials failed for good, or a statement does not hold.
  case someFailed = 1
  /// The command line was wrong.
  case usage = 64
  /// A file that the user wrote is malformed.
  case malformedFile = 65
  /// No node could be used.
  case unavailable = 69
  /// A fault of Phasegrid itself.
  case internalFault = 70
  /// Something cannot be read or written.
  case inputOutput = 74
  /// Stopped before the end; `phasegrid resume` goes on.
  case stopped = 75
}

/// What every error that a user may see answers.
///
/// `message` says what was being done, to what, and why it failed; `remedy` is one imperative
/// sentence. The `code` is stable and dotted (`sweep.empty-axis`), so that programs and the
/// documentation can name it.
public protocol Diagnosable: Error, CustomStringConvertible, Sendable {
  /// A stable dotted name, for instance `sweep.empty-axis`.
  var code: String { get }
  /// What was being done, to what, and why it failed.
  var message: String { get }
  /// What to do about it, as one imperative sentence.
  var remedy: String { get }
  /// How a program that meets this error ends.
  var exitStatus: ExitStatus { get }
}

extension Diagnosable {
  /// The message, the remedy and the code, as a user reads them.
  public var description: String {
    "\(message)\n  \(remedy) [\(code)]"
  }
}
