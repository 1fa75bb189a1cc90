/// A piece of a trial's checkpoint as it travels between coordinator and worker: small enough that
/// heartbeats get through between two pieces.
///
/// A checkpoint is of a trial, not of an attempt: whoever goes on from it computes the same bits.
/// Its bytes are `Kernel`'s to read, which believes none of them.
public struct CheckpointPart: Hashable, Sendable {
  /// Which trial.
  public var key: TrialKey
  /// Training steps that were taken: of two checkpoints of a trial, the one with more is the newer.
  public var progress: UInt64
  /// Its place among the parts of this checkpoint, from 0.
  public var index: UInt32
  /// How many parts there are, at least 1.
  public var count: UInt32
  /// Its piece of the checkpoint.
  public var bytes: [UInt8]

  /// Puts a part together.
  public init(key: TrialKey, progress: UInt64, index: UInt32, count: UInt32, bytes: [UInt8]) {
    self.key = key
    self.progress = progress
    self.index = index
    self.count = count
    self.bytes = bytes
  }

  /// The parts in which a checkpoint travels.
  /// - Parameters:
  ///   - bytes: The checkpoint.
  ///   - key: Its trial.
  ///   - progress: Training steps that were taken.
  /// - Returns: The parts in their order; `nil` for a checkpoint that is empty or larger than
  ///   ``Limits/checkpointBytesMax``: it does not travel.
  public static func parts(
    of bytes: [UInt8], key: TrialKey, progress: UInt64
  ) -> [CheckpointPart]? {
    guard !bytes.isEmpty, bytes.count <= Limits.checkpointBytesMax else { return nil }
    let starts = Array(stride(from: 0, to: bytes.count, by: Limits.checkpointPartBytesMax))
    return starts.enumerated().map { index, start in
      CheckpointPart(
        key: key, progress: progress, index: UInt32(index), count: UInt32(starts.count),
        bytes: Array(bytes[start..<min(start + Limits.checkpointPartBytesMax, bytes.count)]))
    }
  }

  /// Appends the part in the wire's layout.
  public func encode(to writer: inout ByteWriter) {
    writer.writeRaw(key.bytes)
    writer.write(progress)
    writer.write(index)
    writer.write(count)
    writer.write(UInt32(bytes.count))
    writer.writeRaw(bytes)
  }

  /// Reads a part in the wire's layout.
  /// - Throws: ``FrameError`` `frame.malformed`.
  public init(from reader: inout ByteReader) throws(FrameError) {
    key = try TrialKey(from: &reader)
    progress = try reader.read()
    index = try reader.read()
    count = try reader.read()
    let byteCount = Int(try reader.read(UInt32.self))
    guard index < count, count <= Limits.checkpointPartsMax, byteCount > 0,
      byteCount <= Limits.checkpointPartBytesMax
    else { throw reader.malformed("a part that is none of so many, or too large") }
    bytes = Array(try reader.readRaw(byteCount))
  }
}

/// Puts the parts of checkpoints together again, those of one after the other.
public struct CheckpointCollector: Sendable {
  /// A checkpoint that has come whole.
  public struct Arrival: Hashable, Sendable {
    /// Its trial.
    public let key: TrialKey
    /// Training steps that were taken, as the sender says.
    public let progress: UInt64
    /// Its bytes, which nobody has looked at.
    public let bytes: [UInt8]
  }

  private var latest: CheckpointPart?
  private var bytes: [UInt8] = []

  /// Holds nothing.
  public init() {}

  /// Takes the next part; the first of a checkpoint begins anew, whatever came before.
  /// - Returns: The checkpoint, if this was its last part.
  /// - Throws: ``FrameError`` `frame.malformed` for a part out of its turn.
  public mutating func add(_ part: CheckpointPart) throws(FrameError) -> Arrival? {
    if part.index == 0 {
      bytes = []
    } else {
      guard let latest, part.key == latest.key, part.progress == latest.progress,
        part.count == latest.count, part.index == latest.index + 1
      else { throw FrameError(.malformed, "A part of a checkpoint came out of its turn.") }
    }
    bytes += part.bytes
    guard part.index + 1 == part.count else {
      latest = part
      // The bytes are in one place already.
      latest?.bytes = []
      return nil
    }
    defer { self = CheckpointCollector() }
    return Arrival(key: part.key, progress: part.progress, bytes: bytes)
  }
}
