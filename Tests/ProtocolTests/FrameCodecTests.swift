import Protocol
import TestSupport
import Testing

@Suite struct FrameCodecTests {
  private static let stream: [UInt8] = MessageFixtures.fromWorker.flatMap { FrameEncoder.frame($0) }

  /// The messages of a stream that comes in these pieces; NaN compares by bits through encoding.
  private static func decode(
    _ pieces: [ArraySlice<UInt8>], awaitsMagic: Bool = false
  ) throws -> [[UInt8]] {
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: awaitsMagic)
    var messages: [[UInt8]] = []
    for piece in pieces {
      decoder.append(piece)
      while let message = try decoder.next() { messages.append(FrameEncoder.frame(message)) }
    }
    try decoder.finish()
    return messages
  }

  private static let whole = MessageFixtures.fromWorker.map { FrameEncoder.frame($0) }

  @Test(arguments: MessageFixtures.toWorker)
  func `a message to a worker comes back as it was`(message: ToWorker) throws {
    var decoder = FrameDecoder<ToWorker>(awaitsMagic: false)
    decoder.append(FrameEncoder.frame(message))
    #expect(try decoder.next() == message)
    #expect(try decoder.next() == nil)
  }

  @Test func `messages that come byte by byte are the same`() throws {
    let bytes = Self.stream
    #expect(try Self.decode(bytes.indices.map { bytes[$0...$0] }) == Self.whole)
  }

  @Test func `messages that come all at once are the same`() throws {
    #expect(try Self.decode([Self.stream[...]]) == Self.whole)
  }

  @Test func `a stream cut in two at any byte gives the same messages`() throws {
    let bytes = Self.stream
    for cut in bytes.indices {
      #expect(try Self.decode([bytes[..<cut], bytes[cut...]]) == Self.whole, "cut at \(cut)")
    }
  }

  @Test func `a stream that ends at any byte within a frame is truncated`() throws {
    let bytes = FrameEncoder.frame(MessageFixtures.fromWorker[1])
    for end in 1..<bytes.count {
      #expect(throws: FrameError.self, "end at \(end)") { try Self.decode([bytes[..<end]]) }
    }
  }

  @Test func `any flipped bit is noticed`() throws {
    let bytes = FrameEncoder.frame(MessageFixtures.fromWorker[1])
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(bit)
        #expect(throws: FrameError.self, "byte \(index), bit \(bit)") {
          try Self.decode([damaged[...]])
        }
      }
    }
  }

  @Test func `a length beyond the bound is refused before its bytes come`() throws {
    var header = ByteWriter()
    header.write(UInt32(Limits.frameBytesMax + 1))
    header.write(Limits.wireVersion)
    header.write(UInt16(105))
    header.write(UInt32(0))
    header.write(CRC32C.checksum(header.bytes))
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: false)
    decoder.append(header.bytes)
    let error = try #require(throws: FrameError.self) { try decoder.next() }
    #expect(error.kind == .oversized)
  }

  @Test func `another wire version is named`() throws {
    var frame = ByteWriter()
    frame.write(UInt32(0))
    frame.write(Limits.wireVersion + 1)
    frame.write(UInt16(105))
    frame.write(CRC32C.checksum([]))
    frame.write(CRC32C.checksum(frame.bytes))
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: false)
    decoder.append(frame.bytes)
    let error = try #require(throws: FrameError.self) { try decoder.next() }
    #expect(error.kind == .version)
  }

  @Test(arguments: [0, 6, 99, 108, 65535] as [UInt16])
  func `a kind that a coordinator does not take is an error`(kind: UInt16) throws {
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: false)
    decoder.append(FrameEncoder.frame(kind: kind, payload: []))
    let error = try #require(throws: FrameError.self) { try decoder.next() }
    #expect(error.kind == .unknownKind)
  }

  @Test func `a payload that is longer than its message is malformed`() throws {
    var decoder = FrameDecoder<ToWorker>(awaitsMagic: false)
    decoder.append(FrameEncoder.frame(kind: 6, payload: [0]))
    let error = try #require(throws: FrameError.self) { try decoder.next() }
    #expect(error.kind == .malformed)
  }

  @Test func `payloads of random bytes never trap`() {
    var random = SeededGenerator(seed: 7)
    for kind in Array(1...6) + Array(101...105) as [UInt16] {
      for _ in 0..<2000 {
        let count = Int.random(in: 0..<120, using: &random)
        let payload = (0..<count).map { _ in
          // Small numbers make plausible counts.
          Bool.random(using: &random)
            ? UInt8.random(in: 0..<4, using: &random) : .random(in: 0...255, using: &random)
        }
        var toWorker = FrameDecoder<ToWorker>(awaitsMagic: false)
        toWorker.append(FrameEncoder.frame(kind: kind, payload: payload))
        _ = Result { try toWorker.next() }
        var fromWorker = FrameDecoder<FromWorker>(awaitsMagic: false)
        fromWorker.append(FrameEncoder.frame(kind: kind, payload: payload))
        _ = Result { try fromWorker.next() }
      }
    }
  }

  @Test func `noise before the magic bytes is skipped and kept for the log`() throws {
    let noise = Array("Last login: yesterday\r\n".utf8)
    let bytes = noise + Limits.streamMagic + Self.stream
    #expect(try Self.decode(bytes.indices.map { bytes[$0...$0] }, awaitsMagic: true) == Self.whole)
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: true)
    decoder.append(bytes)
    _ = try decoder.next()
    #expect(decoder.noise == noise)
  }

  @Test func `noise without end is refused`() throws {
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: true)
    decoder.append(repeatElement(UInt8(ascii: "x"), count: Limits.noiseBytesMax + 100))
    let error = try #require(throws: FrameError.self) { try decoder.next() }
    #expect(error.kind == .noMagic)
  }

  @Test func `the checksum is the published one`() {
    // RFC 3720, B.4: 32 bytes of zero, of ones, and ascending.
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46dd_794e)
  }
}
