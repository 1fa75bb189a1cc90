import Glibc
import Planning

extension DiagramRequest.Summary {
  /// Whether trials without a number are passed over because one good trial is enough.
  ///
  /// The best of several learning rates is there as soon as one of them trained well; a mean, a
  /// median or a slope without the trials that diverged would show something that was not asked.
  var passesOver: Bool {
    switch self {
    case .minimum, .maximum: true
    case .mean, .median, .quantile, .slope, .logLogSlope, .at: false
    }
  }

  /// Whether the values of the axis enter, which then must be numbers.
  var needsNumbers: Bool {
    switch self {
    case .slope, .logLogSlope: true
    default: false
    }
  }

  /// What is known of a reduction over trials of some states.
  ///
  /// - Parameters:
  ///   - states: the trials that take part: those that meet the condition, or still may.
  ///   - asked: all trials that were meant.
  /// - Returns: `.value` when ``number(of:over:)`` is to be asked.
  func state(of states: [CellState], asked: [CellState]) -> CellState {
    guard !states.isEmpty else {
      // Nothing met the condition; where nothing could, the reason is more telling.
      let hasCompleted = asked.contains { $0 == .value || $0 == .undefined }
      return hasCompleted ? .undefined : CellState.strongest(asked) ?? .undefined
    }
    guard passesOver else { return CellState.strongest(states) ?? .undefined }
    if states.contains(.missing) { return .missing }
    if states.contains(.value) { return .value }
    return CellState.strongest(states) ?? .undefined
  }

  /// One number out of several; NaN where it is not defined.
  ///
  /// - Parameters:
  ///   - numbers: the trials' numbers, NaN where there is none.
  ///   - abscissas: the values of the axis, for slopes.
  /// - Returns: the summary.
  func number(of numbers: [Double], over abscissas: [Double]) -> Double {
    let finite = numbers.filter(\.isFinite)
    if passesOver {
      return (self == .minimum ? finite.min() : finite.max()) ?? .nan
    }
    guard finite.count == numbers.count, !numbers.isEmpty else { return .nan }
    return switch self {
    case .mean: Statistics.mean(numbers)
    case .median: Statistics.quantile(numbers, share: 0.5)
    case .quantile(let share): Statistics.quantile(numbers, share: share)
    case .minimum, .maximum: .nan
    case .slope: Statistics.slope(abscissas, numbers)
    case .logLogSlope:
      abscissas.allSatisfy { $0 > 0 } && numbers.allSatisfy { $0 > 0 }
        ? Statistics.slope(abscissas.map(log), numbers.map(log)) : .nan
    case .at: numbers.count == 1 ? numbers[0] : .nan
    }
  }
}
