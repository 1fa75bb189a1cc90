import Kernel
import Protocol

/// Tells what trials take before any is trained: it tries each of them for as short a time as its
/// study lets it, with the same data, plans and measures, in a process like that of a slot.
enum EstimateCommand {
  /// Tries the trials of standard input.
  /// - Parameter seconds: How long after the start another trial is begun; the first always is.
  /// - Throws: ``WorkerError`` where standard input is no list of trials of one numeric profile.
  static func run(beginsWithinSeconds seconds: Double) throws {
    let start = ContinuousClock.now
    let bytes = try StandardStreams.read("-", countMax: TrainCommand.bytesMax)
    let files = try TrialFile.list(bytes)
    if let numerics = files.first?.numerics {
      guard files.allSatisfy({ $0.numerics == numerics }) else {
        throw malformed("the trials have several numeric profiles")
      }
      try NumericsRestart.ensure(numerics) { try TrainCommand.giveStandardInput(bytes) }
    }
    let runner = try TrialRunner()
    // What a process holds once it has trained belongs to every trial, the first one included. Who
    // asks puts what matters most first, so that the last is the shortest to be tried for nothing.
    if let last = files.last { _ = estimate(of: last, runner) }
    let estimates = files.enumerated().map { index, file in
      index == 0 || ContinuousClock.now - start < .seconds(seconds)
        ? estimate(of: file, runner) : ["untried": true]
    }
    try StandardStreams.write(JSONValue.array(estimates).indentedText + "\n")
  }

  private static func estimate(of file: TrialFile, _ runner: TrialRunner) -> JSONValue {
    do throws(WorkerError) {
      return ["memoryBytes": .integer(Int64(clamping: try memoryBytes(of: file, runner)))]
    } catch {
      return ["refused": .string(error.message)]
    }
  }

  private static func memoryBytes(
    of file: TrialFile, _ runner: TrialRunner
  ) throws(WorkerError) -> UInt64 {
    var file = file
    for (digest, path) in file.files { runner.files.add(path, digest: digest) }
    let specification: TrialSpecification
    do {
      let study = try StudyLookup.study(named: file.study)
      file.parameters = study.rehearsal(of: try file.specification().parameters)
      specification = try file.specification()
    } catch {
      throw malformed((error as? any Diagnosable)?.message ?? "\(error)")
    }
    return try TrainCommand.train(specification, runner).peakMemoryBytes
  }

  private static func malformed(_ problem: String) -> WorkerError {
    WorkerError(
      .malformed, "Standard input: \(problem).",
      remedy: "Give a list of trials as 'phasegrid-worker --help' shows.")
  }
}
