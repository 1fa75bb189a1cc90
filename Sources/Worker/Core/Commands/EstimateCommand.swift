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
    for (index, file) in files.enumerated() {
      let isInTime = index == 0 || ContinuousClock.now - start < .seconds(seconds)
      let estimate: JSONValue = isInTime ? estimate(of: file, runner) : ["untried": true]
      // A line each at once: who asks may end this process when one takes too long.
      try StandardStreams.write(estimate.text + "\n")
    }
  }

  private static func estimate(of file: TrialFile, _ runner: TrialRunner) -> JSONValue {
    do throws(WorkerError) {
      let estimate = try rehearse(file, runner)
      return [
        "memoryBytes": .integer(Int64(clamping: estimate.memoryBytes)),
        "keptBytes": .integer(Int64(clamping: estimate.keptBytes)),
      ]
    } catch {
      return ["refused": .string(error.message)]
    }
  }

  private static func rehearse(
    _ file: TrialFile, _ runner: TrialRunner
  ) throws(WorkerError) -> (memoryBytes: UInt64, keptBytes: Int) {
    var file = file
    for (digest, path) in file.files { runner.files.add(path, digest: digest) }
    let asked: TrialSpecification
    let rehearsed: TrialSpecification
    do {
      let study = try StudyLookup.study(named: file.study)
      asked = try file.specification()
      file.parameters = study.rehearsal(of: asked.parameters)
      rehearsed = try file.specification()
    } catch {
      throw malformed((error as? any Diagnosable)?.message ?? "\(error)")
    }
    let moments = file.keep.parameters.count
    // The parameters are as large at every moment.
    let once = KeepRequest(parameters: moments > 0 ? [.final] : [], matrices: file.keep.matrices)
    runner.checkpoints = .rehearsed
    let result = try TrainCommand.train(rehearsed, runner, keep: once)
    var bytes = result.kept.things.reduce(0) {
      $0 + $1.bytes.count * ($1.kind == .parameters ? moments : 1)
    }
    if let interval = file.keep.curveInterval {
      let steps = Double(result.steps) * lengthening(from: rehearsed, to: asked)
      // A point of a curve is a step and a number; the first and the last are kept in any case.
      bytes += 8 * (Int(min(steps / Double(interval), 1e15)) + 2)
    }
    return (result.peakMemoryBytes, bytes)
  }

  /// How many times as long a trial trains, at most, as its rehearsal.
  private static func lengthening(
    from rehearsed: TrialSpecification, to asked: TrialSpecification
  ) -> Double {
    ["training.steps", "training.stepsMax", "training.epochs"].reduce(1) { most, name in
      guard let long = asked.parameters[name]?.number,
        let short = rehearsed.parameters[name]?.number
      else { return most }
      return max(most, long / max(short, 1))
    }
  }

  private static func malformed(_ problem: String) -> WorkerError {
    WorkerError(
      .malformed, "Standard input: \(problem).",
      remedy: "Give a list of trials as 'phasegrid-worker --help' shows.")
  }
}
