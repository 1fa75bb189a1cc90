import Dispatch
import Glibc
package import Protocol
import Synchronization

/// The worker program on this machine: it describes its studies and holds statements against
/// results, each in a process that ends when it has answered.
package struct WorkerProgram: Sendable {
  /// Where it is.
  package let path: String

  /// Takes the program at this path.
  package init(path: String) {
    self.path = path
  }

  /// Finds the program: `$PHASEGRID_WORKER`, or `phasegrid-worker` beside this program.
  /// - Throws: ``TransportError`` `transport.no-worker`.
  package static func find() throws(TransportError) -> WorkerProgram {
    let path: String
    if let named = getenv("PHASEGRID_WORKER") {
      path = String(cString: named)
    } else {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      let count = max(readlink("/proc/self/exe", &buffer, Int(PATH_MAX)), 0)
      let own = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      path = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/phasegrid-worker"
    }
    guard access(path, X_OK) == 0 else {
      throw TransportError(
        .noWorker, "The worker program is not at \(path): \(String(cString: strerror(errno))).",
        remedy: "Build it with 'make build', or set PHASEGRID_WORKER to where it is.")
    }
    return WorkerProgram(path: path)
  }

  /// What the worker says of itself and its studies: the JSON document of `describe`.
  /// - Throws: ``TransportError`` when it cannot be started, fails or answers with no JSON.
  package func describe() async throws(TransportError) -> JSONValue {
    try await ask(["describe"], input: [])
  }

  /// The worker's verdicts on a table of results: the JSON document of `check`.
  /// - Parameters:
  ///   - study: The study whose statements are held against the rows.
  ///   - rows: The rows as a JSON document.
  /// - Returns: The document that it answered.
  /// - Throws: ``TransportError`` when it cannot be started, fails or answers with no JSON.
  package func check(study: String, rows: JSONValue) async throws(TransportError) -> JSONValue {
    try await ask(["check", study], input: Array(rows.text.utf8))
  }

  /// What trials take: the JSON lines of `estimate`.
  /// - Parameters:
  ///   - trials: A JSON list of trials, as the worker's `train` takes them.
  ///   - beginsWithinSeconds: How long it begins to try another of them, after the first.
  ///   - endsWithinSeconds: After how long it is stopped in the middle of one.
  /// - Returns: What it answered of the first trials, one entry a trial.
  /// - Throws: ``TransportError`` when it cannot be started, fails or answers with no JSON.
  package func estimate(
    trials: JSONValue, beginsWithinSeconds: Int, endsWithinSeconds: Int
  ) async throws(TransportError) -> [JSONValue] {
    let arguments = ["estimate", "--seconds", String(beginsWithinSeconds)]
    let output = try await answer(
      to: arguments, input: Array(trials.text.utf8), endsWithinSeconds: endsWithinSeconds)
    // What follows the last end of a line was cut off with the process.
    let lines = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var estimates: [JSONValue] = []
    for line in lines.dropLast() { estimates.append(try parsed(Array(line), arguments)) }
    return estimates
  }

  /// What is wrong with the files of trials: the JSON document of `examine`.
  /// - Parameter trials: A JSON list of trials, with where their files are.
  /// - Returns: The document that it answered, null for each trial whose files fit.
  /// - Throws: ``TransportError`` when it cannot be started, fails or answers with no JSON.
  package func examine(trials: JSONValue) async throws(TransportError) -> JSONValue {
    try await ask(["examine"], input: Array(trials.text.utf8))
  }

  private func ask(_ arguments: [String], input: [UInt8]) async throws(TransportError) -> JSONValue
  {
    try parsed(await answer(to: arguments, input: input), arguments)
  }

  /// What the worker says; at most for so long where it is given a time.
  private func answer(
    to arguments: [String], input: [UInt8], endsWithinSeconds: Int? = nil
  ) async throws(TransportError) -> [UInt8] {
    let child = try ChildProcess(path: path, arguments: arguments)
    let answer = await child.converse(input: input, endsWithinSeconds: endsWithinSeconds)
    guard answer.status == 0 || answer.wasStopped else {
      throw TransportError(
        .workerFailed,
        "\(subject(arguments)) ended with status \(answer.status). \(answer.complaints)",
        remedy: "Run it by hand to see what is wrong.")
    }
    return answer.output
  }

  private func parsed(
    _ document: [UInt8], _ arguments: [String]
  ) throws(TransportError) -> JSONValue {
    do {
      return try JSONValue(parsing: document)
    } catch {
      throw TransportError(
        .badAnswer, "\(subject(arguments)) answered with something that is not JSON: \(error).",
        remedy: "Use a coordinator and a worker of the same release.")
    }
  }

  private func subject(_ arguments: [String]) -> String {
    "'\(path) \(arguments.joined(separator: " "))'"
  }
}

extension ChildProcess {
  struct Answer: Sendable {
    var output: [UInt8]
    var complaints: String
    var status: Int32
    /// Whether its time was up.
    var wasStopped: Bool
  }

  /// Gives the process its input and collects what it says until it ends.
  /// - Parameters:
  ///   - bytes: Its input.
  ///   - seconds: After how long it is killed; `nil` for never.
  /// - Returns: What it said, and how it ended.
  func converse(input bytes: [UInt8], endsWithinSeconds seconds: Int? = nil) async -> Answer {
    await withCheckedContinuation { continuation in
      // Three blocking streams: each on a thread of Dispatch, none on the cooperative pool.
      let group = DispatchGroup()
      let queue = DispatchQueue.global()
      let collected = Collected()
      queue.async(group: group) { [self] in
        // A worker that ends early has said why.
        _ = writeAll(input, bytes)
        close(input)
      }
      queue.async(group: group) { [self] in
        readToEnd(self.output) { piece in collected.output.withLock { $0 += piece } }
        close(self.output)
      }
      queue.async(group: group) { [self] in
        readToEnd(error) { piece in collected.complaints.withLock { $0 += piece.suffix(4096) } }
        close(error)
      }
      let stop = DispatchWorkItem { [self] in
        collected.wasStopped.withLock { $0 = true }
        kill(processIdentifier, SIGKILL)
      }
      if let seconds { queue.asyncAfter(deadline: .now() + .seconds(seconds), execute: stop) }
      group.notify(queue: queue) { [self] in
        // The process is waited for below, so that its number is nobody else's until then.
        stop.cancel()
        let status = waitForExit()
        continuation.resume(
          returning: Answer(
            output: collected.output.withLock { $0 },
            complaints: String(decoding: collected.complaints.withLock { $0 }, as: UTF8.self),
            status: status, wasStopped: collected.wasStopped.withLock { $0 }))
      }
    }
  }
}

/// What two threads collect while a third waits for both.
private final class Collected: Sendable {
  let output = Mutex<[UInt8]>([])
  let complaints = Mutex<[UInt8]>([])
  let wasStopped = Mutex(false)
}
