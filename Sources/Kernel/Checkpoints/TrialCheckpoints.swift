public import Protocol
import Synchronization

/// What lets a trial that is interrupted go on from its last checkpoint, to the same bits.
///
/// A study hands it to each of its trainers and is otherwise written as if there were none: when a
/// trial goes on, its study's program is executed once more from its start. Data, parameters at the
/// start and plans come out as they did; a stage that had ended gets the parameters that it had ended
/// with, the one that was interrupted goes on from its checkpoint, and all that follows is trained.
/// What a program does between its stages must change nothing that later stages do not see anew.
public final class TrialCheckpoints: Sendable {
  private let key: TrialKey
  private let core: String
  private let keeper: any CheckpointKeeper
  private let recorder: TrainingRecorder?
  private let state: Mutex<State>

  private struct State {
    /// The stages of this trial that have ended.
    var finished: [StageState] = []
    /// What the trial goes on from; `nil` once it was restored.
    var pending: TrialCheckpoint?
    /// Why it was not gone on from.
    var refusal: String?

    /// Steps of the stages that have ended.
    var stepsOfFinished: UInt64 { finished.reduce(0) { $0 &+ $1.steps } }
  }

  /// Prepares a trial.
  /// - Parameters:
  ///   - key: The trial.
  ///   - core: The kernels that OpenBLAS uses.
  ///   - keeper: Who keeps the checkpoints.
  ///   - recorder: Who keeps something of the training, the same that its trainers have.
  ///   - checkpoint: What the trial goes on from, checked by ``TrialCheckpoint/check(key:core:)``;
  ///     `nil` to begin at its start.
  public init(
    key: TrialKey, core: String, keeper: any CheckpointKeeper, recorder: TrainingRecorder?,
    goingOnFrom checkpoint: TrialCheckpoint? = nil
  ) {
    self.key = key
    self.core = core
    self.keeper = keeper
    self.recorder = recorder
    // What is to be kept is no part of a trial's key: a checkpoint may lack it.
    let lacks =
      checkpoint != nil && recorder != nil
      && checkpoint?.recorded?.asked != recorder?.request.words
    state = Mutex(
      State(
        pending: lacks ? nil : checkpoint,
        refusal: lacks ? "something else was to be kept of the trial" : nil))
  }

  /// Why the checkpoint was left aside, in words; `nil` where it was gone on from or there was none.
  public var refusal: String? { state.withLock { $0.refusal } }

  /// Finds what the next stage had come to.
  /// - Parameters:
  ///   - fingerprint: What the stage trains.
  ///   - fits: Whether a state can be one of this stage.
  /// - Returns: Its state; `nil` where it begins at its start.
  func takeNext(
    _ fingerprint: UInt32, fits: (StageState) -> Bool
  ) -> StageState? {
    state.withLock { state in
      guard let pending = state.pending else { return nil }
      let index = state.finished.count
      guard index < pending.stages.count else {
        // The checkpoint ended with the stage before.
        state.pending = nil
        return nil
      }
      let found = pending.stages[index]
      guard found.fingerprint == fingerprint, fits(found), restoreRecorder(pending, found) else {
        state.pending = nil
        state.refusal = "stage \(index + 1) of it is not the trial's"
        return nil
      }
      if found.phase == .training { state.pending = nil } else { state.finished.append(found) }
      return found
    }
  }

  private func restoreRecorder(_ pending: TrialCheckpoint, _ found: StageState) -> Bool {
    guard let recorder else { return true }
    guard let recorded = pending.recorded else { return false }
    guard found.phase != .training else {
      recorder.restore(recorded)
      return true
    }
    guard let then = recorded.upTo(found.mark) else { return false }
    recorder.restore(then)
    return true
  }

  /// Asks whether a checkpoint is due, and keeps it if it is.
  /// - Parameters:
  ///   - steps: Steps taken in the stage that is in training.
  ///   - current: Puts the state of that stage together, without its blocks.
  ///   - blocks: Its parameters and the optimiser's blocks.
  /// - Returns: The step of the stage at which to ask again.
  func look<Element: Scalar>(
    atStep steps: UInt64, current: () -> StageState, blocks: () -> [Arena<Element>]
  ) -> UInt64 {
    state.withLock { state in
      let progress = state.stepsOfFinished &+ steps
      if let wait = keeper.stepsToNext(after: progress) { return steps &+ max(wait, 1) }
      write(state.finished, current: (current(), blocks()), progress: progress)
      return steps + 1
    }
  }

  /// Takes down how a stage ended.
  func end(_ stage: StageState) {
    state.withLock { state in
      var stage = stage
      if let recorder { stage.mark = RecorderMark(of: recorder.recorded) }
      state.finished.append(stage)
      let progress = state.stepsOfFinished
      guard keeper.stepsToNext(after: progress) == nil else { return }
      write(state.finished, current: (nil, [Arena<Float>]()), progress: progress)
    }
  }

  private func write<Element: Scalar>(
    _ finished: [StageState], current: (state: StageState?, blocks: [Arena<Element>]),
    progress: UInt64
  ) {
    guard finished.count + 1 <= TrialCheckpoint.stagesMax else { return }
    keeper.keep(progress: progress) { take in
      var writer = CheckpointWriter(take)
      writer.write { writer in
        TrialCheckpoint.encodeHead(
          key: key, core: core, progress: progress, cost: keeper.spent, to: &writer)
        writer.write(recorder != nil)
      }
      if let recorder { recorder.recorded.encode(to: &writer) }
      writer.write { $0.write(UInt32(finished.count + (current.state == nil ? 0 : 1))) }
      for stage in finished {
        writer.write { writer in
          stage.encodeHead(to: &writer)
          writer.write(UInt32(stage.blocks.count))
        }
        for block in stage.blocks {
          writer.write { $0.write(UInt64(block.count)) }
          writer.write(block)
        }
      }
      if let state = current.state {
        writer.write { writer in
          state.encodeHead(to: &writer)
          writer.write(UInt32(current.blocks.count))
        }
        for block in current.blocks { writer.write(block) }
      }
      writer.finish()
    }
  }
}
