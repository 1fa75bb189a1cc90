public import Protocol

/// The mean loss of a trained model over whole sets of samples, whatever batches it was trained in.
public enum MeanLoss {
  /// On what was trained on.
  public static let onTraining = MeasureDescription(
    name: "trainLoss", label: "training loss",
    meaning: "Mean loss over all training samples after the last step, without dropout.")
  /// On what was held back.
  public static let onTest = MeasureDescription(
    name: "testLoss", label: "test loss",
    meaning: "Mean loss over the test samples after the last step, without dropout.")

  /// On what the first of several stages was trained on.
  public static let afterFirstStage = MeasureDescription(
    name: "firstStageLoss", label: "loss after the first stage",
    meaning:
      "Mean loss over the training samples of the first stage after its last step, without dropout;"
      + " the training loss where there is one stage.")

  /// The mean of losses, one a sample; NaN without samples.
  public static func value<Element: BinaryFloatingPoint>(_ losses: [Element]) -> Double {
    losses.isEmpty ? .nan : losses.reduce(0) { $0 + Double($1) } / Double(losses.count)
  }
}
