import Protocol

/// What dropout does to neurons and minima, as numbers that a table must show.
extension DropoutCondensation {
  static let statements = [condensed, traced, nearby, tested, uncondensed]

  private static let condensed = StatementDescription(
    name: "A1",
    claim:
      "With dropout at p = 0.5, 0.7, 0.8, 0.9 and 0.95 the median direction number is at most 0.33"
      + " of that with neither, and with R₁ at p = 0.9 at most 0.2 of it.")
  private static let traced = StatementDescription(
    name: "A2",
    claim:
      "With dropout at p = 0.5, 0.7, 0.8, 0.9 and 0.95 the median of Tr J Jᵀ / n is at most 0.15 of"
      + " that with neither, and with R₁ at p = 0.9 at most 0.3 of it.")
  private static let nearby = StatementDescription(
    name: "A3",
    claim:
      "With dropout at p = 0.5, 0.7, 0.8, 0.9 and 0.95 the median of L(0.3) is at most 0.2 of that"
      + " with neither.")
  private static let tested = StatementDescription(
    name: "A4",
    claim: "With dropout at p = 0.9 the median test error is at most 0.3 of that with neither.")
  private static let uncondensed = StatementDescription(
    name: "A5",
    claim:
      "With neither, the median direction number is at the end at least 0.8 of that at the start.")

  /// The keep probabilities that the statements speak of.
  private static let keeps = [0.5, 0.7, 0.8, 0.9, 0.95]
  /// The replicates that every median is over at least.
  private static let replicatesMin = 3
  /// The parameters that cells of the statements differ in.
  private static let varied: Set<String> = ["dropout.mode", "dropout.keep", "dropout.perSample"]

  /// One cell, at default parameters but for the named ones.
  private struct Cell {
    let mode: Mode
    var keep = 1.0

    var parameters: [String: ParameterValue] {
      var result: [String: ParameterValue] = ["dropout.mode": .text(mode.rawValue)]
      if mode != .none { result["dropout.keep"] = .real(keep) }
      if mode == .dropout { result["dropout.perSample"] = .boolean(false) }
      return result
    }

    var shown: String {
      mode == .none ? "none" : "\(mode.rawValue), p = \(Numeral.short(keep))"
    }
  }

  /// Holds the statements against a table: rows of the default parameters but those of dropout.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    var fixed: [String: ParameterValue] = [:]
    for parameter in description.parameters where !Self.varied.contains(parameter.name) {
      fixed[parameter.name] = parameter.defaultValue
    }
    let table = ResultTable(rows, fixed: fixed, stop: .steps)
    let dropout = Self.keeps.map { Cell(mode: .dropout, keep: $0) }
    let penalty = Cell(mode: .penalty, keep: 0.9)
    return [
      fractions(
        table, Self.condensed, DirectionNumber.description,
        dropout.map { ($0, 0.33) } + [(penalty, 0.2)]),
      fractions(
        table, Self.traced, OutputSensitivity.description,
        dropout.map { ($0, 0.15) } + [(penalty, 0.3)]),
      fractions(table, Self.nearby, LossSlice.nearby, dropout.map { ($0, 0.2) }),
      fractions(
        table, Self.tested, FunctionShape.testError, [(Cell(mode: .dropout, keep: 0.9), 0.3)]),
      uncondensed(table),
    ]
  }

  /// The median over at least three replicates; recorded as missing where it is.
  private func median(
    _ table: ResultTable, _ measure: MeasureDescription, _ cell: Cell,
    _ findings: inout StatementFindings
  ) -> Double? {
    guard
      table.numbers(measure.name, at: cell.parameters).count >= Self.replicatesMin,
      let median = table.median(measure.name, at: cell.parameters)
    else {
      findings.recordMissing("\(measure.label)(\(cell.shown)) of three replicates")
      return nil
    }
    return median
  }

  /// A measure that is at most a share of what it is with neither dropout nor penalty.
  private func fractions(
    _ table: ResultTable, _ statement: StatementDescription, _ measure: MeasureDescription,
    _ bounds: [(cell: Cell, shareMax: Double)]
  ) -> StatementVerdict {
    var findings = StatementFindings()
    if let whole = median(table, measure, Cell(mode: .none), &findings) {
      for (cell, shareMax) in bounds {
        guard let value = median(table, measure, cell, &findings) else { continue }
        findings.record(
          "\(cell.shown): \(Numeral.thousandths(value / whole))",
          agrees: value <= shareMax * whole)
      }
    }
    return findings.verdict(on: statement, remark: table.remark)
  }

  private func uncondensed(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    let cell = Cell(mode: .none)
    if let start = median(table, DirectionNumber.initial, cell, &findings),
      let end = median(table, DirectionNumber.description, cell, &findings)
    {
      findings.record(
        "from \(Numeral.thousandths(start)) to \(Numeral.thousandths(end))",
        agrees: end >= 0.8 * start)
    }
    return findings.verdict(on: Self.uncondensed, remark: table.remark)
  }
}
