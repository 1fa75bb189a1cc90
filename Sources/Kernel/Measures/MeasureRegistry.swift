public import Protocol

/// The measures that studies share: adding one is one file and one line here.
public enum MeasureRegistry {
  /// Every shared measure.
  public static let all: [MeasureDescription] =
    [
      RelativeChange.inputWeights,
      RelativeChange.outputWeights,
      RelativeChange.allWeights,
      DirectionNumber.description,
      Alignment.description,
      MeanAbsoluteCosine.description,
      EffectiveRank.ofKernels,
      KernelDirections.meanCosine,
      KernelDirections.alignedShare,
      KernelDirections.alignment,
      KernelDirections.gap,
      KernelDirections.growth,
      Accuracy.onTraining,
      Accuracy.onTest,
      Accuracy.onTransfer,
      MeanLoss.onTraining,
      MeanLoss.onTest,
      AttentionScores.shift,
      AttentionScores.broadcast,
    ] + TrainingMeasures.all
}
