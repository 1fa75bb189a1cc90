import Protocol
import TestSupport
import Testing

@testable import Kernel

/// Nothing that stands in a checkpoint is believed.
@Suite struct CheckpointDecodingTests {
  /// A trial of three stages, so that its checkpoint has everything that there can be.
  private static func index() throws -> Int {
    try #require(CheckpointedTrials.trials.firstIndex { $0.study == "label-granularity" })
  }

  private static func checkpoint() throws -> [UInt8] {
    // In the last stage: two have ended.
    let index = try index()
    let steps = try CheckpointedTrials.train(index, due: nil).steps
    return try CheckpointedTrials.train(index, due: [steps - 1]).keeper.kept[0].bytes
  }

  private static func isRefused(_ bytes: [UInt8]) -> Bool {
    do throws(KernelError) {
      _ = try TrialCheckpoint(bytes)
      return false
    } catch {
      return error.kind == .checkpoint
    }
  }

  @Test func `a checkpoint that was cut is refused`() throws {
    let bytes = try Self.checkpoint()
    let lengths = Array(0..<200) + stride(from: 200, to: bytes.count, by: 97)
    #expect(lengths.allSatisfy { Self.isRefused(Array(bytes.prefix($0))) })
  }

  @Test func `a checkpoint with a wrong byte is refused`() throws {
    let bytes = try Self.checkpoint()
    for place in Array(0..<100) + stride(from: 100, to: bytes.count, by: 61) {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(Self.isRefused(damaged), "byte \(place)")
    }
  }

  @Test func `a checkpoint with bytes behind it is refused`() throws {
    #expect(Self.isRefused(CheckpointedTrials.withChecksum(try Self.checkpoint() + [0])))
  }

  @Test func `a checkpoint of another version, trial, release or processor is refused`() throws {
    let bytes = try Self.checkpoint()
    let checkpoint = try TrialCheckpoint(bytes)
    var newer = bytes
    newer[8] = 2
    #expect(Self.isRefused(CheckpointedTrials.withChecksum(newer)))
    let other = try #require(TrialKey(bytes: [UInt8](repeating: 7, count: 32)))
    #expect(throws: KernelError.self) { try checkpoint.check(key: other, core: "Haswell") }
    #expect(throws: KernelError.self) { try checkpoint.check(key: checkpoint.key, core: "Zen") }
    var later = bytes
    later[46] ^= 1  // The first digit of the release, after magic, version, key and length.
    let decoded = try TrialCheckpoint(CheckpointedTrials.withChecksum(later))
    #expect(throws: KernelError.self) { try decoded.check(key: decoded.key, core: "Haswell") }
    try checkpoint.check(key: checkpoint.key, core: "Haswell")
  }

  @Test func `no checkpoint with forged contents stops the program`() throws {
    let bytes = try Self.checkpoint()
    let index = try Self.index()
    var random = SeededGenerator(seed: 11)
    var trained = 0
    for round in 0..<3000 {
      var forged = bytes
      // The heads of a checkpoint and of its stages are where counts stand.
      let place = round % 2 == 0 ? Int.random(in: 8..<400, using: &random) : nil
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let near = place.map { $0 + Int.random(in: 0..<16, using: &random) }
        let position = near ?? Int.random(in: 8..<bytes.count - 4, using: &random)
        forged[position] =
          [0, 0xff, 0x7f, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      forged = CheckpointedTrials.withChecksum(forged)
      guard let found = try? TrialCheckpoint(forged),
        (try? found.check(key: TrialCheckpoint(bytes).key, core: "Haswell")) != nil
      else { continue }
      guard trained < 60 else { continue }
      trained += 1
      _ = try CheckpointedTrials.train(index, goingOnFrom: forged)
    }
    #expect(trained > 0)
  }
}
