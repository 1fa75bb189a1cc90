/// Why a JSON document that came from another program cannot be used.
public struct DocumentError: Diagnosable, Hashable {
  /// The stable names of these errors.
  public struct Code: Hashable, Sendable {
    /// The dotted name.
    public let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// A member is missing, or its value is not what belongs there.
    public static let malformed = Code("document.malformed")
  }

  /// Which error it is.
  public let kind: Code
  /// What was being read, where, and what was expected there.
  public let message: String

  /// The dotted name.
  public var code: String { kind.rawValue }
  /// Two programs that should understand each other do not: not the user's fault.
  public var exitStatus: ExitStatus { .internalFault }
  /// What to do about it.
  public var remedy: String { "Use a coordinator and a worker of the same release." }

  init(_ kind: Code, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
