/// When a training ends.
public struct StopRule: Hashable, Sendable {
  /// The loss at which it ends.
  public enum LossTarget: Hashable, Sendable {
    /// No loss ends it.
    case none
    /// At most this loss.
    case atMost(Double)
    /// At most this fraction of the loss before the first step.
    case fractionOfFirst(Double)
  }
  /// The number of steps at which it ends whatever the loss.
  public enum Limit: Hashable, Sendable {
    /// As many steps as were asked for: the training is then complete.
    case steps(UInt64)
    /// A bound on steps that should not be reached: the training has then not converged.
    case cap(UInt64)
  }
  /// The loss at which it ends, tested before every step.
  public var loss: LossTarget
  /// The most steps.
  public var limit: Limit

  /// Puts a rule together.
  public init(loss: LossTarget = .none, limit: Limit) {
    self.loss = loss
    self.limit = limit
  }

  /// The loss that ends a training which began with this one.
  func target(firstLoss: Double) -> Double? {
    switch loss {
    case .none: nil
    case .atMost(let value): value
    case .fractionOfFirst(let fraction): fraction * firstLoss
    }
  }

  /// The most steps.
  var stepsMax: UInt64 {
    switch limit {
    case .steps(let count), .cap(let count): count
    }
  }
}
