import Foundation
import Protocol
import TestSupport
import Testing

@testable import Orchestration

@Suite struct CheckpointShelfTests {
  private static func key(_ index: UInt8) throws -> TrialKey {
    try #require(TrialKey(bytes: [UInt8](repeating: index, count: 32)))
  }

  private static func arrival(
    _ index: UInt8, progress: UInt64, _ bytes: [UInt8]
  ) throws -> CheckpointCollector.Arrival {
    var collector = CheckpointCollector()
    let parts = try #require(
      CheckpointPart.parts(of: bytes, key: key(index), progress: progress))
    let arrivals = try parts.compactMap { try collector.add($0) }
    return try #require(arrivals.last)
  }

  private static func bytes(_ shelf: CheckpointShelf, _ index: UInt8) throws -> [UInt8] {
    shelf.parts(of: try key(index)).flatMap(\.bytes)
  }

  @Test func `the newest checkpoint of a trial is given`() async throws {
    try await TemporaryDirectory.with { directory in
      var shelf = CheckpointShelf(beside: directory.path("a.sqlite"))
      shelf.put(try Self.arrival(1, progress: 5, [1, 2]))
      shelf.put(try Self.arrival(1, progress: 9, [3]))
      shelf.put(try Self.arrival(1, progress: 7, [4]))
      let parts = shelf.parts(of: try Self.key(1))
      #expect(parts.map(\.progress) == [9] && parts.map(\.bytes) == [[3]])
      #expect(shelf.parts(of: try Self.key(2)).isEmpty)
    }
  }

  @Test func `a trial that is done has none`() async throws {
    try await TemporaryDirectory.with { directory in
      var shelf = CheckpointShelf(beside: directory.path("a.sqlite"))
      shelf.put(try Self.arrival(1, progress: 5, [1, 2]))
      shelf.remove(try Self.key(1))
      #expect(shelf.parts(of: try Self.key(1)).isEmpty)
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: directory.path("a.sqlite.checkpoints")
        ).isEmpty)
    }
  }

  @Test func `the oldest make room`() async throws {
    try await TemporaryDirectory.with { directory in
      var shelf = CheckpointShelf(beside: directory.path("a.sqlite"), bytesMax: 250)
      for index in 1...3 as ClosedRange<UInt8> {
        shelf.put(try Self.arrival(index, progress: 5, [UInt8](repeating: index, count: 100)))
      }
      #expect(try Self.bytes(shelf, 1).isEmpty)
      #expect(try Self.bytes(shelf, 2).count == 100)
      #expect(try Self.bytes(shelf, 3).count == 100)
    }
  }

  @Test func `one that was taken away is not given`() async throws {
    try await TemporaryDirectory.with { directory in
      var shelf = CheckpointShelf(beside: directory.path("a.sqlite"))
      shelf.put(try Self.arrival(1, progress: 5, [1, 2]))
      try FileManager.default.removeItem(atPath: directory.path("a.sqlite.checkpoints"))
      #expect(shelf.parts(of: try Self.key(1)).isEmpty)
    }
  }

  @Test func `nothing is left of it`() async throws {
    try await TemporaryDirectory.with { directory in
      var shelf = CheckpointShelf(beside: directory.path("a.sqlite"))
      shelf.put(try Self.arrival(1, progress: 5, [1, 2]))
      shelf.clear()
      #expect(try directory.names().isEmpty)
    }
  }

  @Test func `where it cannot be made nothing is kept`() async throws {
    try await TemporaryDirectory.with { directory in
      var shelf = CheckpointShelf(beside: directory.path("none/such/a.sqlite"))
      try Data([1]).write(to: URL(fileURLWithPath: directory.path("none")))
      shelf.put(try Self.arrival(1, progress: 5, [1, 2]))
      #expect(shelf.parts(of: try Self.key(1)).isEmpty)
    }
  }
}
