/// Turns messages into the bytes of a stream.
///
/// A frame is a header of 16 bytes and a payload; `docs/WIRE.md` has the layout byte by byte. The
/// header carries a checksum of its own, so that a damaged length is noticed at once and not after
/// waiting for bytes that never come.
public enum FrameEncoder {
  /// The bytes of a frame's header.
  public static let headerByteCount = 16

  /// One frame.
  /// - Precondition: The payload is within ``Limits/frameBytesMax``; senders split lists first.
  public static func frame(_ message: some WireMessage) -> [UInt8] {
    var payload = ByteWriter()
    message.encode(to: &payload)
    return frame(kind: message.kind, payload: payload.bytes)
  }

  /// One frame around a payload.
  /// - Precondition: The payload is within ``Limits/frameBytesMax``.
  public static func frame(kind: UInt16, payload: [UInt8]) -> [UInt8] {
    precondition(payload.count <= Limits.frameBytesMax, "a frame's payload exceeds its bound")
    var frame = ByteWriter()
    frame.write(UInt32(payload.count))
    frame.write(Limits.wireVersion)
    frame.write(kind)
    frame.write(CRC32C.checksum(payload))
    frame.write(CRC32C.checksum(frame.bytes))
    frame.writeRaw(payload)
    return frame.bytes
  }
}
