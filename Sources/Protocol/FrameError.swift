/// Why a stream of frames cannot be read on: the connection that it came from is closed.
public struct FrameError: Diagnosable, Hashable {
  /// The stable names of the wire's errors.
  public struct Code: Hashable, Sendable {
    /// The dotted name.
    public let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// The magic bytes did not come within the bound for noise.
    public static let noMagic = Code("frame.no-magic")
    /// A checksum does not fit its bytes.
    public static let checksum = Code("frame.checksum")
    /// A length exceeds its bound.
    public static let oversized = Code("frame.oversized")
    /// The peer speaks another version of the wire.
    public static let version = Code("frame.version")
    /// The frame's kind is not one that this side takes.
    public static let unknownKind = Code("frame.unknown-kind")
    /// The payload ends too early, goes on too long, or holds a value that is none.
    public static let malformed = Code("frame.malformed")
    /// The stream ended in the middle of a frame.
    public static let truncated = Code("frame.truncated")
  }

  /// Which error it is.
  public let kind: Code
  /// What was being read and what was wrong with it.
  public let message: String

  /// The dotted name.
  public var code: String { kind.rawValue }
  /// A peer that breaks the rules is not the user's fault.
  public var exitStatus: ExitStatus { .unavailable }
  /// What to do about it.
  public var remedy: String {
    switch kind {
    case .version: "Use a coordinator and workers of the same release."
    case .noMagic: "Look at what the node's login shell prints, and why the worker did not start."
    default: "Connect again; if it happens again, look for a fault of the node or of the network."
    }
  }

  /// Puts an error together.
  public init(_ kind: Code, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
