import Protocol

/// What the publication's pictures say at small size, as numbers that a table must show.
extension MatchingReasoning {
  static let statements = [oneStep, twoSteps, earlier, withMatrices]

  private static let oneStep = StatementDescription(
    name: "A1",
    claim:
      "One step (k = 1, two blocks, N = 2000, 800 steps of training), LayerNorm after and before: the"
      + " mean out-of-distribution accuracy is at least 0.75 at γ = 0.8 and at most 0.35 at γ = 0.3,"
      + " top1(1) at least 0.7 and at most 0.2.")
  private static let twoSteps = StatementDescription(
    name: "A2",
    claim:
      "Two steps, LayerNorm after, γ = 0.8: the mean out-of-distribution accuracy is at least 0.95,"
      + " top1(1) and top1(2) at least 0.9, MS(1) and MS(2) at least 0.5.")
  private static let earlier = StatementDescription(
    name: "A3",
    claim:
      "Two steps, γ = 0.8: the first step with an out-of-distribution accuracy of at least 0.9, a run"
      + " without one counting as all its steps, is smaller in the mean with LayerNorm after than"
      + " before.")
  private static let withMatrices = StatementDescription(
    name: "A4",
    claim: "Two steps, LayerNorm after, γ = 0.8, with normal fixed matrices: the bounds of A2 hold."
  )

  /// The replicates that every mean is over at least.
  private static let replicatesMin = 3
  /// What the statements are not all about at one value.
  private static let free: Set<String> = [
    "data.steps", "data.samples", "training.steps", "model.depth", "model.normalization",
    "model.fixedMatrices", "init.gamma",
  ]

  /// Holds the statements against a table: rows of the default parameters but those of the axes.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    var fixed: [String: ParameterValue] = [:]
    for parameter in description.parameters where !Self.free.contains(parameter.name) {
      fixed[parameter.name] = parameter.defaultValue
    }
    let table = ResultTable(rows, fixed: fixed, stop: .steps)
    return [
      oneStep(table), bounds(table, Self.twoSteps, matrices: .none), earlier(table),
      bounds(table, Self.withMatrices, matrices: .normal),
    ]
  }

  private func cell(
    oneStep: Bool, _ normalization: NormalizationWord, gamma: Double,
    matrices: FixedMatrixParameters.Kind = .none
  ) -> [String: ParameterValue] {
    [
      "data.steps": .integer(oneStep ? 1 : 2), "data.samples": .integer(oneStep ? 2000 : 40_000),
      "training.steps": .integer(oneStep ? 800 : 3000), "model.depth": .integer(oneStep ? 2 : 3),
      "model.normalization": .text(normalization.rawValue),
      "model.fixedMatrices": .text(matrices.rawValue), "init.gamma": .real(gamma),
    ]
  }

  private func record(
    _ measure: MeasureDescription, _ table: ResultTable, _ cell: [String: ParameterValue],
    _ place: String, in findings: inout StatementFindings, agrees: (Double) -> Bool
  ) {
    let name = "\(measure.label)\(place)"
    if let mean = table.mean(measure.name, at: cell, replicatesMin: Self.replicatesMin) {
      findings.record("\(name) = \(Numeral.thousandths(mean))", agrees: agrees(mean))
    } else {
      findings.recordMissing("\(name) of three replicates")
    }
  }

  private func oneStep(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    for normalization in [NormalizationWord.post, .pre] {
      let small = cell(oneStep: true, normalization, gamma: 0.8)
      let large = cell(oneStep: true, normalization, gamma: 0.3)
      let (here, there) = (" (\(normalization.rawValue), 0.8)", " (\(normalization.rawValue), 0.3)")
      record(ReasoningProgress.new, table, small, here, in: &findings) { $0 >= 0.75 }
      record(ReasoningProgress.new, table, large, there, in: &findings) { $0 <= 0.35 }
      record(Matching.tops[0], table, small, here, in: &findings) { $0 >= 0.7 }
      record(Matching.tops[0], table, large, there, in: &findings) { $0 <= 0.2 }
    }
    return findings.verdict(on: Self.oneStep, remark: table.remark)
  }

  private func bounds(
    _ table: ResultTable, _ statement: StatementDescription,
    matrices: FixedMatrixParameters.Kind
  ) -> StatementVerdict {
    var findings = StatementFindings()
    let cell = cell(oneStep: false, .post, gamma: 0.8, matrices: matrices)
    record(ReasoningProgress.new, table, cell, "", in: &findings) { $0 >= 0.95 }
    for index in 0..<2 {
      record(Matching.tops[index], table, cell, "", in: &findings) { $0 >= 0.9 }
      record(Matching.scores[index], table, cell, "", in: &findings) { $0 >= 0.5 }
    }
    return findings.verdict(on: statement, remark: table.remark)
  }

  private func earlier(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    let means = [NormalizationWord.post, .pre].map {
      table.mean(
        ReasoningProgress.newMost.name, at: cell(oneStep: false, $0, gamma: 0.8),
        replicatesMin: Self.replicatesMin)
    }
    if let after = means[0], let before = means[1] {
      findings.record(
        "\(ReasoningProgress.newMost.label): \(Numeral.thousandths(after)) after,"
          + " \(Numeral.thousandths(before)) before",
        agrees: after < before)
    } else {
      findings.recordMissing("\(ReasoningProgress.newMost.label) of three replicates each")
    }
    return findings.verdict(on: Self.earlier, remark: table.remark)
  }
}
