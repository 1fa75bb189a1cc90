import Protocol

/// What pretraining on fine labels says, as numbers that a table must show.
extension LabelGranularity {
  static let statements = [easy, contrast, inverted, noisy, random, transferred, features, peak]

  private static let easy = StatementDescription(
    name: "G1", claim: "The mean easy accuracy is at least 0.97 for g = 1, 2, 4, 8, 16, 32, 64.")
  private static let contrast = StatementDescription(
    name: "G2",
    claim: "The mean hard accuracy is at most 0.5 at g = 1, and at least 0.75 at g = 8.")
  private static let inverted = StatementDescription(
    name: "G3",
    claim: "The greatest mean hard accuracy among g = 4, 8, 16, 32 is at least 0.3 above those at"
      + " g = 1 and g = 1000.")
  private static let noisy = StatementDescription(
    name: "G4",
    claim: "At g = 8 the mean hard accuracy with ρ = 0.3 is at least 0.15 below that without noise,"
      + " and with ρ = 1 no more than 0.05 above that at g = 1.")
  private static let random = StatementDescription(
    name: "G5", claim: "With random labels and g = 8 the mean easy accuracy is from 0.35 to 0.65.")
  private static let transferred = StatementDescription(
    name: "G6",
    claim: "At g = 8 the mean easy and hard accuracies after training the sums of probabilities on"
      + " classes differ from those before by at most 0.05; at g = 1 with h = 0.3 the mean hard"
      + " accuracy is at least 0.9.")
  private static let features = StatementDescription(
    name: "G7", claim: "The mean feature ratio at g = 8 is at least four times that at g = 1.")
  private static let peak = StatementDescription(
    name: "G8",
    claim:
      "Of g = 1, 2, 4, 8, 16, 32, 64, 128, 1000 the mean hard accuracy is greatest at one from 8,"
      + " the number of sub-classes, to 32.")

  /// The replicates that every mean is over at least.
  private static let replicatesMin = 3
  /// The parameters that cells of the statements differ in.
  private static let varied: Set<String> = [
    "labels.granularity", "labels.kind", "labels.noise", "data.hardShare",
  ]

  /// One cell, at default parameters but for the named ones.
  private struct Cell {
    var granularity: Int
    var noise = 0.0
    var hardShare = 0.0
    var kind = LabelHierarchy.Kind.hierarchy

    var parameters: [String: ParameterValue] {
      var result: [String: ParameterValue] = [
        "labels.granularity": .integer(Int64(granularity)), "labels.kind": .text(kind.rawValue),
        "data.hardShare": .real(hardShare),
      ]
      if kind == .hierarchy { result["labels.noise"] = .real(noise) }
      return result
    }

    var shown: String {
      var parts = ["g = \(granularity)"]
      if noise > 0 { parts.append("ρ = \(Numeral.short(noise))") }
      if hardShare > 0 { parts.append("h = \(Numeral.short(hardShare))") }
      if kind == .random { parts.append("random") }
      return parts.joined(separator: ", ")
    }
  }

  /// Findings about means over replicates.
  private struct Means {
    let table: ResultTable
    var findings = StatementFindings()

    /// The mean of a measure at a cell; recorded as missing where it is.
    mutating func mean(_ measure: MeasureDescription, _ cell: Cell) -> Double? {
      let value = table.mean(
        measure.name, at: cell.parameters, replicatesMin: LabelGranularity.replicatesMin)
      if value == nil {
        findings.recordMissing("\(measure.label)(\(cell.shown)) of three replicates")
      }
      return value
    }

    /// Records the mean of a measure at a cell.
    mutating func record(
      _ measure: MeasureDescription, _ cell: Cell, agrees: (Double) -> Bool
    ) {
      guard let value = mean(measure, cell) else { return }
      findings.record(
        "\(measure.label)(\(cell.shown)) = \(Numeral.thousandths(value))", agrees: agrees(value))
    }
  }

