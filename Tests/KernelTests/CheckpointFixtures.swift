import Protocol
import Synchronization
import TestSupport
import Testing

@testable import Kernel

/// Keeps checkpoints in memory, after just so many steps.
final class MemoryKeeper: CheckpointKeeper {
  private struct State {
    var due: Set<UInt64>
    var asked: [UInt64] = []
    var kept: [(progress: UInt64, bytes: [UInt8])] = []
  }

  private let state: Mutex<State>

  init(due: Set<UInt64>) { state = Mutex(State(due: due)) }

  /// The steps after which it was asked.
  var asked: [UInt64] { state.withLock { $0.asked } }
  /// What it keeps, in order.
  var kept: [(progress: UInt64, bytes: [UInt8])] { state.withLock { $0.kept } }

  var spent: TrialCost { TrialCost(cpuSeconds: 1, wallSeconds: 2) }

  func stepsToNext(after progress: UInt64) -> UInt64? {
    state.withLock { state in
      state.asked.append(progress)
      return state.due.remove(progress) == nil ? 1 : nil
    }
  }

  func keep(progress: UInt64, _ write: (_ take: @escaping ([UInt8]) -> Bool) -> Void) {
    var bytes: [UInt8] = []
    write { piece in
      bytes += piece
      return true
    }
    state.withLock { $0.kept.append((progress, bytes)) }
  }
}

/// Small trials of every study that can go on from checkpoints.
enum CheckpointedTrials {
  /// Study, parameters that are not at their defaults, replicate.
  static let trials =
    TrialGoldenTests.trials.filter { $0.study != "idle" }
    + [
      (
        "supervised",
        [
          "data.file": SuppliedFile.digest(SuppliedFile.images), "model.width": .integer(6),
          "training.steps": .integer(9), "training.batch": .integer(4),
          "optimizer.rule": .text("gradient-descent"), "optimizer.momentum": .real(0.9),
          "finetune.steps": .integer(5), "finetune.trained": .text("head"),
        ], 0
      )
    ]

  /// What came of a training.
  struct Outcome {
    /// The result as the wire has it, with all that was kept; times are no part of it.
    let result: [UInt8]
    /// Steps taken.
    let steps: UInt64
    /// What the keeper has.
    let keeper: MemoryKeeper
    /// Why the checkpoint was left aside.
    let refusal: String?
  }

  /// What of each trial is kept: something of every kind.
  static func keep(_ study: String) throws -> KeepRequest {
    let description = try #require(StudyRegistry.study(named: study)).description
    return KeepRequest(
      parameters: [.step(0), .step(3), .final], curveInterval: 2,
      matrices: description.matrices.map(\.name))
  }

  /// Trains a trial.
  /// - Parameters:
  ///   - index: Which of ``trials``.
  ///   - checkpoint: What it goes on from.
  ///   - due: Progress at which checkpoints are kept; `nil` to train without any.
  /// - Returns: What came of it.
  /// - Throws: What the study or the decoder throws.
  static func train(
    _ index: Int, goingOnFrom checkpoint: [UInt8]? = nil, due: Set<UInt64>? = []
  ) throws -> Outcome {
    let (study, parameters, replicate) = trials[index]
    let trial = try StudyRequests.specification(study, parameters, replicate: replicate)
    var request = TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters,
      seeds: trial.seeds, replicate: trial.replicate)
    request.files = SuppliedFile.known
    request.keepsTensors = true
    let recorder = TrainingRecorder(try keep(study))
    request.recorder = recorder
    let keeper = MemoryKeeper(due: due ?? [])
    let found = try checkpoint.map { try TrialCheckpoint($0) }
    try found?.check(key: trial.key, core: "Haswell")
    let checkpoints = TrialCheckpoints(
      key: trial.key, core: "Haswell", keeper: keeper, recorder: recorder, goingOnFrom: found)
    if due != nil { request.checkpoints = checkpoints }
    let report = try #require(StudyRegistry.study(named: study)).train(request)
    let kept = recorder.finish(report.tensors)
    var writer = ByteWriter()
    TrialResult(
      key: trial.key, attempt: AttemptNumber(1), outcome: report.outcome,
      measures: report.measures, steps: report.steps
    ).encode(to: &writer)
    for part in kept.parts(of: TrialAttempt(key: trial.key, attempt: AttemptNumber(1))) {
      part.encode(to: &writer)
    }
    return Outcome(
      result: writer.bytes, steps: report.steps, keeper: keeper, refusal: checkpoints.refusal)
  }

  /// The bytes of a checkpoint, with the checksum that belongs to them.
  static func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
    let content = bytes.dropLast(4)
    let sum = CRC32C.checksum(content)
    return content + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
  }
}
