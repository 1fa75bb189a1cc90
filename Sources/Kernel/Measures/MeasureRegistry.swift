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
      DirectionNumber.initial,
      CondensedGroups.countMeasure,
      CondensedGroups.share,
      CondensedGroups.greatestThree,
      LossCurvature.greatest,
      LossCurvature.trace,
      LossCurvature.traceError,
      OutputSensitivity.description,
      LossSlice.nearby,
      FunctionShape.testError,
      FunctionShape.roughness,
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
      TransferMeasures.easy,
      TransferMeasures.hard,
      TransferMeasures.easyMarginal,
      TransferMeasures.hardMarginal,
      TransferMeasures.easyFresh,
      TransferMeasures.hardFresh,
      TransferMeasures.featureRatio,
      TransferMeasures.pretrainingLoss,
    ] + TrainingMeasures.all
}
