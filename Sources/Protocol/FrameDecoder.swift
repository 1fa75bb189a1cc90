/// Turns the bytes of a stream into messages, however the bytes are cut.
///
/// No input and no output: bytes are appended, messages are taken. It keeps at most one partial
/// frame, so that a peer cannot make it hold more than ``Limits/frameBytesMax`` and a piece.
public struct FrameDecoder<Message: WireMessage>: Sendable {
  private var buffer: [UInt8] = []
  private var start = 0
  private var awaitsMagic: Bool

  /// What came before the magic bytes: login banners and the like, for a log.
  public private(set) var noise: [UInt8] = []

  /// Reads a stream.
  /// - Parameter awaitsMagic: Whether ``Limits/streamMagic`` stands before the first frame, with
  ///   noise before it.
  public init(awaitsMagic: Bool) {
    self.awaitsMagic = awaitsMagic
  }

  /// Adds bytes as they came.
  public mutating func append(_ bytes: some Sequence<UInt8>) {
    if start > 0, start == buffer.count || start > 1 << 16 {
      buffer.removeSubrange(..<start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole message; `nil` when more bytes are needed.
  /// - Throws: ``FrameError``; the stream cannot be read on after it.
  public mutating func next() throws(FrameError) -> Message? {
    if awaitsMagic {
      guard try skipNoise() else { return nil }
    }
    let headerEnd = start + FrameEncoder.headerByteCount
    guard buffer.count >= headerEnd else { return nil }
    var header = ByteReader(buffer[start..<headerEnd], subject: "a frame's header")
    let length = Int(try header.read(UInt32.self))
    let version = try header.read(UInt16.self)
    let kind = try header.read(UInt16.self)
    let payloadSum = try header.read(UInt32.self)
    let headerSum = try header.read(UInt32.self)
    guard CRC32C.checksum(buffer[start..<headerEnd - 4]) == headerSum else {
      throw FrameError(.checksum, "A frame's header does not fit its checksum.")
    }
    guard version == Limits.wireVersion else {
      throw FrameError(
        .version, "The peer speaks wire version \(version), this side \(Limits.wireVersion).")
    }
    guard length <= Limits.frameBytesMax else {
      throw FrameError(
        .oversized, "A frame of \(length) bytes; the bound is \(Limits.frameBytesMax).")
    }
    guard buffer.count >= headerEnd + length else { return nil }
    let payload = buffer[headerEnd..<headerEnd + length]
    guard CRC32C.checksum(payload) == payloadSum else {
      throw FrameError(.checksum, "A frame's payload does not fit its checksum.")
    }
    var reader = ByteReader(payload, subject: "a frame of kind \(kind)")
    let message = try Message(kind: kind, from: &reader)
    try reader.finish()
    start = headerEnd + length
    return message
  }

  /// Asserts, at the end of the stream, that no frame was cut.
  /// - Throws: ``FrameError`` `frame.truncated` or `frame.no-magic`.
  public func finish() throws(FrameError) {
    guard !awaitsMagic else {
      throw FrameError(.noMagic, "The stream ended before a worker answered.")
    }
    guard start == buffer.count else {
      throw FrameError(.truncated, "The stream ended within a frame.")
    }
  }

  private mutating func skipNoise() throws(FrameError) -> Bool {
    let magic = Limits.streamMagic
    while buffer.count - start >= magic.count {
      if buffer[start..<start + magic.count].elementsEqual(magic) {
        start += magic.count
        awaitsMagic = false
        return true
      }
      guard noise.count < Limits.noiseBytesMax else {
        throw FrameError(
          .noMagic, "No worker answered within \(Limits.noiseBytesMax) bytes of other output.")
      }
      noise.append(buffer[start])
      start += 1
    }
    return false
  }
}
