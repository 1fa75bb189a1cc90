import Protocol

/// What the publication's pictures say at small size, as numbers that a table must show.
extension CompositeAnchors {
  static let statements = [inferential, complexity, learned]

  private static let inferential = StatementDescription(
    name: "A1",
    claim:
      "With the exception, best of the learning rates 5e-4, 1e-3 and 1.5e-3 in each of five replicates"
      + " among runs with an exception accuracy of at least 0.8: the mean inferential accuracy at"
      + " γ = 1.0 is at least 0.20 above that at γ = 0.6, the near-inferential one at least 0.35.")
  private static let complexity = StatementDescription(
    name: "A4",
    claim:
      "At the learning rate 1e-3 the median |cos| of W_Q is at least 0.75 at γ = 1.0, at most 0.6 at"
      + " 0.6 and at most 0.3 at 0.4; in every replicate the effective rank of the embedding at"
      + " γ = 1.0 is at most half of that at 0.6.")
  private static let learned = StatementDescription(
    name: "A5",
    claim:
      "At the learning rate 1e-3 the median training accuracy is at least 0.95 and the median test"
      + " accuracy at least 0.9 for γ = 0.4 to 0.8, and at least 0.9 and 0.8 at γ = 1.0.")

  /// The replicates that every number is over at least.
  private static let replicatesMin = 5
  /// The learning rates of which the best counts.
  private static let rates = [5e-4, 1e-3, 1.5e-3]
  /// The learning rate of the statements on complexity and on what is learned.
  private static let rate = 1e-3
  /// Below this accuracy on the exception a run has not learned what (4, 3) is to be told from.
  private static let exceptionMin = 0.8

  /// Holds the statements against a table: rows of the default parameters but γ and learning rate.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    var fixed: [String: ParameterValue] = [:]
    for parameter in description.parameters
    where !["init.gamma", "optimizer.learningRate"].contains(parameter.name) {
      fixed[parameter.name] = parameter.defaultValue
    }
    let table = ResultTable(rows, fixed: fixed, stop: .steps)
    return [inferential(table), complexity(table), learned(table)]
  }

  private func cell(_ gamma: Double, rate: Double = CompositeAnchors.rate) -> [String:
    ParameterValue]
  {
    ["init.gamma": .real(gamma), "optimizer.learningRate": .real(rate)]
  }

  private func inferential(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    for (measure, least) in [(CompositeAnswers.inferential, 0.2), (CompositeAnswers.near, 0.35)] {
      let means = [1, 0.6].map { meanOfBest(measure, gamma: $0, table) }
      guard let small = means[0], let large = means[1] else {
        let gammas = zip(["1.0", "0.6"], means).filter { $0.1 == nil }.map(\.0)
        findings.recordMissing(
          "\(measure.label) of five replicates at γ = \(gammas.joined(separator: " and "))")
        continue
      }
      findings.record(
        "\(measure.label)(1.0) - (0.6) = \(Numeral.thousandths(small)) -"
          + " \(Numeral.thousandths(large)) = \(Numeral.thousandths(small - large))",
        agrees: small - large >= least)
    }
    return findings.verdict(on: Self.inferential, remark: table.remark)
  }

  /// The mean over replicates that have all rates of the best value among the runs that learned the
  /// exception; `nil` with fewer than five such replicates.
  private func meanOfBest(
    _ measure: MeasureDescription, gamma: Double, _ table: ResultTable
  ) -> Double? {
    let byRate = Self.rates.map { table.measures(at: cell(gamma, rate: $0)) }
    let replicates = byRate.dropFirst().reduce(Set(byRate[0].keys)) { $0.intersection($1.keys) }
    let best = replicates.sorted().compactMap { replicate in
      byRate.flatMap { $0[replicate] ?? [] }
        .filter { ($0[CompositeAnswers.exception.name] ?? 0) >= Self.exceptionMin }
        .compactMap { $0[measure.name] }.max()
    }
    guard best.count >= Self.replicatesMin else { return nil }
    return best.reduce(0, +) / Double(best.count)
  }

  /// The median at the one learning rate; `nil` with fewer than five replicates.
  private func median(
    _ measure: MeasureDescription, gamma: Double, _ table: ResultTable
  ) -> Double? {
    let numbers = table.numbers(measure.name, at: cell(gamma))
    return numbers.count >= Self.replicatesMin ? PhaseTable.median(numbers) : nil
  }

  private func complexity(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    let bounds: [(gamma: Double, agrees: (Double) -> Bool)] = [
      (1, { $0 >= 0.75 }), (0.6, { $0 <= 0.6 }), (0.4, { $0 <= 0.3 }),
    ]
    for (gamma, agrees) in bounds {
      let name = "\(QueryDirections.meanCosine.label)(\(Numeral.short(gamma)))"
      if let median = median(QueryDirections.meanCosine, gamma: gamma, table) {
        findings.record("\(name) = \(Numeral.thousandths(median))", agrees: agrees(median))
      } else {
        findings.recordMissing("\(name) of five replicates")
      }
    }
    let (small, large) = (table.measures(at: cell(1)), table.measures(at: cell(0.6)))
    let replicates = Set(small.keys).intersection(large.keys).sorted()
    let name = EmbeddingOrder.rank.name
    if replicates.count < Self.replicatesMin {
      findings.recordMissing("\(EmbeddingOrder.rank.label) at γ = 1.0 and 0.6 of five replicates")
    }
    for replicate in replicates {
      guard let one = small[replicate]?.first?[name], let other = large[replicate]?.first?[name]
      else { continue }
      findings.record(
        "\(EmbeddingOrder.rank.label)(1.0) = \(Numeral.thousandths(one)) to"
          + " (0.6) = \(Numeral.thousandths(other)) in replicate \(replicate)",
        agrees: one <= 0.5 * other)
    }
    return findings.verdict(on: Self.complexity, remark: table.remark)
  }

  private func learned(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    for gamma in [0.4, 0.5, 0.6, 0.7, 0.8, 1] {
      let bounds = gamma < 0.9 ? (0.95, 0.9) : (0.9, 0.8)
      for (measure, least) in [(Accuracy.onTraining, bounds.0), (Accuracy.onTest, bounds.1)] {
        let name = "\(measure.label)(\(Numeral.short(gamma)))"
        if let median = median(measure, gamma: gamma, table) {
          findings.record("\(name) = \(Numeral.thousandths(median))", agrees: median >= least)
        } else {
          findings.recordMissing("\(name) of five replicates")
        }
      }
    }
    return findings.verdict(on: Self.learned, remark: table.remark)
  }
}
