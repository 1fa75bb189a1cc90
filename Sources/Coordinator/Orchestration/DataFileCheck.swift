import Planning
import Protocol
import Transport

/// Whether the files of a sweep fit its trials, before anything is created.
enum DataFileCheck {
  /// The most trials that are looked at.
  static let trialsMax = 64

  /// Asks the worker program on this machine to look at the files of a plan.
  ///
  /// One trial of each size is looked at, at most so many.
  /// - Throws: ``OrchestrationError`` `sweep.data` with what the worker found; ``TransportError``.
  static func check(_ plan: SweepPlan) async throws {
    guard !plan.files.isEmpty else { return }
    var sizes = TrialSizes(plan.study)
    for trial in plan.trials { sizes.add(trial.specification) }
    let trials = sizes.representatives(trialsMax, prices: try CostEstimate(plan.study))
    let program = try WorkerProgram.find()
    let answer = try await program.examine(
      trials: .array(
        trials.map { TrialMemory.json($0.trial, sizes.study, plan.files) }))
    guard let findings = answer.array, findings.count == trials.count else {
      throw TransportError(
        .badAnswer, "The worker's answer to 'examine' is no list of findings.",
        remedy: "Use a coordinator and a worker of the same release.")
    }
    for finding in findings {
      guard let message = finding["message"]?.string else { continue }
      throw OrchestrationError(
        .dataFile, "Sweep '\(plan.name)': \(message)",
        remedy: finding["remedy"]?.string ?? "Correct the file.", exitStatus: .malformedFile)
    }
  }
}

extension DataFile {
  /// The file as it is sent.
  var sent: SentFile { SentFile(path: path, digest: digest, byteCount: byteCount) }
}
