/// What came of the trials behind one cell of a diagram.
package struct OutcomeCounts: Hashable, Sendable {
  /// Trained to their end.
  package var completed: Int
  /// Ended in NaN or Inf.
  package var diverged: Int
  /// Without a result for good.
  package var failed: Int
  /// Asked for and not there yet.
  package var missing: Int

  /// Puts counts together.
  package init(completed: Int = 0, diverged: Int = 0, failed: Int = 0, missing: Int = 0) {
    self.completed = completed
    self.diverged = diverged
    self.failed = failed
    self.missing = missing
  }

  /// The number of trials.
  package var total: Int { completed + diverged + failed + missing }

  static func + (left: OutcomeCounts, right: OutcomeCounts) -> OutcomeCounts {
    OutcomeCounts(
      completed: left.completed + right.completed, diverged: left.diverged + right.diverged,
      failed: left.failed + right.failed, missing: left.missing + right.missing)
  }
}

/// What a diagram knows of a trial, of a reduction over several, or of a cell.
package enum CellState: String, Hashable, Sendable, CaseIterable {
  /// There is a number.
  case value
  /// Trained to its end, and yet without this number: not defined, or no trial met the condition.
  case undefined
  /// Asked for and not there yet.
  case missing
  /// Without a result for good.
  case failed
  /// Ended in NaN or Inf.
  case diverged

  /// Which state a mixture shows, the strongest last: what is known for certain comes before what
  /// may still change.
  var rank: Int {
    switch self {
    case .value: 0
    case .undefined: 1
    case .missing: 2
    case .failed: 3
    case .diverged: 4
    }
  }

  /// The strongest of some states; `nil` for none.
  static func strongest(_ states: some Sequence<CellState>) -> CellState? {
    states.max { $0.rank < $1.rank }
  }
}
