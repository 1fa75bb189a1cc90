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
      CompositeAnswers.inferential,
      CompositeAnswers.symmetric,
      CompositeAnswers.other,
      CompositeAnswers.near,
      CompositeAnswers.exception,
      CompositeAnswers.exceptionInferential,
      CompositeAnswers.mode,
      CompositeAnswers.histogram,
      QueryDirections.meanCosine,
      StableRank.ofQueries,
      StableRank.ofEmbedding,
      EmbeddingOrder.rank,
      EmbeddingOrder.order,
      EmbeddingOrder.spectrum,
      ReasoningProgress.known,
      ReasoningProgress.new,
      ReasoningProgress.newHalf,
      ReasoningProgress.newMost,
      ReasoningProgress.training,
      ReasoningProgress.knownCurve,
      ReasoningProgress.newCurve,
    ] + ReasoningProgress.matching + ReasoningAttention.hops + ReasoningAttention.alphas
    + ReasoningAttention.betas + Matching.scores + Matching.tops + Matching.untrainedTops
    + Matching.kernelScores + Matching.dominances + TrainingMeasures.all
}
