/// Who decides when a checkpoint of a trial is due, and where it goes.
///
/// The kernel reads no clock and no file: it asks between two steps, and hands over bytes.
public protocol CheckpointKeeper: AnyObject, Sendable {
  /// What the trial has cost so far, those parts of it included that it goes on from.
  var spent: TrialCost { get }

  /// Whether a checkpoint is due; asked between two steps.
  /// - Parameter progress: Steps taken so far, in all stages.
  /// - Returns: After how many more steps to ask again, at least 1; `nil` when one is due now.
  func stepsToNext(after progress: UInt64) -> UInt64?

  /// Keeps a checkpoint in place of the one before.
  /// - Parameters:
  ///   - progress: Steps taken so far, in all stages.
  ///   - write: Writes it: calls the function that it is given with one piece after the other, until
  ///     there is no more or the function returns false.
  func keep(progress: UInt64, _ write: (_ take: @escaping ([UInt8]) -> Bool) -> Void)
}

/// What a trial has cost so far.
public struct TrialCost: Hashable, Sendable {
  /// Processor time, in seconds.
  public var cpuSeconds: Double
  /// Time, in seconds.
  public var wallSeconds: Double

  /// Puts a cost together.
  public init(cpuSeconds: Double = 0, wallSeconds: Double = 0) {
    self.cpuSeconds = cpuSeconds
    self.wallSeconds = wallSeconds
  }
}
