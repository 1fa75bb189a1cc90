import Glibc
public import Protocol

/// What the worker's command line can ask for.
public enum WorkerCommand: Hashable, Sendable {
  /// The studies, as JSON.
  case describe
  /// Verdicts on rows of results.
  case check(study: String)
  /// One trial, from a file or, for `-`, standard input; its parameters from and to files.
  case train(file: String, initial: String?, export: String?, checkpoint: String?)
  /// What trials take, as JSON.
  case estimate(beginsWithinSeconds: Double)
  /// What is wrong with the files of trials, as JSON.
  case examine
  /// A case computed again, and compared.
  case replay(file: String, manifest: String?, numerics: NumericProfile)
  /// How fast a workload is trained here.
  case bench(workload: String, seconds: Double, plain: Bool, numerics: NumericProfile)
  /// The daemon of a directory, started unless it runs, spoken to over the standard streams.
  case serve(directory: String)
  /// What all this is.
  case help
  /// The release.
  case version
  /// Internal: the process between a launcher and a daemon.
  case detach(directory: String)
  /// Internal: the daemon.
  case daemon(directory: String)
  /// Internal: a slot of a daemon.
  case slot(index: UInt16, files: String?, checkpoints: String?)

  /// Understands the arguments after the program's name.
  /// - Throws: ``WorkerError`` `worker.usage`.
  public init(arguments: [String]) throws(WorkerError) {
    var rest = arguments[...]
    guard let name = rest.popFirst() else {
      throw WorkerCommand.usage("No command was given.")
    }
    if arguments.contains("--help") || arguments.contains("-h") || name == "help" {
      self = .help
      return
    }
    switch name {
    case "--version": self = .version
    case "describe": self = .describe
    case "check": self = .check(study: try WorkerCommand.operand("STUDY", of: name, &rest))
    case "train": self = try WorkerCommand.train(&rest)
    case "estimate": self = try WorkerCommand.estimate(&rest)
    case "examine": self = .examine
    case "replay": self = try WorkerCommand.replay(&rest)
    case "bench": self = try WorkerCommand.bench(&rest)
    case "serve": self = .serve(directory: try WorkerCommand.directory(of: name, &rest))
    case "detach": self = .detach(directory: try WorkerCommand.directory(of: name, &rest))
    case "daemon": self = .daemon(directory: try WorkerCommand.directory(of: name, &rest))
    case "slot":
      guard let index = UInt16(try WorkerCommand.operand("INDEX", of: name, &rest)) else {
        throw WorkerCommand.usage("'slot' takes an index.")
      }
      self = .slot(
        index: index, files: WorkerCommand.folder("--files", &rest),
        checkpoints: WorkerCommand.folder("--checkpoints", &rest))
    default:
      let nearest = nearestName(
        to: name,
        among: [
          "describe", "check", "train", "estimate", "examine", "replay", "bench", "serve",
        ])
      throw WorkerCommand.usage(
        "'\(name)' is no command." + (nearest.map { " Did you mean '\($0)'?" } ?? ""))
    }
    if let surplus = rest.first {
      throw WorkerCommand.usage("'\(name)' does not take '\(surplus)'.")
    }
  }

