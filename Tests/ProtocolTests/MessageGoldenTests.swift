import Protocol
import TestSupport
import Testing

@Suite struct MessageGoldenTests {
  /// A byte that moves here is a new wire version: bump `Limits.wireVersion` and `docs/WIRE.md`.
  @Test func `every message has the bytes of wire version 4`() throws {
    #expect(Limits.wireVersion == 4)
    let lines =
      MessageFixtures.toWorker.map { hexadecimal(of: FrameEncoder.frame($0)) }
      + MessageFixtures.fromWorker.map { hexadecimal(of: FrameEncoder.frame($0)) }
    try expectGolden(lines.joined(separator: "\n") + "\n", named: "messages-v4.txt")
  }
}
