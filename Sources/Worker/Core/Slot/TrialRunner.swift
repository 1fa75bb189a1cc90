import Kernel
import Protocol

/// Trains single trials on the calling thread.
final class TrialRunner {
  private struct KnownStudy {
    var study: any Study
    var resolver: StudyResolver
  }

  private let studies: [String: KnownStudy]
  private let slot: SlotIndex
  private let core = BLAS.coreName
  /// The files of users that trials read.
  let files: TrialFiles
  /// Parameters to begin with instead of drawn ones.
  var initial: [NamedTensor]?
  /// What is done so that trials can be interrupted; `nil` for nothing.
  var checkpoints: SlotCheckpoints?
  /// Whether the parameters at the end are kept.
  var keepsTensors = false
  /// The parameters at the end of the last trial, where they are kept.
  private(set) var tensors: [NamedTensor] = []

  /// A runner for every study of this worker.
  /// - Parameters:
  ///   - slot: What results say of where they come from.
  ///   - files: The files of users that trials read.
  /// - Throws: ``StudyError`` when a study describes itself in a way that makes no sense.
  init(
    slot: SlotIndex = SlotIndex(0), files: TrialFiles = TrialFiles()
  ) throws(StudyError) {
    var studies: [String: KnownStudy] = [:]
    for study in StudyRegistry.all {
      let description = study.description
      studies[description.name] = KnownStudy(
        study: study, resolver: try StudyResolver(description))
    }
    self.studies = studies
    self.slot = slot
    self.files = files
  }

  /// Trains one trial from its start to its end.
  /// - Parameters:
  ///   - entry: The trial.
  ///   - shard: What it shares with others; its entries are not looked at.
  /// - Returns: What came of it; a trial that cannot be trained is a failure with the reason.
  func run(_ entry: Shard.Entry, of shard: Shard) -> TrialResult {
    var result = TrialResult(
      key: entry.key, attempt: entry.attempt, outcome: .diverged,
      startedMicroseconds: Clock.microsecondsSince1970, slot: slot, core: core)
    let (started, processorStarted) = (Clock.seconds, Clock.processorSeconds)
    var earlier = TrialCost()
    ResidentMemory.beginPeak()
    do throws(Refusal) {
      var (study, request) = try prepare(entry, of: shard)
      request.initial = initial
      request.keepsTensors = keepsTensors || shard.keep.parameters.contains(.final)
      if !shard.keep.isEmpty {
        request.recorder = TrainingRecorder(
          shard.keep, metadata: TensorFile.metadata(of: shard.study))
      }
      let keeping = checkpoints?.begin(entry.key, core: core, recorder: request.recorder)
      request.checkpoints = keeping?.checkpoints
      let report = try train(request, study)
      if let keeping {
        checkpoints?.tell(keeping.checkpoints, of: entry.key)
        earlier = keeping.keeper.earlier
      }
      tensors = report.tensors
      if let recorder = request.recorder {
        result.kept = recorder.finish(report.tensors)
        if let refusal = recorder.refusal { throw Refusal(words: refusal) }
      }
      result.outcome = report.outcome
      result.measures = report.measures
      result.steps = report.steps
    } catch {
      result.outcome = .failed(.refused, error.words)
      result.kept = .none
    }
    // What a trial goes on from, others have computed for it.
    result.wallSeconds = earlier.wallSeconds + Clock.seconds - started
    result.cpuSeconds = earlier.cpuSeconds + Clock.processorSeconds - processorStarted
    result.peakMemoryBytes = ResidentMemory.peakBytes
    return result
  }

  /// Looks at the files of a trial, and trains nothing.
  /// - Throws: ``WorkerError``, ``KernelError`` with what is wrong.
  func examine(_ trial: TrialSpecification) throws {
    let study = try StudyLookup.study(named: trial.study)
    var request = TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters,
      seeds: trial.seeds, replicate: trial.replicate)
    request.files = try content(of: trial.parameters, study.description)
    try study.examine(request)
  }

  /// The content of the files that parameters name.
  private func content(
    of parameters: [String: ParameterValue], _ study: StudyDescription
  ) throws -> [String: SafetensorsReader] {
    let digests = study.parameters.filter { $0.type == .file }.compactMap {
      parameters[$0.name]?.text
    }
    return try files.contents(Set(digests.filter { !$0.isEmpty }))
  }

  /// Why a trial cannot be trained here.
  private struct Refusal: Error {
    var words: String
  }

  private func prepare(
    _ entry: Shard.Entry, of shard: Shard
  ) throws(Refusal) -> (any Study, TrainingRequest) {
    guard let known = studies[shard.study] else {
      throw Refusal(words: "This worker has no study '\(shard.study)'.")
    }
    let revision = known.resolver.study.revision
    guard revision == shard.revision else {
      throw Refusal(
        words: "This worker has revision \(revision) of study '\(shard.study)',"
          + " not \(shard.revision).")
    }
    if let fault = NumericsCheck.fault(of: shard.numerics, core: core) {
      throw Refusal(words: fault)
    }
    let cell: ResolvedCell
    do throws(StudyError) {
      cell = try known.resolver.resolve(shard.shared.merging(entry.parameters) { $1 })
    } catch {
      throw Refusal(words: error.message)
    }
    if let reason = known.resolver.violation(of: cell) {
      throw Refusal(words: "Study '\(shard.study)' cannot train this combination: \(reason).")
    }
    // An inactive parameter is no part of the key, so its value must not reach the numbers.
    let specification = known.resolver.specification(
      of: cell, numerics: shard.numerics, seeds: entry.seeds, replicate: entry.replicate)
    var request = TrainingRequest(
      key: entry.key, numerics: shard.numerics, parameters: specification.parameters,
      seeds: entry.seeds, replicate: entry.replicate)
    do {
      request.files = try content(of: specification.parameters, known.resolver.study)
    } catch {
      throw Refusal(words: (error as? any Diagnosable)?.message ?? "\(error)")
    }
    return (known.study, request)
  }

  private func train(
    _ request: TrainingRequest, _ study: any Study
  ) throws(Refusal) -> TrainingReport {
    do throws(KernelError) {
      return try study.train(request)
    } catch {
      throw Refusal(words: error.message)
    }
  }
}
