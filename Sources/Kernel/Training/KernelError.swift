public import Protocol

/// Why the kernel could not train what it was asked to.
public struct KernelError: Diagnosable {
  /// The stable names of the kernel's errors.
  public struct Code: Hashable, Sendable {
    /// The dotted name.
    public let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// A parameter is missing, of another type or out of range.
    public static let parameter = Code("kernel.parameter")
    /// A safetensors file is not whole, not consistent or lacks a tensor.
    public static let safetensors = Code("kernel.safetensors")
    /// The parameters that a training is to begin with do not fit its model.
    public static let initial = Code("kernel.initial")
    /// A file of a user is not at hand, or its samples do not fit what is to be trained.
    public static let data = Code("kernel.data")
    /// A checkpoint is damaged, or of another trial, program or processor.
    public static let checkpoint = Code("kernel.checkpoint")
    /// A case to replay is incomplete, contradicts itself or asks for what the kernel does not
    /// have.
    public static let goldenCase = Code("kernel.case")
  }

  /// Which error it is.
  public let kind: Code
  /// What was being done, to what, and why it failed.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// The dotted name.
  public var code: String { kind.rawValue }
  /// A request that cannot be trained is the user's data.
  public var exitStatus: ExitStatus { .malformedFile }

  /// Puts an error together.
  public init(_ kind: Code, _ message: String, remedy: String) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}
