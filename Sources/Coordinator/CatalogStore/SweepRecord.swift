package import Planning
package import Protocol

/// What a sweep asks for, as the catalog keeps it: enough to resume it without its file.
package struct SweepDefinition: Hashable, Sendable {
  /// The sweep's name, unique in its catalog.
  package var name: String
  /// The study's name.
  package var study: String
  /// The study's revision when the sweep was planned.
  package var revision: UInt32
  /// The study as the worker described it, in JSON.
  package var studyDescriptionJSON: String
  /// The sweep file as it was read.
  package var text: String
  /// What varies.
  package var axes: [Axis]
  /// The measures that are one number, in the study's order.
  package var measures: [String]
  /// The replicates' seed indices, in file order.
  package var replicates: [UInt32]
  /// How products are computed.
  package var numerics: NumericProfile
  /// What each trial may use.
  package var limits: TrialLimits
  /// The files that trials read.
  package var files: [DataFile]
  /// What of each trial is kept beside its result.
  package var keep: KeepRequest

  /// Puts a definition together.
  package init(
    name: String, study: String, revision: UInt32, studyDescriptionJSON: String, text: String,
    axes: [Axis], measures: [String], replicates: [UInt32], numerics: NumericProfile,
    limits: TrialLimits, files: [DataFile] = [], keep: KeepRequest = .nothing
  ) {
    self.name = name
    self.study = study
    self.revision = revision
    self.studyDescriptionJSON = studyDescriptionJSON
    self.text = text
    self.axes = axes
    self.measures = measures
    self.replicates = replicates
    self.numerics = numerics
    self.limits = limits
    self.files = files
    self.keep = keep
  }

  /// Takes what the catalog keeps of a plan.
  package init(plan: SweepPlan, studyDescriptionJSON: String) {
    self.init(
      name: plan.name, study: plan.study.name, revision: plan.study.revision,
      studyDescriptionJSON: studyDescriptionJSON, text: plan.text, axes: plan.axes,
      measures: plan.study.measures.filter { $0.kind == .number }.map(\.name),
      replicates: plan.replicates, numerics: plan.numerics, limits: plan.limits,
      files: plan.files, keep: plan.keep)
  }
}

/// What a user has said about the progress of a sweep.
///
/// Whether it is complete is not said here: that follows from its trials and cannot disagree.
package enum SweepState: String, Hashable, Sendable, CaseIterable {
  /// What is missing is to be trained.
  case open
  /// Nothing is to be handed out until it is opened again.
  case paused
  /// What is missing is not wanted any more.
  case cancelled
}

/// A sweep in the catalog.
package struct SweepRecord: Hashable, Sendable {
  /// Its row.
  package let id: SweepID
  /// What it asks for.
  package let definition: SweepDefinition
  /// The machines that it was last given; `nil` when nobody has said.
  package let cluster: ClusterDefinition?
  /// What a user has said about its progress.
  package let state: SweepState
  /// When it was first registered, in microseconds since 1970.
  package let createdMicroseconds: Int64
  /// When it was last registered or its state changed, in microseconds since 1970.
  package let updatedMicroseconds: Int64
}

/// How far the trials of a sweep are; each trial counts once, however many cells it fills.
package struct SweepCounts: Hashable, Sendable {
  /// Cells of the grid.
  package var cells = 0
  /// Trials without an outcome that no node holds.
  package var waiting = 0
  /// Trials that a node holds and has not begun, as far as the catalog knows.
  package var assigned = 0
  /// Trials that a slot trains.
  package var running = 0
  /// Trials that met their study's stop rule.
  package var completedByRule = 0
  /// Trials that took the steps that the sweep asked for.
  package var completedBySteps = 0
  /// Trials that reached the cap before the rule: not converged.
  package var completedByCap = 0
  /// Trials that ended in NaN or Inf.
  package var diverged = 0
  /// Trials that failed for good.
  package var failed = 0
  /// Trials with a result whose training kept less than the sweep now asks for.
  ///
  /// They are trained again for it; they count as finished too.
  package var unkept = 0

  /// Counts nothing.
  package init() {}

  /// Trials that were trained to their end.
  package var completed: Int { completedByRule + completedBySteps + completedByCap }
  /// Trials with an outcome.
  package var finished: Int { completed + diverged + failed }
  /// Trials without an outcome.
  package var unfinished: Int { waiting + assigned + running }
  /// All trials.
  package var trials: Int { finished + unfinished }
  /// Whether every trial has an outcome, and what is to be kept of it.
  package var isComplete: Bool { unfinished == 0 && unkept == 0 }
}

/// What a grid asks for, beside what the catalog has.
package struct GridCounts: Hashable, Sendable {
  /// Cells of the grid.
  package var cells = 0
  /// Cells times replicates: the rows of the results.
  package var rows = 0
  /// Different trials: several cells may share one.
  package var trials = 0
  /// Trials that the catalog has completed.
  package var completed = 0
  /// Trials that the catalog has, diverged.
  package var diverged = 0
  /// Trials that the catalog has, failed for good; ``Catalog/retryFailed(of:trials:)`` trains them
  /// again.
  package var failed = 0
  /// Of the completed and diverged ones, those whose training kept less than is asked for.
  package var unkept = 0

  /// Counts nothing.
  package init() {}

  /// Trials without an outcome.
  package var missing: Int { trials - completed - diverged - failed }
  /// Trials that are to be trained, for their result or for what is to be kept.
  package var toTrain: Int { missing + unkept }
}
