/// A study that can be told which processor features to use; the bits do not depend on them.
protocol TieredStudy: Study {
  /// Trains one trial with given processor features.
  func train(_ request: TrainingRequest, tier: KernelTier) throws(KernelError) -> TrainingReport
}

extension TieredStudy {
  func train(_ request: TrainingRequest) throws(KernelError) -> TrainingReport {
    try train(request, tier: .chosen)
  }
}
