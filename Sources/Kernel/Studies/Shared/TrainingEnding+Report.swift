import Protocol

extension TrainingEnding {
  /// The report of a trial: a study's own measures, then those of every full-batch training.
  /// - Parameters:
  ///   - measures: The study's own, in the order of its description.
  ///   - tensors: The parameters at the end, where they were asked for.
  /// - Returns: The report.
  func report(
    _ measures: [(description: MeasureDescription, value: Double)], tensors: [NamedTensor]
  ) -> TrainingReport {
    let training = [
      (TrainingMeasures.steps, Double(steps)), (TrainingMeasures.lossInitial, firstLoss),
      (TrainingMeasures.lossFinal, lastLoss), (TrainingMeasures.lossRatio, lastLoss / firstLoss),
    ]
    var report = TrainingReport(
      outcome: outcome,
      measures: (measures + training).map { MeasureValue(name: $0.0.name, number: $0.1) },
      steps: steps)
    report.tensors = tensors
    return report
  }
}
