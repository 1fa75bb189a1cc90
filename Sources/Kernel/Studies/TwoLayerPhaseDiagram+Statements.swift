import Protocol

/// What the publication's figures say, as numbers that a table of results must show.
extension TwoLayerPhaseDiagram {
  static let statements = [slopesAtReferences, boundary, signs, directions]

  private static let slopesAtReferences = StatementDescription(
    name: "A1",
    claim: "At γ′ = 0 the slope S_w of log RD(w) over log m is -0.5 ± 0.06 at γ = 0.5, 0 ± 0.05 at"
      + " γ = 1 and 0.375 ± 0.06 at γ = 1.75.")
  private static let boundary = StatementDescription(
    name: "A2",
    claim: "For each γ′ from -0.4 to 0.3 in steps of 0.1, S_w crosses zero within 0.10 of"
      + " γ = max(1, 1 + γ′).")
  private static let signs = StatementDescription(
    name: "A3",
    claim: "S_w has the predicted sign in every cell of γ from 0.6 to 1.4 and γ′ from -0.4 to 0.4"
      + " in steps of 0.1 whose predicted slope is more than 0.1 in size.")
  private static let directions = StatementDescription(
    name: "A4",
    claim: "In the widest networks the number of directions is at most 6 at γ = 1.4 for γ′ <= 0,"
      + " and at least 50 at γ = 0.6 for every γ′, both for γ′ from -0.4 to 0.4 in steps of 0.1.")

  /// The parameters that the statements are about: the defaults of everything but the exponents,
  /// the width, the cap (a trial counts when it converged) and the loss's factor (which changes no
  /// path).
  private static let fixed: [String: ParameterValue] = [
    "init.antisymmetric": .boolean(true),
    "data.target": .text(LinePoints.fourPoints.rawValue),
    "optimizer.curvatureFraction": .real(0.5),
    "optimizer.relativeStep": .real(0.05),
    "stop.lossFraction": .real(1e-5),
  ]

  /// How far apart two cells may be for a zero to be interpolated between them.
  private static let stepMax = 0.2

  /// Holds the statements against a table.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    let table = PhaseTable(rows, fixed: TwoLayerPhaseDiagram.fixed)
    return [
      slopesAtReferences(table), boundary(table), signs(table), directions(table),
    ]
  }

  private func slopesAtReferences(_ table: PhaseTable) -> StatementVerdict {
    var findings = StatementFindings()
    for (gamma, expected, tolerance) in [(0.5, -0.5, 0.06), (1, 0, 0.05), (1.75, 0.375, 0.06)] {
      let point = PhasePoint(gamma, 0)
      guard let slope = table.slope(of: RelativeChange.inputWeights.name, at: point) else {
        findings.recordMissing("S_w\(point.text)")
        continue
      }
      findings.record(
        "S_w\(point.text) = \(Numeral.thousandths(slope))",
        agrees: abs(slope - expected) <= tolerance)
    }
    return findings.verdict(on: TwoLayerPhaseDiagram.slopesAtReferences, remark: table.remark)
  }

  private func boundary(_ table: PhaseTable) -> StatementVerdict {
    var findings = StatementFindings()
    for tenths in -4...3 {
      let gammaPrime = Double(tenths) / 10
      let theory = TwoLayerParameters.boundaryGamma(gammaPrime: gammaPrime)
      let samples = table.points.filter { $0.isOnRow(gammaPrime) }.compactMap { point in
        table.slope(of: RelativeChange.inputWeights.name, at: point).map { (point.gamma, $0) }
      }
      let name = "γ′ = \(Numeral.short(gammaPrime))"
      // The statement is about the crossing near the line; the farthest one counts, so that a
      // crossing elsewhere is not hidden by one in the right place.
      let zeros = PhaseTable.zeros(samples, stepMax: TwoLayerPhaseDiagram.stepMax)
      if let zero = zeros.max(by: { abs($0 - theory) < abs($1 - theory) }) {
        findings.record(
          "\(name): zero at \(Numeral.thousandths(zero))",
          agrees: abs(zero - theory) <= 0.1 + PhaseTable.tolerance)
      } else if PhaseTable.covers(
        samples.map(\.0), from: theory - 0.1, to: theory + 0.1,
        stepMax: TwoLayerPhaseDiagram.stepMax)
      {
        findings.record("\(name): no zero", agrees: false)
      } else {
        findings.recordMissing("slopes around γ = \(Numeral.short(theory)) at \(name)")
      }
    }
    return findings.verdict(on: TwoLayerPhaseDiagram.boundary, remark: table.remark)
  }

  private func signs(_ table: PhaseTable) -> StatementVerdict {
    var findings = StatementFindings()
    for point in TwoLayerPhaseDiagram.figure {
      let predicted = TwoLayerPhaseDiagram.predictedSlope(at: point)
      guard abs(predicted) > 0.1 else { continue }
      guard let slope = table.slope(of: RelativeChange.inputWeights.name, at: point) else {
        findings.recordMissing("S_w\(point.text)")
        continue
      }
      findings.record(
        "S_w\(point.text) = \(Numeral.thousandths(slope)) (predicted"
          + " \(Numeral.thousandths(predicted)))",
        agrees: slope * predicted > 0)
    }
    return findings.verdict(on: TwoLayerPhaseDiagram.signs, remark: table.remark) { agreeing, all in
      "\(agreeing) of \(all) cells have the predicted sign"
    }
  }

  private func directions(_ table: PhaseTable) -> StatementVerdict {
    var findings = StatementFindings()
    for point in TwoLayerPhaseDiagram.figure {
      let agrees: (Double) -> Bool
      if point.isOnColumn(0.6) {
        agrees = { $0 >= 50 }
      } else if point.isOnColumn(1.4), point.gammaPrime <= 0 {
        agrees = { $0 <= 6 }
      } else {
        continue
      }
      guard let number = table.widestValue(of: DirectionNumber.description.name, at: point) else {
        findings.recordMissing("N_dir\(point.text)")
        continue
      }
      findings.record(
        "N_dir\(point.text) = \(Numeral.thousandths(number))", agrees: agrees(number))
    }
    return findings.verdict(on: TwoLayerPhaseDiagram.directions, remark: table.remark)
  }

  /// The cells of the publication's figure, row by row.
  private static let figure: [PhasePoint] = (-4...4).flatMap { prime in
    (6...14).map { PhasePoint(Double($0) / 10, Double(prime) / 10) }
  }
}
