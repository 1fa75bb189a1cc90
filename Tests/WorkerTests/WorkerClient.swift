import Dispatch
import Foundation
import Glibc
import Protocol

/// A coordinator's end of a conversation, through the relay that every launcher starts.
final class WorkerClient {
  /// The number of the heartbeats that it sends by itself.
  static let lifeNumber: UInt64 = 1 << 40

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let words = Pipe()
  /// Everything is written here, in order: a relay that does not read holds up no test.
  private let writer = DispatchQueue(label: "phasegrid.test.writer")
  private var heartbeats: (any DispatchSourceTimer)?
  private var decoder = FrameDecoder<FromWorker>(awaitsMagic: true)

  init(program: String, arguments: [String], environment: [String: String]) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = words
    signal(SIGPIPE, SIG_IGN)
    try process.run()
    let number = output.fileHandleForReading.fileDescriptor
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
  }

  deinit { heartbeats?.cancel() }

  /// Whether its relay still runs.
  var isOpen: Bool { process.isRunning }

  /// What came before the magic bytes.
  var noise: [UInt8] { decoder.noise }

  func send(_ message: ToWorker) { send(FrameEncoder.frame(message)) }

  func send(_ bytes: [UInt8]) {
    let handle = input.fileHandleForWriting
    writer.async { WorkerClient.write(bytes, to: handle) }
  }

  /// Greets the worker, and from then on says that it is there.
  func attach(_ attach: Attach, isQuiet: Bool = false) {
    send(.attach(attach))
    guard !isQuiet else { return }
    // A real coordinator lives while others work; so does this one while its test waits for a core.
    let timer = DispatchSource.makeTimerSource(queue: writer)
    timer.schedule(deadline: .now() + Limits.heartbeatSeconds, repeating: Limits.heartbeatSeconds)
    let handle = input.fileHandleForWriting
    timer.setEventHandler {
      WorkerClient.write(
        FrameEncoder.frame(ToWorker.heartbeat(WorkerClient.lifeNumber)), to: handle)
    }
    timer.activate()
    heartbeats = timer
  }

  private static func write(_ bytes: [UInt8], to handle: FileHandle) {
    // A worker that has closed the connection says so where it is read.
    try? handle.write(contentsOf: Data(bytes))
  }

  /// The next message; `nil` when the connection has ended.
  func next() async throws -> FromWorker? {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      if let message = try decoder.next() { return message }
      var bytes = [UInt8](repeating: 0, count: 64 << 10)
      let count = read(output.fileHandleForReading.fileDescriptor, &bytes, bytes.count)
      if count > 0 {
        decoder.append(bytes[..<count])
      } else if count == 0 {
        return nil
      } else {
        guard .now < deadline else { throw WorldError(what: "the worker is silent") }
        try await Task.sleep(for: .milliseconds(2))
      }
    }
  }

  /// The next message that is no sign of life and no part of a checkpoint.
  func nextNews() async throws -> FromWorker? {
    while let message = try await next() {
      switch message {
      case .heartbeat, .checkpoint: continue
      default: return message
      }
    }
    return nil
  }

  /// Reads until this message comes.
  func wait(for wanted: FromWorker) async throws {
    while let message = try await next() {
      if message == wanted { return }
    }
    throw WorldError(what: "the connection ended before \(wanted)")
  }

  /// Asks until a slot trains this trial.
  func waitUntilRunning(_ trial: TrialAttempt) async throws {
    send(.heartbeat(1))
    while try await !answer().contains(trial) {
      try await Task.sleep(for: .milliseconds(10))
      send(.heartbeat(1))
    }
  }

  /// What runs, as the answer to a heartbeat says it.
  private func answer() async throws -> [TrialAttempt] {
    while let message = try await next() {
      if case .heartbeat(1, let running) = message { return running }
    }
    throw WorldError(what: "the connection ended before a trial ran")
  }

  /// The next records, with their numbers.
  func records(_ count: Int) async throws -> [(sequence: UInt64, result: TrialResult)] {
    var records: [(sequence: UInt64, result: TrialResult)] = []
    var parts = KeptPartCollector()
    while records.count < count {
      let message = try await nextNews()
      if case .part(_, let part) = message {
        try parts.add(part)
        continue
      }
      guard case .record(let sequence, let plain) = message else {
        throw WorldError(what: "a record was expected after \(records.count)")
      }
      var result = plain
      result.kept = try parts.take(
        for: TrialAttempt(key: result.key, attempt: result.attempt))
      records.append((sequence, result))
    }
    return records
  }

  /// The next record's result.
  func result() async throws -> TrialResult { try await records(1)[0].result }

  /// Reads until the connection has ended; returns what the worker refused, if it did.
  func refusal() async throws -> String? {
    var words: String?
    while let message = try await nextNews() {
      if case .refused(let reason) = message { words = reason }
    }
    return words
  }

  /// Cuts the connection as a lost network does: the relay is gone at once.
  func cut() async throws {
    kill(process.processIdentifier, SIGKILL)
    _ = try await ending()
  }

  /// Ends the conversation politely.
  func close() async throws {
    heartbeats?.cancel()
    let handle = input.fileHandleForWriting
    writer.async { try? handle.close() }
    _ = try await ending()
  }

  /// Waits for the relay's end.
  func ending() async throws -> (status: Int32, words: String) {
    while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    let said = try words.fileHandleForReading.readToEnd() ?? Data()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
