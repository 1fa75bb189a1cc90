public import Protocol

/// How a training's accuracy on relations of known and of new types came about.
public enum ReasoningProgress {
  /// On relations of the types of training.
  public static let known = MeasureDescription(
    name: "inDistributionAccuracy", label: "in-distribution accuracy",
    meaning: "Share of right answers to fresh sentences of the relation types of training.")
  /// On relations of the other types.
  public static let new = MeasureDescription(
    name: "outOfDistributionAccuracy", label: "out-of-distribution accuracy",
    meaning: "Share of right answers to sentences of relation types that training never shows.")
  /// When half of the answers to new types are right.
  public static let newHalf = MeasureDescription(
    name: "outOfDistributionStep50", label: "step of OOD ≥ 0.5", unit: "steps",
    meaning:
      "First step, among those at which it is looked, with an out-of-distribution accuracy of at least"
      + " 0.5; the number of all steps where there is none.")
  /// When nine of ten are.
  public static let newMost = MeasureDescription(
    name: "outOfDistributionStep90", label: "step of OOD ≥ 0.9", unit: "steps",
    meaning:
      "First step, among those at which it is looked, with an out-of-distribution accuracy of at least"
      + " 0.9; the number of all steps where there is none.")
  /// When training itself is learned.
  public static let training = MeasureDescription(
    name: "trainStep90", label: "step of training ≥ 0.9", unit: "steps",
    meaning:
      "First step, among those at which it is looked, with an accuracy of at least 0.9 on the first"
      + " training sentences, as many as a test has; the number of all steps where there is none.")
  /// When tokens match themselves.
  public static let matching = (1...2).map {
    MeasureDescription(
      name: "matchingStep\($0)", label: "step of top1(\($0)) ≥ 0.9", unit: "steps",
      meaning:
        "First step, among those at which it is looked, with a top1(\($0)) of at least 0.9; the number"
        + " of all steps where there is none.")
  }
  /// The accuracy on known types over the steps.
  public static let knownCurve = MeasureDescription(
    name: "inDistributionCurve", label: "in-distribution accuracy", kind: .curve,
    meaning: "The in-distribution accuracy at the steps at which it is looked.")
  /// The accuracy on new types over the steps.
  public static let newCurve = MeasureDescription(
    name: "outOfDistributionCurve", label: "out-of-distribution accuracy", kind: .curve,
    meaning: "The out-of-distribution accuracy at the steps at which it is looked.")

  /// The first step whose value reaches a threshold.
  /// - Parameters:
  ///   - values: The values with their steps, ascending.
  ///   - threshold: What is reached.
  ///   - limit: What is given where none reaches it.
  /// - Returns: The step.
  public static func firstStep(
    _ values: [(step: UInt64, value: Double)], reaching threshold: Double, limit: UInt64
  ) -> Double {
    Double(values.first { $0.value >= threshold }?.step ?? limit)
  }
}

/// What the attention of the last token looks at, and the factors of fixed matrices.
public enum ReasoningAttention {
  /// At the token that each step leads to.
  public static let hops = (1...2).map {
    MeasureDescription(
      name: "hopAttention\($0)", label: "attention to hop \($0)",
      meaning:
        "Mean over the out-of-distribution sentences that ask for so many steps of the attention of"
        + " block \($0) from the last token to the token that step \($0) leads to, in the head that has"
        + " most; no number where there is no such block or step.")
  }
  /// The factor alpha of a block.
  public static let alphas = (1...2).map {
    MeasureDescription(
      name: "alpha\($0)", label: "α(\($0))",
      meaning: "Factor of the fixed matrix in W_Q W_Kᵀ of block \($0); 0 where there is none.")
  }
  /// The factor beta of a block.
  public static let betas = (0...2).map {
    MeasureDescription(
      name: "beta\($0)", label: "β(\($0))",
      meaning: "Factor of the fixed matrix in W_V W_O of block \($0); 0 where there is none.")
  }
}
