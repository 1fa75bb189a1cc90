import Protocol

/// What the publication's pictures say at small size, as numbers that a table must show.
extension AnchorFunctions {
  static let statements = [learned, generalised, memorised, monotone, broadcast, shift]

  private static let learned = StatementDescription(
    name: "D1",
    claim:
      "The training accuracy of each of three replicates is at least 0.99 for N = 100, 200, 400,"
      + " 800 and 1600.")
  private static let generalised = StatementDescription(
    name: "D2", claim: "The mean test accuracy at N = 3200 is at least 0.9.")
  private static let memorised = StatementDescription(
    name: "D3", claim: "The mean test accuracy at N = 100 is at most 0.3.")
  private static let monotone = StatementDescription(
    name: "D4",
    claim: "The mean test accuracy falls by no more than 0.05 from any N to a larger one.")
  private static let broadcast = StatementDescription(
    name: "D5", claim: "The mean broadcast score of the last layer at N = 3200 is at least 0.5.")
  private static let shift = StatementDescription(
    name: "D6", claim: "The mean shift score of the first layer at N = 3200 is at least 0.25.")

  /// The numbers of sentences of the diagram, ascending.
  private static let sizes = [100, 200, 400, 800, 1600, 3200]
  /// The replicates that every mean is over at least.
  private static let replicatesMin = 3

  /// Holds the statements against a table: rows of the default parameters but the sentences.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] {
    var fixed: [String: ParameterValue] = [:]
    for parameter in description.parameters where parameter.name != "data.samples" {
      fixed[parameter.name] = parameter.defaultValue
    }
    let table = ResultTable(rows, fixed: fixed, stop: .steps)
    return [
      learned(table),
      bound(table, Self.generalised, Accuracy.onTest, 3200) { $0 >= 0.9 },
      bound(table, Self.memorised, Accuracy.onTest, 100) { $0 <= 0.3 },
      monotone(table),
      bound(table, Self.broadcast, AttentionScores.broadcast, 3200) { $0 >= 0.5 },
      bound(table, Self.shift, AttentionScores.shift, 3200) { $0 >= 0.25 },
    ]
  }

  private func cell(_ size: Int) -> [String: ParameterValue] {
    ["data.samples": .integer(Int64(size))]
  }

  private func learned(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    for size in Self.sizes.dropLast() {
      let numbers = table.numbers(Accuracy.onTraining.name, at: cell(size))
      guard let least = numbers.min(), numbers.count >= Self.replicatesMin else {
        findings.recordMissing("training accuracy of three replicates at N = \(size)")
        continue
      }
      findings.record(
        "least training accuracy(\(size)) = \(Numeral.thousandths(least))", agrees: least >= 0.99)
    }
    return findings.verdict(on: Self.learned, remark: table.remark)
  }

  private func bound(
    _ table: ResultTable, _ statement: StatementDescription, _ measure: MeasureDescription,
    _ size: Int, agrees: (Double) -> Bool
  ) -> StatementVerdict {
    var findings = StatementFindings()
    let name = "\(measure.label)(\(size))"
    if let mean = table.mean(
      measure.name, at: cell(size), replicatesMin: Self.replicatesMin)
    {
      findings.record("\(name) = \(Numeral.thousandths(mean))", agrees: agrees(mean))
    } else {
      findings.recordMissing("\(name) of three replicates")
    }
    return findings.verdict(on: statement, remark: table.remark)
  }

  private func monotone(_ table: ResultTable) -> StatementVerdict {
    var findings = StatementFindings()
    var greatest = -Double.infinity
    for size in Self.sizes {
      guard
        let mean = table.mean(
          Accuracy.onTest.name, at: cell(size), replicatesMin: Self.replicatesMin)
      else {
        findings.recordMissing("test accuracy(\(size)) of three replicates")
        continue
      }
      findings.record(
        "N = \(size): \(Numeral.thousandths(mean))", agrees: mean >= greatest - 0.05)
      greatest = max(greatest, mean)
    }
    return findings.verdict(on: Self.monotone, remark: table.remark)
  }
}
