import Protocol

/// What initial condensation of convolutions says, as numbers that a table must show.
extension ConvolutionCondensation {
  static let statements = [condensed, uncondensed, monotone, rectified]

  private static let condensed = StatementDescription(
    name: "C1",
    claim: "With tanh the kernels' effective rank is at most 1.5, their mean |cos| at least 0.9 and"
      + " their alignment at least 0.95 at σ = 1e-4.")
  private static let uncondensed = StatementDescription(
    name: "C2", claim: "With tanh the kernels' effective rank is at least 7 at σ = 1e-1.")
  private static let monotone = StatementDescription(
    name: "C3",
    claim: "With tanh the kernels' effective rank never falls with a larger σ, from 1e-5 to 1e-1.")
  private static let rectified = StatementDescription(
    name: "C4", claim: "With ReLU the kernels' effective rank is at most 4 at σ = 1e-5.")

  /// The parameters that the statements are about: the defaults of everything but σ, the activation
  /// and the cap (a trial counts when it converged).
  private static let fixed: [String: ParameterValue] = [
    "model.channels": .integer(32),
    "init.law": .text(InitializationParameters.Law.deviation.rawValue),
    "init.biases": .text(InitializationParameters.Biases.likeWeights.rawValue),
    "data.source": .text(Source.digits.rawValue),
    "data.samples": .integer(200),
    "data.meanRemoved": .real(0),
    "loss.kind": .text(Loss.squares.rawValue),
    "optimizer.rule": .text(OptimizerParameters.Rule.capped.rawValue),
    "optimizer.learningRate": .real(2),
    "optimizer.relativeStep": .real(0.05),
    "stop.lossFraction": .real(0.9),
  ]

  /// The deviations of the diagram, ascending.
  private static let deviations = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]

  /// Holds the statements against a table.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    let table = ResultTable(rows, fixed: Self.fixed, stop: .rule)
    let rank = EffectiveRank.ofKernels
    return [
      bounds(
        table, Self.condensed, .tanh, 1e-4,
        [
          (rank, { $0 <= 1.5 }), (KernelDirections.meanCosine, { $0 >= 0.9 }),
          (KernelDirections.alignment, { $0 >= 0.95 }),
        ]),
      bounds(table, Self.uncondensed, .tanh, 1e-1, [(rank, { $0 >= 7 })]),
      monotone(table),
      bounds(table, Self.rectified, .relu, 1e-5, [(rank, { $0 <= 4 })]),
    ]
  }

  private func cell(_ activation: ActivationWord, _ deviation: Double) -> [String: ParameterValue] {
    ["model.activation": .text(activation.rawValue), "init.deviation": .real(deviation)]
  }

  private func bounds(
    _ table: ResultTable, _ statement: StatementDescription, _ activation: ActivationWord,
    _ deviation: Double,
    _ bounds: [(measure: MeasureDescription, agrees: (Double) -> Bool)]
  ) -> StatementVerdict {
    var findings = StatementFindings()
    for (measure, agrees) in bounds {
      let name = "\(measure.label)(\(activation.rawValue), \(deviation))"
      guard let value = table.median(measure.name, at: cell(activation, deviation)) else {
        findings.recordMissing(name)
        continue
      }
      findings.record("\(name) = \(Numeral.thousandths(value))", agrees: agrees(value))
    }
    return findings.verdict(on: statement, remark: table.remark)
  }

  private func monotone(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    var last = -Double.infinity
    for deviation in Self.deviations {
      guard
        let value = table.median(EffectiveRank.ofKernels.name, at: cell(.tanh, deviation))
      else {
        findings.recordMissing("effective rank(tanh, \(deviation))")
        continue
      }
      findings.record("σ = \(deviation): \(Numeral.thousandths(value))", agrees: value >= last)
      last = value
    }
    return findings.verdict(on: Self.monotone, remark: table.remark)
  }
}
