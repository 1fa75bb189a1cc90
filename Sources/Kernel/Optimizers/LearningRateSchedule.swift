/// How large a step is, by its number: a value that is asked before every step.
///
/// Steps count from 0: the rate at step n is that of the update after n updates. The bits are the
/// same on every machine.
public struct LearningRateSchedule: Hashable, Sendable {
  private enum Form: Hashable, Sendable {
    case constant(Double)
    case steps(first: Double, factor: Double, every: UInt64)
    case warmUp(WarmUp)
  }

  private struct WarmUp: Hashable {
    let first: Double
    let peak: Double
    let floor: Double
    let warmUpSteps: UInt64
    let cosineSteps: UInt64

    func rate(atStep step: UInt64) -> Double {
      if step < warmUpSteps {
        return first + (peak - first) * (Double(step) / Double(warmUpSteps))
      }
      let gone = step - warmUpSteps
      guard gone < cosineSteps else { return floor }
      let turns = 0.5 * Double(gone) / Double(cosineSteps)
      return floor + (peak - floor) * (0.5 * (1 + Elementary.sineAndCosine(turns: turns).cosine))
    }
  }

  private let form: Form
  private var heldSteps: UInt64 = 1
  private var stepsBefore: UInt64 = 0

  /// The same rate at every step.
  public static func constant(_ rate: Double) -> LearningRateSchedule {
    LearningRateSchedule(form: .constant(rate))
  }

  /// A rate that is multiplied again and again: rate(n) = first factor^floor(n / every).
  ///
  /// Source: PyTorch's `StepLR`.
  /// - Parameters:
  ///   - first: The rate at step 0.
  ///   - factor: What it is multiplied with.
  ///   - every: After how many steps, at least 1.
  /// - Returns: The schedule.
  public static func steps(
    first: Double, factor: Double, every: UInt64
  ) -> LearningRateSchedule {
    precondition(every > 0, "a rate is kept for at least one step")
    return LearningRateSchedule(form: .steps(first: first, factor: factor, every: every))
  }

  /// A straight rise followed by half a cosine down to a floor, and the floor from then on.
  ///
  /// With W warm-up and T cosine steps: rate(n) = first + (peak - first) n / W for n < W, then
  /// floor + (peak - floor) (1 + cos(pi (n - W) / T)) / 2 for n <= W + T. A rise from nothing begins
  /// with `first` = peak / W, so that no step is lost.
  /// - Parameters:
  ///   - first: The rate at step 0, if there is a warm-up.
  ///   - peak: The rate at step W.
  ///   - floor: The rate from step W + T on.
  ///   - warmUpSteps: W; 0 begins at the peak.
  ///   - cosineSteps: T; 0 goes to the floor at once.
  /// - Returns: The schedule.
  public static func warmUpThenCosine(
    first: Double = 0, peak: Double, floor: Double = 0, warmUpSteps: UInt64, cosineSteps: UInt64
  ) -> LearningRateSchedule {
    LearningRateSchedule(
      form: .warmUp(
        WarmUp(
          first: first, peak: peak, floor: floor, warmUpSteps: warmUpSteps,
          cosineSteps: cosineSteps)))
  }

  /// The same schedule with each of its steps held for several steps of the training, such as the
  /// batches of an epoch.
  public func held(forSteps count: UInt64) -> LearningRateSchedule {
    precondition(count > 0, "a rate is kept for at least one step")
    var result = self
    result.heldSteps = count
    return result
  }

  /// The same schedule from a later step on, for a stage that goes on with that of an earlier one.
  public func advanced(bySteps count: UInt64) -> LearningRateSchedule {
    var result = self
    result.stepsBefore += count
    return result
  }

  /// The rate of a step.
  /// - Parameter step: Its number, from 0.
  /// - Returns: What the direction of the step is multiplied with.
  public func rate(atStep step: UInt64) -> Double {
    let step = (step + stepsBefore) / heldSteps
    switch form {
    case .constant(let rate): return rate
    case .steps(let first, let factor, let every):
      return first * Elementary.power(factor, whole: step / every)
    case .warmUp(let shape): return shape.rate(atStep: step)
    }
  }
}
