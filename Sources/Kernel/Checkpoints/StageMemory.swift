public import Protocol

/// What a study carries from step to step of a training beside the parameters: a running mean, say.
///
/// It goes into checkpoints, so that a training that goes on knows it.
public protocol StageMemory {
  /// Appends all of it.
  func encode(to writer: inout ByteWriter)
  /// Takes over what ``encode(to:)`` wrote.
  /// - Throws: ``FrameError`` for bytes that it cannot have written.
  mutating func restore(from reader: inout ByteReader) throws(FrameError)
}

/// The memory of a training that carries nothing.
public struct NoMemory: StageMemory, Hashable, Sendable {
  /// Nothing.
  public init() {}

  /// Appends nothing.
  public func encode(to writer: inout ByteWriter) {}

  /// Reads nothing.
  public mutating func restore(from reader: inout ByteReader) throws(FrameError) {}
}
