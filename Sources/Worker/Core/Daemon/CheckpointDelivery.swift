import Protocol

/// The checkpoints that go to a coordinator, so that another node can go on where this one ends: the
/// newest of each trial, one after the other, and no more than a connection has room for.
struct CheckpointDelivery {
  /// The variable with the least time between two deliveries of a trial, in seconds; with 0 they go as
  /// fast as they can.
  static let variable = "PHASEGRID_CHECKPOINT_CARRY_SECONDS"
  /// That time where nothing is said: a trial that ends sooner is not told of at all.
  static let leastSeconds = 2.0
  /// What a worker delivers at most on average, in bytes a second: a coordinator has many workers.
  static let bytesPerSecond = 128.0 * 1024

  private let leastSeconds: Double
  /// What was delivered of trials, and when.
  private var delivered: [TrialKey: (progress: UInt64, seconds: Double)] = [:]
  private var parts: ArraySlice<CheckpointPart> = []
  /// Nothing is begun before.
  private var pauseEnd = 0.0

  /// A connection that knows of no checkpoint.
  init(leastSeconds: Double = CheckpointDelivery.wantedSeconds) {
    self.leastSeconds = leastSeconds
  }

  /// Whether parts of a checkpoint wait.
  var isUnderWay: Bool { !parts.isEmpty }

  /// When the checkpoint of a trial may be delivered.
  /// - Parameters:
  ///   - key: The trial.
  ///   - progress: The steps that it is of.
  ///   - began: When the trial began here.
  /// - Returns: The time on the worker's clock in seconds; `nil` where it was delivered.
  func due(_ key: TrialKey, progress: UInt64, began: Double) -> Double? {
    guard let before = delivered[key] else { return max(began + leastSeconds, pauseEnd) }
    guard before.progress < progress else { return nil }
    return max(before.seconds + leastSeconds, pauseEnd)
  }

  /// Begins to deliver a checkpoint; one that is too large to travel counts as delivered.
  mutating func begin(_ key: TrialKey, progress: UInt64, _ bytes: [UInt8], now: Double) {
    delivered[key] = (progress, now)
    parts = CheckpointPart.parts(of: bytes, key: key, progress: progress)?[...] ?? []
    guard isUnderWay, leastSeconds > 0 else { return }
    pauseEnd = now + Double(bytes.count) / CheckpointDelivery.bytesPerSecond
  }

  /// The next part.
  mutating func next() -> CheckpointPart? { parts.popFirst() }

  /// Delivers no more of a trial that has ended.
  mutating func end(_ key: TrialKey) {
    delivered[key] = nil
    if parts.first?.key == key { parts = [] }
  }

  private static var wantedSeconds: Double {
    guard let text = Environment.variable(variable), let seconds = Double(text),
      seconds.isFinite, seconds >= 0
    else { return leastSeconds }
    return seconds
  }
}