  private static func operand(
    _ what: String, of name: String, _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> String {
    guard let operand = rest.popFirst(), operand == "-" || !operand.hasPrefix("-") else {
      throw usage("'\(name)' needs \(what).")
    }
    return operand
  }

  private static func folder(_ option: String, _ rest: inout ArraySlice<String>) -> String? {
    guard rest.first == option, rest.count > 1 else { return nil }
    rest.removeFirst()
    return rest.removeFirst()
  }

  private static func directory(
    of name: String, _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> String {
    guard rest.popFirst() == "--directory", let directory = rest.popFirst() else {
      throw usage("'\(name)' needs --directory DIRECTORY.")
    }
    return directory
  }

  private static func train(
    _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> WorkerCommand {
    let options = try CommandOptions(
      "train", &rest, valued: ["--initial", "--export", "--checkpoint"])
    let (initial, checkpoint) = (options.value("--initial"), options.value("--checkpoint"))
    // What begins with given parameters is no trial, and a checkpoint would not know of them.
    guard initial == nil || checkpoint == nil else {
      throw usage("'train' takes --initial or --checkpoint, not both.")
    }
    return .train(
      file: try options.operand("FILE"), initial: initial, export: options.value("--export"),
      checkpoint: checkpoint)
  }

  private static func estimate(
    _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> WorkerCommand {
    let options = try CommandOptions("estimate", &rest, valued: ["--seconds"])
    if let surplus = options.operand { throw usage("'estimate' does not take '\(surplus)'.") }
    return .estimate(
      beginsWithinSeconds: try options.seconds("--seconds", default: 3600, max: 3600))
  }

  private static func replay(
    _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> WorkerCommand {
    let options = try CommandOptions("replay", &rest, valued: ["--manifest", "--numerics"])
    return .replay(
      file: try options.operand("CASE"), manifest: options.value("--manifest"),
      numerics: try options.numerics())
  }

  private static func bench(
    _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> WorkerCommand {
    let options = try CommandOptions(
      "bench", &rest, valued: ["--seconds", "--numerics"], flags: ["--plain"])
    return .bench(
      workload: try options.operand("WORKLOAD"),
      seconds: try options.seconds("--seconds", default: 5, max: 3600),
      plain: options.has("--plain"), numerics: try options.numerics())
  }

  static func usage(_ problem: String) -> WorkerError {
    WorkerError(
      .usage, problem, remedy: "Run 'phasegrid-worker --help' to see what there is.")
  }

  /// The text of `--help`.
  static let helpText = """
    Trains the trials of Phasegrid on this machine.

    USAGE: phasegrid-worker COMMAND

    COMMANDS:
      describe               Print what this worker can train, as JSON.
      check STUDY            Read rows of results as JSON from standard input and print the
                             verdicts on the study's statements, as JSON.
      train FILE             Train one trial and print its result, as JSON. FILE is JSON, '-' is
                             standard input: {"study": NAME, "parameters": {NAME: VALUE, ...},
                             "seeds": {PURPOSE: INDEX}, "replicate": N, "numerics": "pinned",
                             "keep": ["parameters final", "curves 50", "matrix NAME"]}; all but
                             the study may be left out. A parameter that is a file takes its path,
                             from the folder of FILE. Of what is kept, the sizes are told.
        --initial TENSORS    Begin with the parameters of this safetensors file.
        --export TENSORS     Write the parameters at the end to this safetensors file.
        --checkpoint FILE    Go on from this file if it is there, and keep checkpoints in it until
                             the trial ends.
      estimate               Read a JSON list of trials, each as for 'train', from standard input,
                             try each of them for a moment, and print the memory that it takes
                             and the most bytes that it keeps, a line of JSON each.
        --seconds S          Begin no other trial after S seconds; the rest are said to be untried.
      examine                Read such a list and print for each trial null, or as JSON what is wrong
                             with its files. "files": {SHA-256: PATH} says where they are.
      replay CASE            Compute a golden case again, a safetensors file, in both precisions;
                             print the error of each tensor and a verdict.
        --manifest FILE      The list of cases that describes it; else the file does itself.
        --numerics PROFILE   pinned (the default), openblas or native.
      bench WORKLOAD         Measure steps per second of one of the workloads W1-50 to W7-500 on one
                             thread, or what the core can do at most ('peak'), and print a line of
                             JSON.
        --seconds S          How long to measure; 5 unless given.
        --plain              Compute also what the loss does not need.
        --numerics PROFILE   As for replay.
      serve --directory DIR  Start the worker of DIR unless it runs, and speak with it over the
                             standard streams (docs/WIRE.md). The worker goes on when they end.

    OPTIONS:
      --help                 Print this.
      --version              Print the release.

    EXIT STATUS: 0 done, 1 a case failed, 64 usage, 65 malformed input, 69 cannot work on this
    machine, 70 a fault of the worker, 74 cannot be read or written.

    """
}

extension WorkerCommand {
  /// Runs the program.
  /// - Parameter arguments: With the program's name before them.
  /// - Returns: The exit status.
  public static func run(_ arguments: [String]) -> Int32 {
    OwnProgram.fillStandardStreams()
    do {
      return try WorkerCommand(arguments: Array(arguments.dropFirst())).run().rawValue
    } catch {
      let words = (error as? any Diagnosable)?.description ?? "\(error)"
      // Who cannot hear the words still has the status.
      try? Descriptor(dup(STDERR_FILENO)).writeAll(Array("phasegrid-worker: \(words)\n".utf8))
      return ((error as? any Diagnosable)?.exitStatus ?? .internalFault).rawValue
    }
  }

  private func run() throws -> ExitStatus {
    switch self {
    case .describe: try StandardStreams.write(DescribeCommand.document.indentedText + "\n")
    case .check(let study): try CheckCommand.run(study: study)
    case .train(let file, let initial, let export, let checkpoint):
      try TrainCommand.run(file: file, initial: initial, export: export, checkpoint: checkpoint)
    case .estimate(let seconds): try EstimateCommand.run(beginsWithinSeconds: seconds)
    case .examine: try ExamineCommand.run()
    case .replay(let file, let manifest, let numerics):
      return try ReplayCommand.run(file: file, manifest: manifest, numerics: numerics)
        ? .done : .someFailed
    case .bench(let workload, let seconds, let plain, let numerics):
      try BenchCommand.run(workload: workload, seconds: seconds, plain: plain, numerics: numerics)
    case .serve(let directory): try Relay.serve(directory)
    case .help: try StandardStreams.write(WorkerCommand.helpText)
    case .version: try StandardStreams.write(Release.number + "\n")
    case .detach(let directory): try DaemonProgram.detach(directory)
    case .daemon(let directory): DaemonProgram.run(directory)
    case .slot(let index, let files, let checkpoints):
      try SlotProgram.run(slot: SlotIndex(index), files: files, checkpoints: checkpoints)
    }
    return .done
  }
}
