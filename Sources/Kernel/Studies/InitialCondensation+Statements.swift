import Protocol

/// What the phase diagram of initial condensation says, as numbers that a table must show.
extension InitialCondensation {
  static let statements = [condensed, uncondensed, signs, growth]

  private static let condensed = StatementDescription(
    name: "B1",
    claim: "At γ = 2 the alignment of networks of 4000 neurons or more is at least 0.95 for"
      + " γ′ = -0.5 and 0.")
  private static let uncondensed = StatementDescription(
    name: "B2",
    claim: "At γ = 0.6, 0.8 and 1 the alignment of networks of 4000 neurons or more is at most 0.40"
      + " for γ′ = -0.5, 0 and 0.5.")
  private static let signs = StatementDescription(
    name: "B3",
    claim: "The slope of log RD(w) over log m has the sign of γ - max(1, 1 + γ′) wherever that is"
      + " at least 0.2 in size, for γ = 0.6, 0.8, 1, 1.2, 1.5 and 2 and γ′ = -0.5, 0 and 0.5.")
  private static let growth = StatementDescription(
    name: "B4",
    claim: "At γ = 1.5, γ′ = -0.5 the alignment grows with every larger width, up to 4000 neurons"
      + " or more.")

  /// The parameters that the statements are about: the defaults of everything but the exponents,
  /// the width, the cap (a trial counts when it converged) and the loss's factor (which changes no
  /// path).
  private static let fixed: [String: ParameterValue] = [
    "init.antisymmetric": .boolean(true),
    "data.target": .text(Target.sineOfSum.rawValue),
    "data.samples": .integer(40),
    "data.dimension": .integer(5),
    "data.phase": .real(0.5),
    "data.offset": .real(0.3),
    "data.seed": .integer(123),
    "optimizer.curvatureFraction": .real(0.5),
    "optimizer.relativeStep": .real(0.05),
    "stop.lossFraction": .real(0.9),
  ]

  /// The width from which on the alignments of the statements are taken.
  private static let alignedWidthMin = 4000

  /// Holds the statements against a table.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    let table = PhaseTable(rows, fixed: InitialCondensation.fixed)
    return [
      alignments(
        table, InitialCondensation.condensed, gammas: [2], gammaPrimes: [-0.5, 0]
      ) { $0 >= 0.95 },
      alignments(
        table, InitialCondensation.uncondensed, gammas: [0.6, 0.8, 1], gammaPrimes: [-0.5, 0, 0.5]
      ) { $0 <= 0.40 },
      signs(table),
      growth(table),
    ]
  }

  private func alignments(
    _ table: PhaseTable, _ statement: StatementDescription, gammas: [Double],
    gammaPrimes: [Double], agrees: (Double) -> Bool
  ) -> StatementVerdict {
    var findings = StatementFindings()
    for gammaPrime in gammaPrimes {
      for gamma in gammas {
        let point = PhasePoint(gamma, gammaPrime)
        guard let width = table.widths(at: point).last,
          width >= InitialCondensation.alignedWidthMin,
          let value = table.value(of: Alignment.description.name, at: point, width: width)
        else {
          findings.recordMissing("alignment\(point.text) of a wide network")
          continue
        }
        findings.record(
          "alignment\(point.text) = \(Numeral.thousandths(value))", agrees: agrees(value))
      }
    }
    return findings.verdict(on: statement, remark: table.remark)
  }

  private func signs(_ table: PhaseTable) -> StatementVerdict {
    var findings = StatementFindings()
    for gammaPrime in [-0.5, 0, 0.5] {
      for gamma in [0.6, 0.8, 1, 1.2, 1.5, 2] {
        let point = PhasePoint(gamma, gammaPrime)
        let distance = gamma - TwoLayerParameters.boundaryGamma(gammaPrime: gammaPrime)
        guard abs(distance) >= 0.2 - PhaseTable.tolerance else { continue }
        guard let slope = table.slope(of: RelativeChange.inputWeights.name, at: point) else {
          findings.recordMissing("slope\(point.text)")
          continue
        }
        findings.record(
          "slope\(point.text) = \(Numeral.thousandths(slope))", agrees: slope * distance > 0)
      }
    }
    return findings.verdict(on: InitialCondensation.signs, remark: table.remark)
  }

  private func growth(_ table: PhaseTable) -> StatementVerdict {
    var findings = StatementFindings()
    let point = PhasePoint(1.5, -0.5)
    let widths = table.widths(at: point)
    guard let least = widths.first, let greatest = widths.last,
      greatest >= InitialCondensation.alignedWidthMin,
      Double(greatest) >= PhaseTable.widthSpanMin * Double(least)
    else {
      findings.recordMissing("alignment\(point.text) over widths from a quarter of 4000 to 4000")
      return findings.verdict(on: InitialCondensation.growth, remark: table.remark)
    }
    var last = -Double.infinity
    for width in widths {
      guard let value = table.value(of: Alignment.description.name, at: point, width: width) else {
        continue
      }
      findings.record("m = \(width): \(Numeral.thousandths(value))", agrees: value > last)
      last = value
    }
    return findings.verdict(on: InitialCondensation.growth, remark: table.remark)
  }
}
