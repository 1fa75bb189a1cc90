import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import WorkerCore

/// When checkpoints are written and delivered, and what becomes of their files.
@Suite struct CheckpointPartsTests {

  @Test func `the first checkpoint is due after the least time`() {
    var pace = CheckpointPace(leastSeconds: 1, now: 100)
    #expect(pace.stepsToNext(after: 1, now: 100.5) == 1)
    #expect(pace.stepsToNext(after: 2, now: 101) == nil)
  }

  @Test func `a checkpoint that takes long to write is written seldom`() {
    var pace = CheckpointPace(leastSeconds: 1, now: 0)
    pace.wrote(from: 1, to: 1.5)
    #expect(pace.stepsToNext(after: 1, now: 26.4) != nil)
    #expect(pace.stepsToNext(after: 1, now: 26.6) == nil)
  }

  @Test func `a checkpoint that is quickly written waits for the least time`() {
    var pace = CheckpointPace(leastSeconds: 1, now: 0)
    pace.wrote(from: 1, to: 1.001)
    #expect(pace.stepsToNext(after: 1, now: 2) != nil)
    #expect(pace.stepsToNext(after: 1, now: 2.002) == nil)
  }

  @Test func `after a failure it is tried again later`() {
    var pace = CheckpointPace(leastSeconds: 1, now: 0)
    pace.failed(now: 1)
    #expect(pace.stepsToNext(after: 1, now: 30.9) != nil)
    #expect(pace.stepsToNext(after: 1, now: 31) == nil)
  }

  @Test func `the clock is read seldom where steps are short, and often where they become long`() {
    var pace = CheckpointPace(leastSeconds: 1, now: 0)
    var progress: UInt64 = 0
    var looks = 0
    // A microsecond a step.
    while let stride = pace.stepsToNext(after: progress, now: Double(progress) * 1e-6) {
      progress += stride
      looks += 1
    }
    #expect(looks < 130 && (1_000_000..<1_050_000).contains(progress))
    // A millisecond a step from now on.
    pace.wrote(from: 1, to: 1)
    let first = pace.stepsToNext(after: progress, now: 1)
    #expect(first.map { $0 <= 10_000 } == true)
    let later = pace.stepsToNext(after: progress + 100, now: 1.1)
    #expect(later.map { (9...10).contains($0) } == true)
  }

  @Test func `without a least time every step has a checkpoint`() {
    var pace = CheckpointPace(leastSeconds: 0, now: 0)
    #expect(pace.stepsToNext(after: 1, now: 0) == nil)
    pace.wrote(from: 0, to: 3)
    #expect(pace.stepsToNext(after: 2, now: 3) == nil)
  }

  private static let key = IdleTrials.key(1)

  @Test func `a checkpoint is delivered once`() {
    var delivery = CheckpointDelivery(leastSeconds: 2)
    #expect(delivery.due(Self.key, progress: 5, began: 10) == 12)
    delivery.begin(Self.key, progress: 5, [1, 2], now: 12)
    #expect(delivery.next()?.bytes == [1, 2])
    #expect(delivery.next() == nil && !delivery.isUnderWay)
    #expect(delivery.due(Self.key, progress: 5, began: 10) == nil)
    #expect(delivery.due(Self.key, progress: 6, began: 10) == 14)
  }

  @Test func `large checkpoints are delivered seldom`() {
    var delivery = CheckpointDelivery(leastSeconds: 2)
    let bytes = [UInt8](repeating: 0, count: 1 << 20)
    delivery.begin(Self.key, progress: 5, bytes, now: 100)
    var parts = 0
    while delivery.next() != nil { parts += 1 }
    #expect(parts == 4)
    #expect(delivery.due(Self.key, progress: 6, began: 0) == 108)
    #expect(delivery.due(IdleTrials.key(2), progress: 1, began: 0) == 108)
  }

  @Test func `one that is too large stays`() {
    var delivery = CheckpointDelivery(leastSeconds: 2)
    let bytes = [UInt8](repeating: 0, count: Limits.checkpointBytesMax + 1)
    delivery.begin(Self.key, progress: 5, bytes, now: 100)
    #expect(delivery.next() == nil)
    #expect(delivery.due(Self.key, progress: 5, began: 0) == nil)
  }

  @Test func `no more is delivered of a trial that has ended`() {
    var delivery = CheckpointDelivery(leastSeconds: 2)
    delivery.begin(Self.key, progress: 5, [1], now: 100)
    delivery.end(Self.key)
    #expect(delivery.next() == nil)
  }

  @Test func `a checkpoint that could not be written leaves the one before`() async throws {
    try await TemporaryDirectory.with { directory in
      let folder = CheckpointFolder(path: directory.path)
      let name = folder.file(of: Self.key)
      try CheckpointFolder.replace(name) { file throws(SystemError) in try file.writeAll([1]) }
      let failing: () throws -> Void = {
        try CheckpointFolder.replace(name) { file throws(SystemError) in
          try file.writeAll([2, 3])
          throw SystemError("writing", number: ENOSPC)
        }
      }
      #expect(throws: SystemError.self, performing: failing)
      let left = try CheckpointFolder.bytes(name)
      #expect(left == [1])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
    }
  }

  @Test func `with a checkpoint goes what was half written when its slot died`() async throws {
    try await TemporaryDirectory.with { directory in
      let folder = CheckpointFolder(path: directory.path)
      let name = folder.file(of: Self.key)
      for path in [name, name + ".new"] { try Data([1]).write(to: URL(fileURLWithPath: path)) }
      folder.remove(Self.key)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test func `where there is none there is nothing to read`() async throws {
    try await TemporaryDirectory.with { directory in
      let folder = CheckpointFolder(path: directory.path)
      let bytes = try CheckpointFolder.bytes(folder.file(of: Self.key))
      #expect(bytes == nil)
    }
  }

  @Test func `what is old, unfinished or too much goes`() async throws {
    try await TemporaryDirectory.with { directory in
      let folder = CheckpointFolder(path: directory.path)
      let now = time(nil)
      for (index, age) in [(0, 10), (1, 20), (2, 30), (3, CheckpointFolder.ageSecondsMax + 60)] {
        let name = folder.file(of: IdleTrials.key(index))
        try CheckpointFolder.replace(name) { file throws(SystemError) in
          try file.writeAll([UInt8](repeating: 0, count: 100))
        }
        let times = [
          timeval(tv_sec: now - age, tv_usec: 0), timeval(tv_sec: now - age, tv_usec: 0),
        ]
        #expect(utimes(name, times) == 0)
      }
      for other in ["checkpoint-abc", "\(folder.file(of: Self.key)).new", "spool"] {
        let path = other.hasPrefix("/") ? other : "\(directory.path)/\(other)"
        try Data([1]).write(to: URL(fileURLWithPath: path))
      }
      #expect(folder.tidy(now: now, bytesMax: 250) == [IdleTrials.key(0), IdleTrials.key(1)])
      let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(left.count == 3 && left.contains("spool"))
    }
  }
}
