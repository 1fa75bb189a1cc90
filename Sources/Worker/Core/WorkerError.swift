public import Protocol

/// Why the worker could not do what it was asked to.
public struct WorkerError: Diagnosable {
  /// The stable names of the worker's errors.
  public struct Code: Hashable, Sendable {
    /// The dotted name.
    public let rawValue: String
    let exitStatus: ExitStatus

    init(_ rawValue: String, _ exitStatus: ExitStatus) {
      self.rawValue = rawValue
      self.exitStatus = exitStatus
    }

    /// The command line was wrong.
    public static let usage = Code("worker.usage", .usage)
    /// The worker's directory cannot be made or is open to others.
    public static let directory = Code("worker.directory", .inputOutput)
    /// No place for lock and socket is ours alone.
    public static let runtimeDirectory = Code("worker.runtime-directory", .inputOutput)
    /// The spool cannot be read or written.
    public static let spool = Code("worker.spool", .inputOutput)
    /// The daemon cannot be started or does not answer.
    public static let start = Code("worker.start", .unavailable)
    /// Standard input or output, or a file that was named, cannot be read or written.
    public static let inputOutput = Code("worker.input-output", .inputOutput)
    /// What was read is not what the command takes.
    public static let malformed = Code("worker.malformed", .malformedFile)
    /// No study has this name.
    public static let unknownStudy = Code("worker.unknown-study", .malformedFile)
    /// This processor cannot compute as the numeric profile asks.
    public static let processor = Code("worker.processor", .unavailable)
  }

  /// Which error it is.
  public let kind: Code
  /// What was being done, to what, and why it failed.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// The dotted name.
  public var code: String { kind.rawValue }
  /// As the code says.
  public var exitStatus: ExitStatus { kind.exitStatus }

  init(_ kind: Code, _ message: String, remedy: String) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}
