package import Protocol

/// What trials will cost, by the study's own formula for its multiply-adds.
///
/// ```swift
/// var estimate = try CostEstimate(plan.study)
/// for trial in plan.trials where catalog.lacks(trial.key) { estimate.add(trial.specification) }
/// print(estimate.coreSeconds())
/// ```
package struct CostEstimate: Sendable {
  /// Multiply-adds that one core is taken to do in a second, where nothing was measured: a tenth to
  /// a fifth of what a core with AVX2 can do at most, as small networks leave much of it idle.
  package static let multiplyAddsPerCoreSecond = 2e9

  /// How many trials were added.
  package private(set) var trialCount = 0
  /// How many of them the formula gives no price for.
  package private(set) var unpricedCount = 0
  /// The multiply-adds of the others.
  package private(set) var multiplyAdds = 0.0
  /// Multiply-adds of the trials whose processor time was measured.
  private var measuredMultiplyAdds = 0.0
  /// Their processor time, in seconds.
  private var measuredSeconds = 0.0
  private var measuredCount = 0

  private let formula: Expression?
  private let names: [String]

  /// Reads the study's formula.
  /// - Throws: ``SweepFileError`` `sweep.study-description` for a formula that cannot be read.
  package init(_ study: StudyDescription) throws(SweepFileError) {
    guard !study.cost.isEmpty else {
      (formula, names) = (nil, [])
      return
    }
    do throws(ExpressionError) {
      let formula = try Expression(parsing: study.cost)
      self.formula = formula
      names = formula.references.map(\.name)
    } catch {
      throw SweepFileError(
        .studyDescription, key: "cost", "the cost of study \(study.name): \(error.message)",
        remedy: "Use a worker of the same release, or correct the study.")
    }
  }

  /// Adds a trial that is to be trained.
  package mutating func add(_ trial: TrialSpecification) {
    trialCount += 1
    if let price = price(of: trial) { multiplyAdds += price } else { unpricedCount += 1 }
  }

  /// Learns from a trial that was trained.
  /// - Parameters:
  ///   - trial: The trial.
  ///   - cpuSeconds: The processor time that it used, in seconds.
  package mutating func learn(_ trial: TrialSpecification, cpuSeconds: Double) {
    guard let price = price(of: trial), price > 0, cpuSeconds > 0, cpuSeconds.isFinite else {
      return
    }
    measuredMultiplyAdds += price
    measuredSeconds += cpuSeconds
    measuredCount += 1
  }

  /// The multiply-adds of one trial; `nil` where the formula gives no finite number of at least 0.
  package func price(of trial: TrialSpecification) -> Double? {
    // A formula that does not fit its study prices nothing, which `unpricedCount` says.
    let value = try? formula?.evaluateByPosition({ index in
      trial.parameters[names[index]].map { ExpressionValue($0) }
    })
    guard case .number(let price)? = value, price.isFinite, price >= 0 else { return nil }
    return price
  }

  /// The processor time of all added trials, in seconds, at the measured or else the assumed rate.
  package var coreSeconds: Double { multiplyAdds * secondsPerMultiplyAdd }

  /// What the time is based on, in words.
  package var assumption: String {
    let basis =
      measuredCount > 0
      ? "as \(measuredCount) \(measuredCount == 1 ? "trial" : "trials") of this sweep took"
      : "assuming 2e9 multiply-adds a second on each core"
    guard unpricedCount > 0 else { return basis }
    return "\(basis); \(unpricedCount) of the trials have no price"
  }

  private var secondsPerMultiplyAdd: Double {
    measuredCount > 0
      ? measuredSeconds / measuredMultiplyAdds : 1 / CostEstimate.multiplyAddsPerCoreSecond
  }
}
