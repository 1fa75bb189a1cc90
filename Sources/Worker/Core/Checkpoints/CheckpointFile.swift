import Glibc
import Kernel
import Protocol
import Synchronization

/// Keeps the checkpoints of the trial that a slot trains in a file.
final class CheckpointFile: CheckpointKeeper {
  /// What it has to say.
  enum Notice: Sendable {
    /// A checkpoint after so many steps, of so many bytes, is in the file.
    case kept(progress: UInt64, byteCount: UInt64)
    /// Words for people.
    case remark(String)
  }

  private struct State {
    var pace: CheckpointPace
    var earlier = TrialCost()
    var hasFailed = false
  }

  private let name: String
  private let key: TrialKey
  private let started: TrialCost
  private let notify: @Sendable (Notice) -> Void
  private let state: Mutex<State>

  /// A trial that begins now.
  /// - Parameters:
  ///   - name: The file's path.
  ///   - key: The trial.
  ///   - leastSeconds: The least time between two checkpoints.
  ///   - notify: Called when there is something to say.
  init(
    _ name: String, key: TrialKey, leastSeconds: Double,
    notify: @escaping @Sendable (Notice) -> Void
  ) {
    self.name = name
    self.key = key
    self.notify = notify
    started = CheckpointFile.now
    state = Mutex(
      State(pace: CheckpointPace(leastSeconds: leastSeconds, now: started.wallSeconds)))
  }

  private static var now: TrialCost {
    TrialCost(cpuSeconds: Clock.processorSeconds, wallSeconds: Clock.seconds)
  }

  /// What the trial had cost when it went on from a checkpoint.
  var earlier: TrialCost { state.withLock { $0.earlier } }

  var spent: TrialCost {
    let (now, earlier) = (CheckpointFile.now, earlier)
    return TrialCost(
      cpuSeconds: earlier.cpuSeconds + now.cpuSeconds - started.cpuSeconds,
      wallSeconds: earlier.wallSeconds + now.wallSeconds - started.wallSeconds)
  }

  /// Goes on from a checkpoint, whose cost is counted.
  func goOn(from checkpoint: TrialCheckpoint) {
    state.withLock { $0.earlier = checkpoint.cost }
  }

  func stepsToNext(after progress: UInt64) -> UInt64? {
    state.withLock { $0.pace.stepsToNext(after: progress, now: Clock.seconds) }
  }

  func keep(progress: UInt64, _ write: (_ take: @escaping ([UInt8]) -> Bool) -> Void) {
    let start = Clock.seconds
    var count = 0
    do throws(SystemError) {
      // A slot may write little by itself; a checkpoint is as large as it is.
      try SlotLimits.withLargeFiles { () throws(SystemError) in
        try CheckpointFolder.replace(name) { file throws(SystemError) in
          var failure: SystemError?
          write { piece in
            guard failure == nil else { return false }
            count += piece.count
            do throws(SystemError) {
              guard count <= TrialCheckpoint.bytesMax else {
                throw SystemError("a checkpoint of \(count) bytes", number: EFBIG)
              }
              try file.writeAll(piece)
              return true
            } catch {
              failure = error
              return false
            }
          }
          if let failure { throw failure }
        }
      }
      state.withLock { $0.pace.wrote(from: start, to: Clock.seconds) }
      notify(.kept(progress: progress, byteCount: UInt64(count)))
    } catch {
      let isFirst = state.withLock { state in
        state.pace.failed(now: Clock.seconds)
        defer { state.hasFailed = true }
        return !state.hasFailed
      }
      guard isFirst else { return }
      notify(
        .remark(
          "Trial \(key.abbreviated) goes on without a checkpoint, which cannot be written:"
            + " \(error.words)."))
    }
  }
}
