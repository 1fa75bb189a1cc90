/// When a trial's next checkpoint is due: often enough that little is lost, and so seldom that writing
/// takes no more than a small share of the time.
struct CheckpointPace: Sendable {
  /// The variable with the least time between two checkpoints in seconds: 0 for one at every step,
  /// whatever it costs, below 0 for none.
  static let variable = "PHASEGRID_CHECKPOINT_SECONDS"
  /// That time where nothing is said.
  static let leastSeconds = 1.0
  /// The share of the time that writing may take.
  static let share = 0.02
  /// After a checkpoint that could not be written, the next one is tried after this time, in seconds.
  static let pauseSeconds = 30.0
  /// The clock is read about this many times between two checkpoints.
  private static let looks = 100.0

  private let leastSeconds: Double
  private var due: Double
  private var looked: (seconds: Double, progress: UInt64)?
  private var stride: UInt64 = 1

  /// A trial that begins now.
  /// - Parameters:
  ///   - leastSeconds: The least time between two checkpoints.
  ///   - now: Any clock, in seconds.
  init(leastSeconds: Double = CheckpointPace.leastSeconds, now: Double) {
    self.leastSeconds = leastSeconds
    due = now + leastSeconds
  }

  /// Whether a checkpoint is due.
  /// - Returns: After how many steps to ask again; `nil` when it is due now.
  mutating func stepsToNext(after progress: UInt64, now: Double) -> UInt64? {
    guard now < due else { return nil }
    if let looked, progress > looked.progress {
      let seconds = max(now - looked.seconds, 1e-9) / Double(progress - looked.progress)
      // Steps may become slower: the stride grows by and by, and shrinks at once.
      let wanted = leastSeconds / CheckpointPace.looks / seconds
      stride = max(1, min(UInt64(min(wanted, 1e9)), 4 * stride))
    }
    looked = (now, progress)
    return stride
  }

  /// Takes note of a checkpoint that was written.
  mutating func wrote(from start: Double, to end: Double) {
    due = end + (leastSeconds > 0 ? max(leastSeconds, (end - start) / CheckpointPace.share) : 0)
    looked = nil
  }

  /// Takes note of a checkpoint that could not be written.
  mutating func failed(now: Double) {
    due = now + max(leastSeconds, CheckpointPace.pauseSeconds)
    looked = nil
  }

  /// The least time between two checkpoints that the environment asks for; `nil` for none at all.
  static var wantedSeconds: Double? {
    guard let text = Environment.variable(variable), let seconds = Double(text), seconds.isFinite
    else { return leastSeconds }
    return seconds < 0 ? nil : seconds
  }
}
