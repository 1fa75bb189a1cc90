import Glibc
import Protocol

/// What the worker's command line can ask for.
public enum WorkerCommand: Hashable, Sendable {
  /// The studies, as JSON.
  case describe
  /// Verdicts on rows of results.
  case check(study: String)
  /// One trial, from a file or, for `-`, standard input.
  case train(file: String)
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
  case slot(index: UInt16)

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
    case "train": self = .train(file: try WorkerCommand.operand("FILE", of: name, &rest))
    case "serve": self = .serve(directory: try WorkerCommand.directory(of: name, &rest))
    case "detach": self = .detach(directory: try WorkerCommand.directory(of: name, &rest))
    case "daemon": self = .daemon(directory: try WorkerCommand.directory(of: name, &rest))
    case "slot":
      guard let index = UInt16(try WorkerCommand.operand("INDEX", of: name, &rest)) else {
        throw WorkerCommand.usage("'slot' takes an index.")
      }
      self = .slot(index: index)
    default:
      let nearest = nearestName(to: name, among: ["describe", "check", "train", "serve"])
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

  private static func directory(
    of name: String, _ rest: inout ArraySlice<String>
  ) throws(WorkerError) -> String {
    guard rest.popFirst() == "--directory", let directory = rest.popFirst() else {
      throw usage("'\(name)' needs --directory DIRECTORY.")
    }
    return directory
  }

  private static func usage(_ problem: String) -> WorkerError {
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
                             "seeds": {PURPOSE: INDEX}, "replicate": N, "numerics": "pinned"};
                             all but the study may be left out.
      serve --directory DIR  Start the worker of DIR unless it runs, and speak with it over the
                             standard streams (docs/WIRE.md). The worker goes on when they end.

    OPTIONS:
      --help                 Print this.
      --version              Print the release.

    EXIT STATUS: 0 done, 64 usage, 65 malformed input, 69 cannot work on this machine,
    70 a fault of the worker, 74 cannot be read or written.

    """
}

extension WorkerCommand {
  /// Runs the program.
  /// - Parameter arguments: With the program's name before them.
  /// - Returns: The exit status.
  public static func run(_ arguments: [String]) -> Int32 {
    OwnProgram.fillStandardStreams()
    do {
      try WorkerCommand(arguments: Array(arguments.dropFirst())).run()
      return ExitStatus.done.rawValue
    } catch {
      let words = (error as? any Diagnosable)?.description ?? "\(error)"
      // Who cannot hear the words still has the status.
      try? Descriptor(dup(STDERR_FILENO)).writeAll(Array("phasegrid-worker: \(words)\n".utf8))
      return ((error as? any Diagnosable)?.exitStatus ?? .internalFault).rawValue
    }
  }

  private func run() throws {
    switch self {
    case .describe: try StandardStreams.write(DescribeCommand.document.indentedText + "\n")
    case .check(let study): try CheckCommand.run(study: study)
    case .train(let file): try TrainCommand.run(file: file)
    case .serve(let directory): try Relay.serve(directory)
    case .help: try StandardStreams.write(WorkerCommand.helpText)
    case .version: try StandardStreams.write(Release.number + "\n")
    case .detach(let directory): try DaemonProgram.detach(directory)
    case .daemon(let directory): DaemonProgram.run(directory)
    case .slot(let index): try SlotProgram.run(slot: SlotIndex(index))
    }
  }
}