  /// Holds the statements against a table.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    var fixed: [String: ParameterValue] = [:]
    for parameter in description.parameters where !Self.varied.contains(parameter.name) {
      fixed[parameter.name] = parameter.defaultValue
    }
    let table = ResultTable(rows, fixed: fixed, stop: .steps)
    func verdict(
      _ statement: StatementDescription, _ judge: (inout Means) -> Void
    ) -> StatementVerdict {
      var means = Means(table: table)
      judge(&means)
      return means.findings.verdict(on: statement, remark: table.remark)
    }
    return [
      verdict(Self.easy) { means in
        for granularity in [1, 2, 4, 8, 16, 32, 64] {
          means.record(TransferMeasures.easy, Cell(granularity: granularity)) { $0 >= 0.97 }
        }
      },
      verdict(Self.contrast) { means in
        means.record(TransferMeasures.hard, Cell(granularity: 1)) { $0 <= 0.5 }
        means.record(TransferMeasures.hard, Cell(granularity: 8)) { $0 >= 0.75 }
      },
      verdict(Self.inverted, Self.judgeInverted),
      verdict(Self.noisy, Self.judgeNoisy),
      verdict(Self.random) { means in
        means.record(TransferMeasures.easy, Cell(granularity: 8, kind: .random)) {
          (0.35...0.65).contains($0)
        }
      },
      verdict(Self.transferred, Self.judgeTransferred),
      verdict(Self.features) { means in
        guard let fine = means.mean(TransferMeasures.featureRatio, Cell(granularity: 8)),
          let coarse = means.mean(TransferMeasures.featureRatio, Cell(granularity: 1))
        else { return }
        means.findings.record(
          "feature ratios \(Numeral.thousandths(fine)) and \(Numeral.thousandths(coarse))",
          agrees: fine >= 4 * coarse)
      },
      verdict(Self.peak, Self.judgePeak),
    ]
  }

  private static func judgeInverted(_ means: inout Means) {
    let middle = [4, 8, 16, 32].map { means.mean(TransferMeasures.hard, Cell(granularity: $0)) }
    let greatest = middle.compactMap { $0 }.max()
    for end in [1, 1000] {
      guard let low = means.mean(TransferMeasures.hard, Cell(granularity: end)), let greatest
      else { continue }
      let isHigher = greatest >= low + 0.3
      // A greater one among those that are missing could still be high enough.
      guard isHigher || !middle.contains(nil) else { continue }
      means.findings.record(
        "\(Numeral.thousandths(greatest)) over g = \(end): \(Numeral.thousandths(low))",
        agrees: isHigher)
    }
  }

  private static func judgeNoisy(_ means: inout Means) {
    if let clean = means.mean(TransferMeasures.hard, Cell(granularity: 8)) {
      means.record(TransferMeasures.hard, Cell(granularity: 8, noise: 0.3)) {
        $0 <= clean - 0.15
      }
    }
    if let coarse = means.mean(TransferMeasures.hard, Cell(granularity: 1)) {
      means.record(TransferMeasures.hard, Cell(granularity: 8, noise: 1)) { $0 <= coarse + 0.05 }
    }
  }

  private static func judgeTransferred(_ means: inout Means) {
    let pairs = [
      (TransferMeasures.easyMarginal, TransferMeasures.easy),
      (TransferMeasures.hardMarginal, TransferMeasures.hard),
    ]
    for (after, before) in pairs {
      guard let start = means.mean(before, Cell(granularity: 8)) else { continue }
      means.record(after, Cell(granularity: 8)) { abs($0 - start) <= 0.05 }
    }
    means.record(TransferMeasures.hard, Cell(granularity: 1, hardShare: 0.3)) { $0 >= 0.9 }
  }

  private static func judgePeak(_ means: inout Means) {
    var best: (granularity: Int, mean: Double)?
    for granularity in [1, 2, 4, 8, 16, 32, 64, 128, 1000] {
      guard let mean = means.mean(TransferMeasures.hard, Cell(granularity: granularity)) else {
        return
      }
      if mean > best?.mean ?? -.infinity { best = (granularity, mean) }
    }
    guard let best else { return }
    means.findings.record(
      "greatest at g = \(best.granularity): \(Numeral.thousandths(best.mean))",
      agrees: (8...32).contains(best.granularity))
  }
}
