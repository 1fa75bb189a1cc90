public import Protocol

/// What every training reports of itself: its length and its loss.
public enum TrainingMeasures {
  /// The number of steps taken.
  public static let steps = MeasureDescription(
    name: "steps", label: "steps", meaning: "Training steps taken until the training stopped.")
  /// The loss before the first step.
  public static let lossInitial = MeasureDescription(
    name: "lossInitial", label: "initial loss", meaning: "Training loss before the first step.")
  /// The loss after the last step.
  public static let lossFinal = MeasureDescription(
    name: "lossFinal", label: "final loss", meaning: "Training loss after the last step.")
  /// What is left of the loss.
  public static let lossRatio = MeasureDescription(
    name: "lossRatio", label: "loss ratio",
    meaning: "Final loss divided by the loss that the stop rule refers to.")

  /// All of them, in the order in which a trial reports them.
  public static let all = [steps, lossInitial, lossFinal, lossRatio]
}
