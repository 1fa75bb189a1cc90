import Protocol
import Testing

@Suite struct CheckpointPartTests {
  private static let key = MessageFixtures.key

  @Test(arguments: [1, Limits.checkpointPartBytesMax, Limits.checkpointPartBytesMax + 1, 1 << 20])
  func `a checkpoint comes out of its parts as it went in`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let parts = try #require(CheckpointPart.parts(of: bytes, key: Self.key, progress: 5))
    var collector = CheckpointCollector()
    for part in parts.dropLast() { #expect(try collector.add(part) == nil) }
    let arrival = try #require(try collector.add(parts[parts.count - 1]))
    #expect(arrival.key == Self.key && arrival.progress == 5)
    #expect(arrival.bytes == bytes)
  }

  @Test func `what is too large does not travel`() {
    let bytes = [UInt8](repeating: 0, count: Limits.checkpointBytesMax + 1)
    #expect(CheckpointPart.parts(of: bytes, key: Self.key, progress: 1) == nil)
    #expect(CheckpointPart.parts(of: [], key: Self.key, progress: 1) == nil)
  }

  @Test func `a part out of its turn is refused`() throws {
    let bytes = [UInt8](repeating: 1, count: 3 * Limits.checkpointPartBytesMax)
    let parts = try #require(CheckpointPart.parts(of: bytes, key: Self.key, progress: 5))
    var collector = CheckpointCollector()
    _ = try collector.add(parts[0])
    #expect(throws: FrameError.self) { try collector.add(parts[2]) }
    var other = CheckpointCollector()
    #expect(throws: FrameError.self) { try other.add(parts[1]) }
  }

  @Test func `the first part of another checkpoint begins anew`() throws {
    let bytes = [UInt8](repeating: 1, count: 2 * Limits.checkpointPartBytesMax)
    let old = try #require(CheckpointPart.parts(of: bytes, key: Self.key, progress: 5))
    let new = try #require(CheckpointPart.parts(of: [9], key: Self.key, progress: 6))
    var collector = CheckpointCollector()
    _ = try collector.add(old[0])
    #expect(try collector.add(new[0])?.bytes == [9])
  }

  @Test(arguments: [(0, 0), (3, 3), (0, 65)] as [(UInt32, UInt32)])
  func `a part that cannot be one is refused`(index: UInt32, count: UInt32) {
    var writer = ByteWriter()
    CheckpointPart(key: Self.key, progress: 1, index: index, count: count, bytes: [1])
      .encode(to: &writer)
    #expect(throws: FrameError.self) {
      var reader = ByteReader(writer.bytes[...], subject: "a part")
      _ = try CheckpointPart(from: &reader)
    }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 255, 4096 + 3])
  func `an array has the checksum of its bytes one by one`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }
    var whole = CRC32C()
    whole.update([3])
    whole.update(bytes)
    #expect(whole.value == CRC32C.checksum([3] + bytes[...]))
  }
}
