import Foundation
import Glibc

/// What a laboratory could not do.
package struct LaboratoryError: Error, CustomStringConvertible {
  /// What was being done, and what the system said.
  package let description: String

  init(_ description: String) { self.description = description }

  /// A refusal of the system, in its own words.
  static func system(_ action: String, code: Int32 = errno) -> LaboratoryError {
    LaboratoryError("\(action): \(String(cString: strerror(code)))")
  }
}

/// A program of the system, started with nothing inherited but what is named.
package enum SystemCommand {
  /// How a program ended.
  package struct Ending: Sendable {
    /// The exit status, or 128 and the signal's number.
    package let status: Int32
    /// What it wrote to standard output and standard error, in the order of writing.
    package let output: String
  }

  /// Where a program is: administrators' folders are often not on the path of an ordinary user.
  package static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folders = path.split(separator: ":").map(String.init)
    let candidates = (folders + ["/usr/local/sbin", "/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }
    return candidates.first { (candidate: String) in access(candidate, X_OK) == 0 }
  }

  /// Where a program is.
  /// - Throws: `LaboratoryError` when it is not installed.
  static func require(_ name: String) throws -> String {
    guard let path = find(name) else {
      throw LaboratoryError("The program \(name) is not installed.")
    }
    return path
  }

  /// What every program of a laboratory finds in its environment.
  static let plainEnvironment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
  ]

  /// Runs a program to its end, keeping the thread: only for what takes milliseconds.
  /// - Throws: `LaboratoryError` when it is not installed or ends with another status than 0.
  @discardableResult
  package static func run(
    _ name: String, _ arguments: [String], input: String = ""
  ) throws -> String {
    let running = try RunningCommand(try require(name), arguments, input: input)
    let ending = running.waitedEnding()
    guard ending.status == 0 else {
      throw LaboratoryError(
        "\(name) \(arguments.joined(separator: " ")) ended with \(ending.status): \(ending.output)")
    }
    return ending.output
  }

  /// Runs a program to its end, whatever that is.
  /// - Throws: `LaboratoryError` when it is not installed.
  package static func ending(
    of name: String, _ arguments: [String], input: String = "",
    environment: [String: String] = [:]
  ) async throws -> Ending {
    let running = try RunningCommand(
      try require(name), arguments, input: input, environment: environment)
    return await running.ending()
  }

  /// Starts a program as the leader of a session of its own.
  /// - Parameters:
  ///   - path: where the program is.
  ///   - arguments: its arguments, without its name.
  ///   - environment: its whole environment.
  ///   - streams: the descriptors that become its standard input, output and error.
  /// - Returns: the number of the process, which the caller waits for.
  /// - Throws: `LaboratoryError` when it cannot be started.
  static func spawn(
    _ path: String, _ arguments: [String], environment: [String: String],
    streams: (input: Int32, output: Int32, error: Int32)
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, streams.input, 0)
    posix_spawn_file_actions_adddup2(&actions, streams.output, 1)
    posix_spawn_file_actions_adddup2(&actions, streams.error, 2)
    // Whoever waits for the end of a pipe must not be kept waiting by a server of a laboratory.
    for descriptor in 3...(highestDescriptor + 32) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What the test's process ignores or blocks is no business of a node's.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var identifier: pid_t = 0
    let words = [path] + arguments
    let entries = environment.map { "\($0)=\($1)" }
    let code = withCStrings(words) { words in
      withCStrings(entries) { entries in
        posix_spawn(&identifier, path, &actions, &attributes, words, entries)
      }
    }
    guard code == 0 else { throw LaboratoryError.system("Starting \(path)", code: code) }
    return identifier
  }

  /// The highest descriptor that is open; a few more may be opened while it is looked for.
  private static var highestDescriptor: Int32 {
    // Without the listing there are at least the three streams.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.max() ?? 2
  }

  /// `POSIX_SPAWN_SETSID`, which the headers show only to those who ask for all of GNU.
  private static let newSession: Int32 = 0x80

  private static func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // There is always the empty pointer at the end.
      guard let base = buffer.baseAddress else { preconditionFailure("the list has an end") }
      return body(base)
    }
  }
}

/// A program of the system that was started, its streams in memory.
final class RunningCommand: Sendable {
  let identifier: pid_t
  private let outputDescriptor: Int32

  init(
    _ path: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws {
    // Files instead of pipes: no process waits for another to read.
    let inputDescriptor = try RunningCommand.namelessFile()
    defer { close(inputDescriptor) }
    outputDescriptor = try RunningCommand.namelessFile()
    let bytes = Array(input.utf8)
    guard pwrite(inputDescriptor, bytes, bytes.count, 0) == bytes.count else {
      throw LaboratoryError.system("Writing the input of \(path)")
    }
    identifier = try SystemCommand.spawn(
      path, arguments,
      environment: SystemCommand.plainEnvironment.merging(environment) { $1 },
      streams: (inputDescriptor, outputDescriptor, outputDescriptor))
  }

  deinit { close(outputDescriptor) }

  private static func namelessFile() throws -> Int32 {
    let folder = FileManager.default.temporaryDirectory.path
    // mkstemp replaces the last six letters.
    var template = Array("\(folder)/phasegrid-\(String(repeating: "X", count: 6))".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw LaboratoryError.system("Making a file in \(folder)") }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  /// Waits for the end, keeping the thread.
  func waitedEnding() -> SystemCommand.Ending {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    return ending(status)
  }

  /// Waits for the end.
  func ending() async -> SystemCommand.Ending {
    var status: Int32 = 0
    while waitpid(identifier, &status, WNOHANG) == 0 {
      // A test that was given up leaves nothing running.
      if (try? await Task.sleep(for: .milliseconds(2))) == nil { kill(identifier, SIGKILL) }
    }
    return ending(status)
  }

  private func ending(_ status: Int32) -> SystemCommand.Ending {
    let signal = status & 0x7f
    return SystemCommand.Ending(
      status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: output)
  }

  private var output: String {
    let size = Int(lseek(outputDescriptor, 0, SEEK_END))
    guard size > 0 else { return "" }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, pread(outputDescriptor, buffer.baseAddress, size, 0))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
