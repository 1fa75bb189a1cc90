import Protocol

/// The results of a study, as its statements read them: by parameters, replicate by replicate.
///
/// It keeps the completed trials with the statements' fixed parameters that ended as they should.
struct ResultTable {
  private var rows: [StudyRow] = []
  private var otherStopCount = 0
  private var divergedCount = 0
  private var failedCount = 0

  /// Keeps the rows that the statements are about.
  /// - Parameters:
  ///   - rows: Trials of the study, in any order.
  ///   - fixed: The parameters that must have these values.
  ///   - stop: How a trial that counts has ended.
  init(_ rows: [StudyRow], fixed: [String: ParameterValue], stop: StopReason) {
    for row in rows where fixed.allSatisfy({ PhaseTable.isSame(row.parameters[$0.key], $0.value) })
    {
      switch row.outcome {
      case .completed(stop): self.rows.append(row)
      case .completed: otherStopCount += 1
      case .diverged: divergedCount += 1
      case .failed: failedCount += 1
      }
    }
  }

  /// A sentence about the trials that could not be used; empty when there are none.
  var remark: String {
    var parts: [String] = []
    if otherStopCount > 0 { parts.append("\(otherStopCount) that did not converge") }
    if divergedCount > 0 { parts.append("\(divergedCount) that diverged") }
    if failedCount > 0 { parts.append("\(failedCount) that failed") }
    return parts.isEmpty ? "" : "left out: trials " + parts.joined(separator: ", ")
  }

  /// The values of a numeric parameter over all kept trials, ascending.
  func values(of parameter: String) -> [Double] {
    Set(rows.compactMap { $0.parameters[parameter]?.number }).sorted()
  }

  /// A measure at a cell, one number a replicate that has it.
  /// - Parameters:
  ///   - measure: The measure's name.
  ///   - cell: Parameters with the values that they must have.
  /// - Returns: The numbers in the order of the replicates.
  func numbers(_ measure: String, at cell: [String: ParameterValue]) -> [Double] {
    rows.filter { row in
      cell.allSatisfy { PhaseTable.isSame(row.parameters[$0.key], $0.value) }
    }
    .sorted { $0.replicate < $1.replicate }
    .compactMap { $0.measures[measure] }
  }

  /// The measures of a cell's trials by replicate; other parameters may tell several apart.
  /// - Parameter cell: Parameters with the values that they must have.
  /// - Returns: For each replicate the measures of every trial.
  func measures(at cell: [String: ParameterValue]) -> [UInt32: [[String: Double]]] {
    var result: [UInt32: [[String: Double]]] = [:]
    for row in rows
    where cell.allSatisfy({ PhaseTable.isSame(row.parameters[$0.key], $0.value) }) {
      result[row.replicate, default: []].append(row.measures)
    }
    return result
  }

  /// The mean over the replicates of a cell; `nil` with fewer of them than asked for.
  func mean(_ measure: String, at cell: [String: ParameterValue], replicatesMin: Int) -> Double? {
    let numbers = numbers(measure, at: cell)
    guard !numbers.isEmpty, numbers.count >= replicatesMin else { return nil }
    return numbers.reduce(0, +) / Double(numbers.count)
  }

  /// The median over the replicates of a cell; `nil` without any.
  func median(_ measure: String, at cell: [String: ParameterValue]) -> Double? {
    PhaseTable.median(numbers(measure, at: cell))
  }
}
