/// One trial with its result, as the statements of a study see it.
public struct StudyRow: Hashable, Sendable {
  /// Every parameter of the study with its value.
  public var parameters: [String: ParameterValue]
  /// The repetition of its cell.
  public var replicate: UInt32
  /// What came of the trial.
  public var outcome: TrialOutcome
  /// The measures that are one number, by name; one that is NaN is left out.
  public var measures: [String: Double]

  /// Puts a row together.
  public init(
    parameters: [String: ParameterValue], replicate: UInt32, outcome: TrialOutcome,
    measures: [String: Double]
  ) {
    self.parameters = parameters
    self.replicate = replicate
    self.outcome = outcome
    self.measures = measures
  }
}

/// What a table of results says about one statement.
public struct StatementVerdict: Hashable, Sendable {
  /// How a statement fares.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// The numbers support it.
    case holds
    /// The numbers refute it.
    case fails
    /// The grid does not hold what the statement is about.
    case notCovered = "not covered"
  }

  /// The statement's name.
  public var name: String
  /// The claim.
  public var claim: String
  /// The verdict.
  public var verdict: Verdict
  /// The measured numbers, or what is missing, in words.
  public var evidence: String

  /// Puts a verdict together.
  public init(name: String, claim: String, verdict: Verdict, evidence: String) {
    self.name = name
    self.claim = claim
    self.verdict = verdict
    self.evidence = evidence
  }
}
