import Kernel
import Protocol

/// Looks at the files of trials before any is trained: whether their samples fit the parameters.
enum ExamineCommand {
  /// The most bytes of a list of trials.
  static let bytesMax = 16 << 20

  /// Looks at the trials of standard input.
  /// - Throws: ``WorkerError`` where standard input is no list of trials.
  static func run() throws {
    let trials = try TrialFile.list(try StandardStreams.read("-", countMax: bytesMax))
    let runner = try TrialRunner()
    let answers = trials.map { examine($0, runner) }
    try StandardStreams.write(JSONValue.array(answers).indentedText + "\n")
  }

  /// What is wrong with a trial; null where nothing is.
  private static func examine(_ trial: TrialFile, _ runner: TrialRunner) -> JSONValue {
    do {
      for (digest, path) in trial.files { runner.files.add(path, digest: digest) }
      try runner.examine(try trial.specification())
      return .null
    } catch {
      let known = error as? any Diagnosable
      return [
        "code": .string(known?.code ?? "worker.malformed"),
        "message": .string(known?.message ?? "\(error)"),
        "remedy": .string(known?.remedy ?? "Change the trial."),
      ]
    }
  }
}
