import Foundation
import Protocol
import Testing

@testable import WorkerCore

@Suite struct SpoolTests {
  private static func result(_ index: Int, attempt: UInt32 = 1, numbers: Int = 1) -> TrialResult {
    TrialResult(
      key: IdleTrials.key(index), attempt: AttemptNumber(attempt), outcome: .completed(.rule),
      measures: [
        MeasureValue(name: "curve", values: [Double](repeating: Double(index), count: numbers))
      ], core: "Haswell")
  }

  /// Gives a test a folder of its own.
  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-spool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appendingPathComponent("spool").path)
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private static func messages(_ bytes: [UInt8]) throws -> [FromWorker] {
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: false)
    decoder.append(bytes)
    var messages: [FromWorker] = []
    while let message = try decoder.next() { messages.append(message) }
    try decoder.finish()
    return messages
  }

  /// A file with three records, the place where the last begins, and its bytes.
  private static func threeRecords(at path: String) throws -> (bytes: [UInt8], lastStart: Int) {
    let spool = try Spool.create(at: path, catalog: .random())
    try spool.append([result(1), result(2)])
    let lastStart = try bytes(path).count
    try spool.append([result(3)])
    return (try bytes(path), lastStart)
  }

  @Test func `records come back as the frames of their messages`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      let results = (0..<10).map { Self.result($0) }
      try spool.append(Array(results[..<4]))
      try spool.append(Array(results[4...]))
      let (frames, next) = try spool.frames(from: 3, bytesMax: 1 << 20)
      #expect(next == 11)
      let expected = (3...10).map { FromWorker.record(UInt64($0), results[$0 - 1]) }
      #expect(try Self.messages(frames) == expected)
    }
  }

  @Test func `reading stops at its bound and goes on from there`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append((0..<50).map { Self.result($0) })
      var (next, count) = (UInt64(1), 0)
      while next < spool.nextSequence {
        let (frames, after) = try spool.frames(from: next, bytesMax: 300)
        let messages = try Self.messages(frames)
        #expect(messages.count < 10)
        count += messages.count
        next = after
      }
      #expect(count == 50)
    }
  }

  @Test func `an opened spool goes on where it was`() throws {
    try Self.withFolder { path in
      let catalog = UniqueID.random()
      let first = try Spool.create(at: path, catalog: catalog)
      try first.append([Self.result(1), Self.result(2, attempt: 4)])
      let opening = try Spool.open(at: path)
      let second = try #require(opening.spool)
      #expect(opening.notes.isEmpty)
      #expect(second.id == first.id && second.catalog == catalog)
      #expect(second.nextSequence == 3 && second.acknowledged == 0)
      #expect(second.attempt(at: IdleTrials.key(2)) == AttemptNumber(4))
    }
  }

  @Test func `a last record that is cut at any byte goes, and no other`() throws {
    try Self.withFolder { path in
      let (whole, lastStart) = try Self.threeRecords(at: path)
      for end in lastStart..<whole.count {
        try Self.write(Array(whole[..<end]), to: path)
        let opening = try Spool.open(at: path)
        let spool = try #require(opening.spool, "cut at \(end)")
        #expect(spool.nextSequence == 3, "cut at \(end)")
        #expect(opening.notes.isEmpty == (end == lastStart), "cut at \(end)")
        try spool.append([Self.result(9)])
        #expect(try Spool.open(at: path).spool?.nextSequence == 4, "cut at \(end)")
      }
    }
  }

  @Test func `any flipped bit of the last record is noticed`() throws {
    try Self.withFolder { path in
      let (whole, lastStart) = try Self.threeRecords(at: path)
      for index in lastStart..<whole.count {
        for bit in 0..<8 {
          var damaged = whole
          damaged[index] ^= 1 << UInt8(bit)
          try Self.write(damaged, to: path)
          let opening = try Spool.open(at: path)
          #expect(opening.spool?.nextSequence == 3, "byte \(index), bit \(bit)")
          #expect(opening.notes.count == 1)
        }
      }
    }
  }

  /// A result with as many bytes of parameters.
  private static func keeping(_ index: Int, bytes count: Int) -> TrialResult {
    var result = result(index)
    result.kept = KeptThings(
      asked: ["parameters final"],
      things: [
        KeptThing(
          kind: .parameters, name: "final", step: 1,
          bytes: [UInt8](repeating: UInt8(index), count: count))
      ])
    return result
  }

  @Test func `what a trial keeps is in records before its result`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      let kept = [Self.keeping(1, bytes: 600_000), Self.keeping(2, bytes: 10), Self.result(3)]
      try spool.append(kept)
      let reopened = try #require(try Spool.open(at: path).spool)
      #expect(reopened.nextSequence == 8)
      let (frames, next) = try reopened.frames(from: 1, bytesMax: 1 << 24)
      #expect(next == 8)
      var collector = KeptPartCollector()
      var results: [TrialResult] = []
      for message in try Self.messages(frames) {
        switch message {
        case .part(_, let part): try collector.add(part)
        case .record(_, var result):
          result.kept = try collector.take(
            for: TrialAttempt(key: result.key, attempt: result.attempt))
          results.append(result)
        default: Issue.record("\(message)")
        }
      }
      #expect(results == kept)
      reopened.acknowledge(through: 7)
      #expect(reopened.isAcknowledged)
    }
  }

  @Test func `parts whose result is cut off go with it`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append([Self.result(1)])
      try spool.append([Self.keeping(2, bytes: 600_000)])
      let whole = try Self.bytes(path)
      // In the middle of the result, and of a part.
      for end in [whole.count - 1, whole.count - 200, whole.count - 300_000] {
        try Self.write(Array(whole[..<end]), to: path)
        let opening = try Spool.open(at: path)
        #expect(opening.spool?.nextSequence == 2, "cut at \(end)")
        #expect(opening.notes.count == 1)
        #expect(try Self.bytes(path).count < 1000)
      }
    }
  }

  @Test func `a spool of the version before goes on`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append([Self.result(1)])
      var bytes = try Self.bytes(path)
      bytes[8] = 1
      let header = bytes[..<(SpoolHeader.byteCount - 4)]
      let sum = CRC32C.checksum(header)
      for place in 0..<4 {
        bytes[SpoolHeader.byteCount - 4 + place] = UInt8(truncatingIfNeeded: sum >> (8 * place))
      }
      try Self.write(bytes, to: path)
      let older = try #require(try Spool.open(at: path).spool)
      try older.append([Self.keeping(2, bytes: 10)])
      #expect(try Spool.open(at: path).spool?.nextSequence == 4)
    }
  }

  @Test func `a file with any damage in its header is set aside under a new name`() throws {
    try Self.withFolder { path in
      let (whole, _) = try Self.threeRecords(at: path)
      for index in 0..<SpoolHeader.byteCount {
        var damaged = whole
        damaged[index] ^= 0x10
        try Self.write(damaged, to: path)
        let opening = try Spool.open(at: path)
        #expect(opening.spool == nil, "byte \(index)")
        #expect(try Self.bytes("\(path).damaged-\(index + 1)") == damaged)
      }
    }
  }

  @Test func `a file that is shorter than its header is set aside`() throws {
    try Self.withFolder { path in
      try Self.write([1, 2, 3], to: path)
      #expect(try Spool.open(at: path).spool == nil)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `what is acknowledged is forgotten, and its trial may be trained again`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append((1...3).map { Self.result($0) })
      spool.acknowledge(through: 2)
      #expect(spool.attempt(at: IdleTrials.key(2)) == nil)
      #expect(spool.attempt(at: IdleTrials.key(3)) == AttemptNumber(1))
      #expect(!spool.isAcknowledged)
      spool.acknowledge(through: 3)
      #expect(spool.isAcknowledged)
    }
  }

  @Test func `a large acknowledged part is given back and the rest keeps its numbers`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      for index in 0..<40 { try spool.append([Self.result(index, numbers: 5000)]) }
      let before = try Self.bytes(path).count
      spool.acknowledge(through: 38)
      try spool.compactIfWorthwhile()
      #expect(try Self.bytes(path).count < before / 10)
      let (frames, _) = try spool.frames(from: 39, bytesMax: 1 << 22)
      #expect(
        try Self.messages(frames)
          == [38, 39].map { .record(UInt64($0 + 1), Self.result($0, numbers: 5000)) })
      try spool.append([Self.result(40)])
      let opened = try #require(try Spool.open(at: path).spool)
      #expect(opened.id == spool.id)
      #expect(opened.nextSequence == 42 && opened.acknowledged == 38)
    }
  }

  @Test func `a small file is not written anew`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append([Self.result(1)])
      spool.acknowledge(through: 1)
      let before = try Self.bytes(path)
      try spool.compactIfWorthwhile()
      #expect(try Self.bytes(path) == before)
    }
  }

  @Test func `numbers that the catalog has and the file has lost do not come again`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append([Self.result(1)])
      try spool.skip(to: 7)
      #expect(spool.isAcknowledged && spool.nextSequence == 8)
      try spool.append([Self.result(2)])
      let opened = try #require(try Spool.open(at: path).spool)
      #expect(opened.id == spool.id && opened.nextSequence == 9 && opened.acknowledged == 7)
    }
  }

  @Test func `damage of a file in use is an error and no record`() throws {
    try Self.withFolder { path in
      let spool = try Spool.create(at: path, catalog: .random())
      try spool.append([Self.result(1)])
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.seek(toOffset: UInt64(SpoolHeader.byteCount + 20))
      try handle.write(contentsOf: Data([0xff, 0xff]))
      let error = try #require(throws: WorkerError.self) {
        try spool.frames(from: 1, bytesMax: 1 << 20)
      }
      #expect(error.kind == .spool)
    }
  }
}
