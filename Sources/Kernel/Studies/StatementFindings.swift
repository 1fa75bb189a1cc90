import Protocol

/// What a table says about one statement, gathered cell by cell.
///
/// One number against the statement refutes it, whatever else is missing; it holds only when
/// everything that it speaks of is there.
struct StatementFindings {
  /// The numbers that the statement allows, in words.
  private var supporting: [String] = []
  /// The numbers that contradict it.
  private var contradicting: [String] = []
  /// What it needs and the table has not.
  private var missing: [String] = []

  /// A list longer than this is cut short in the evidence.
  private static let listedMax = 8

  /// Records a number.
  /// - Parameters:
  ///   - text: The number with its name.
  ///   - agrees: Whether the statement allows it.
  mutating func record(_ text: String, agrees: Bool) {
    if agrees { supporting.append(text) } else { contradicting.append(text) }
  }

  /// Records something that the statement needs and the table has not.
  mutating func recordMissing(_ text: String) { missing.append(text) }

  /// The verdict, with the numbers as evidence.
  /// - Parameters:
  ///   - statement: What was tested.
  ///   - remark: What is added to the evidence in any case; empty for nothing.
  ///   - summary: What takes the place of the numbers that agree where listing them says less; it
  ///     is given how many agree and how many numbers there are.
  /// - Returns: The statement with its verdict and evidence.
  func verdict(
    on statement: StatementDescription, remark: String,
    summary: ((_ agreeing: Int, _ all: Int) -> String)? = nil
  ) -> StatementVerdict {
    var parts: [String] = []
    if !contradicting.isEmpty {
      parts.append("against it: " + StatementFindings.list(contradicting))
    }
    if !missing.isEmpty { parts.append("missing: " + StatementFindings.list(missing)) }
    if let summary, !supporting.isEmpty || !contradicting.isEmpty {
      parts.append(summary(supporting.count, supporting.count + contradicting.count))
    } else if !supporting.isEmpty {
      parts.append(supporting.joined(separator: ", "))
    }
    if !remark.isEmpty { parts.append(remark) }
    let verdict: StatementVerdict.Verdict =
      if !contradicting.isEmpty {
        .fails
      } else if !missing.isEmpty || supporting.isEmpty {
        .notCovered
      } else {
        .holds
      }
    return StatementVerdict(
      name: statement.name, claim: statement.claim, verdict: verdict,
      evidence: parts.joined(separator: "; "))
  }

  private static func list(_ texts: [String]) -> String {
    let listed = texts.prefix(listedMax).joined(separator: ", ")
    return texts.count > listedMax ? "\(listed) and \(texts.count - listedMax) more" : listed
  }
}
