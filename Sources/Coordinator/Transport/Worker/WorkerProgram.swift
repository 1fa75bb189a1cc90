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

  /// What trials take: the JSON document of `estimate`.
  /// - Parameters:
  ///   - trials: A JSON list of trials, as the worker's `train` takes them.
  ///   - beginsWithinSeconds: How long it begins to try another of them, after the first.
  /// - Returns: The document that it answered, with one entry a trial.
  /// - Throws: ``TransportError`` when it cannot be started, fails or answers with no JSON.
  package func estimate(
    trials: JSONValue, beginsWithinSeconds: Int
  ) async throws(TransportError) -> JSONValue {
    try await ask(
      ["estimate", "--seconds", String(beginsWithinSeconds)], input: Array(trials.text.utf8))
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
    let child = try ChildProcess(path: path, arguments: arguments)
    let answer = await child.converse(input: input)
    let subject = "'\(path) \(arguments.joined(separator: " "))'"
    guard answer.status == 0 else {
      throw TransportError(
        .workerFailed, "\(subject) ended with status \(answer.status). \(answer.complaints)",
        remedy: "Run it by hand to see what is wrong.")
    }
    do {
      return try JSONValue(parsing: answer.output)
    } catch {
      throw TransportError(
        .badAnswer, "\(subject) answered with something that is not JSON: \(error).",
        remedy: "Use a coordinator and a worker of the same release.")
    }
  }
}

extension ChildProcess {
  struct Answer: Sendable {
    var output: [UInt8]
    var complaints: String
    var status: Int32
  }

  /// Gives the process its input and collects what it says until it ends.
  func converse(input bytes: [UInt8]) async -> Answer {
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
      group.notify(queue: queue) { [self] in
        let status = waitForExit()
        continuation.resume(
          returning: Answer(
            output: collected.output.withLock { $0 },
            complaints: String(decoding: collected.complaints.withLock { $0 }, as: UTF8.self),
            status: status))
      }
    }
  }
}

/// What two threads collect while a third waits for both.
private final class Collected: Sendable {
  let output = Mutex<[UInt8]>([])
  let complaints = Mutex<[UInt8]>([])
}
