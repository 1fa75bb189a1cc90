import Glibc
import Kernel
import Protocol

/// What a slot does about the checkpoints of its trials.
struct SlotCheckpoints: Sendable {
  /// The file of a trial's; `nil` for none.
  let file: @Sendable (TrialKey) -> String?
  /// The least time between two of a trial, in seconds.
  let leastSeconds: Double
  /// Called when there is something to say of a trial.
  let notify: @Sendable (TrialKey, CheckpointFile.Notice) -> Void

  /// None is ever written; but a trial takes the memory that it takes where some are.
  static let rehearsed = SlotCheckpoints(file: { _ in nil }, leastSeconds: .infinity) { _, _ in }

  /// Gives a trial that begins now what it needs to be interrupted.
  /// - Parameters:
  ///   - key: The trial.
  ///   - core: The kernels that OpenBLAS uses.
  ///   - recorder: Who keeps something of it.
  /// - Returns: For the study's trainers, and the keeper that knows what the trial has cost.
  func begin(
    _ key: TrialKey, core: String, recorder: TrainingRecorder?
  ) -> (checkpoints: TrialCheckpoints, keeper: CheckpointFile) {
    let notify = notify
    let name = file(key)
    let keeper = CheckpointFile(name ?? "", key: key, leastSeconds: leastSeconds) {
      notify(key, $0)
    }
    let found = name.flatMap { checkpoint($0, of: key, core: core) }
    let checkpoints = TrialCheckpoints(
      key: key, core: core, keeper: keeper, recorder: recorder, goingOnFrom: found)
    if let found, checkpoints.refusal == nil { keeper.goOn(from: found) }
    return (checkpoints, keeper)
  }

  /// Says why a checkpoint was left aside, if one was.
  func tell(_ checkpoints: TrialCheckpoints, of key: TrialKey) {
    guard let why = checkpoints.refusal else { return }
    leave(key, "The checkpoint cannot be gone on from: \(why).")
  }

  private func checkpoint(_ name: String, of key: TrialKey, core: String) -> TrialCheckpoint? {
    do {
      guard let bytes = try CheckpointFolder.bytes(name) else { return nil }
      let found = try TrialCheckpoint(bytes)
      try found.check(key: key, core: core)
      return found
    } catch {
      leave(key, (error as? any Diagnosable)?.message ?? "\(error)")
      unlink(name)
      return nil
    }
  }

  private func leave(_ key: TrialKey, _ why: String) {
    notify(key, .remark("Trial \(key.abbreviated) begins at its start. \(why)"))
  }
}
