import Protocol
import TestSupport
import Testing

@testable import Kernel

/// Trials that are interrupted and go on have the bits of those that are not.
@Suite struct CheckpointTests {
  @Test(arguments: CheckpointedTrials.trials.indices)
  func `a trial that is interrupted again and again has the same bits`(index: Int) throws {
    let undisturbed = try CheckpointedTrials.train(index, due: nil)
    var random = SeededGenerator(seed: UInt64(index))
    let points = Set((0..<4).map { _ in UInt64.random(in: 1...undisturbed.steps, using: &random) })
    var checkpoint: [UInt8]?
    for point in points.sorted() {
      let outcome = try CheckpointedTrials.train(index, goingOnFrom: checkpoint, due: [point])
      #expect(outcome.result == undisturbed.result)
      #expect(outcome.refusal == nil)
      let kept = try #require(outcome.keeper.kept.first { $0.progress == point })
      if let checkpoint {
        // It was not trained again what had been trained.
        let before = try TrialCheckpoint(checkpoint).progress
        #expect(outcome.keeper.asked.allSatisfy { $0 >= before })
      }
      checkpoint = kept.bytes
    }
    let last = try CheckpointedTrials.train(index, goingOnFrom: checkpoint)
    #expect(last.result == undisturbed.result)
  }

  @Test func `a trial can be interrupted between any two steps of any stage`() throws {
    let index = try #require(
      CheckpointedTrials.trials.firstIndex { $0.study == "label-granularity" })
    let undisturbed = try CheckpointedTrials.train(index, due: nil)
    let all = try CheckpointedTrials.train(index, due: Set(1...undisturbed.steps))
    #expect(all.result == undisturbed.result)
    #expect(all.keeper.kept.map(\.progress) == Array(1...undisturbed.steps))
    for (_, bytes) in all.keeper.kept {
      let outcome = try CheckpointedTrials.train(index, goingOnFrom: bytes)
      #expect(outcome.result == undisturbed.result && outcome.refusal == nil)
    }
  }

  @Test func `a checkpoint says whose it is and what it has cost`() throws {
    let checkpoint = try TrialCheckpoint(try Self.checkpoint())
    #expect(checkpoint.release == Release.number && checkpoint.core == "Haswell")
    #expect(checkpoint.progress == 2)
    #expect(checkpoint.cost == TrialCost(cpuSeconds: 1, wallSeconds: 2))
  }

  @Test func `the same state has the same bytes`() throws {
    #expect(try Self.checkpoint() == Self.checkpoint())
  }

  @Test func `a trial that is to keep something else begins at its start`() throws {
    let found = try TrialCheckpoint(try Self.checkpoint())
    let recorder = TrainingRecorder(KeepRequest(curveInterval: 7))
    let checkpoints = TrialCheckpoints(
      key: found.key, core: found.core, keeper: MemoryKeeper(due: []), recorder: recorder,
      goingOnFrom: found)
    #expect(checkpoints.refusal != nil)
    #expect(checkpoints.takeNext(found.stages[0].fingerprint) { _ in true } == nil)
  }

  @Test func `a checkpoint of another structure is left aside, and the bits are right`() throws {
    // Two trials of one study and different widths.
    let indices = CheckpointedTrials.trials.indices.filter {
      CheckpointedTrials.trials[$0].study == "two-layer-phase-diagram"
    }
    let foreign = try CheckpointedTrials.train(indices[0], due: [2]).keeper.kept[0].bytes
    let own = try CheckpointedTrials.train(indices[1], due: [2]).keeper.kept[0].bytes
    var forged = foreign
    forged.replaceSubrange(10..<42, with: own[10..<42])
    let outcome = try CheckpointedTrials.train(
      indices[1], goingOnFrom: CheckpointedTrials.withChecksum(forged))
    #expect(outcome.refusal != nil)
    #expect(outcome.result == (try CheckpointedTrials.train(indices[1], due: nil).result))
  }

  @Test func `a plateau goes on waiting`() throws {
    var plateau = PlateauDetector(patience: 3)
    _ = [5.0, 4, 4.5].map { plateau.isOver(after: $0) }
    var writer = ByteWriter()
    plateau.encode(to: &writer)
    var restored = PlateauDetector(patience: 3)
    var reader = ByteReader(writer.bytes[...], subject: "a plateau")
    try restored.restore(from: &reader)
    #expect(restored == plateau)
  }

  /// A checkpoint of the first trial after two steps.
  private static func checkpoint() throws -> [UInt8] {
    try CheckpointedTrials.train(0, due: [2]).keeper.kept[0].bytes
  }
}
