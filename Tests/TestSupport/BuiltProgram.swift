public import Foundation
import Glibc

/// A program of this package as a user runs it: a process with its own environment and streams.
public struct BuiltProgram: Sendable {
  /// What a program that ended left behind.
  public struct Ending: Sendable {
    /// The exit status, or 128 and the signal's number.
    public let status: Int32
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let words: String
  }

  private let url: URL
  private var environment: [String: String]

  /// A program that was built with the tests.
  /// - Parameters:
  ///   - name: `phasegrid` or `phasegrid-worker`.
  ///   - environment: What is set in its environment, over that of the tests.
  public init(_ name: String, environment: [String: String] = [:]) {
    url = BuiltProgram.folder.appendingPathComponent(name)
    self.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  }

  /// Where the test bundle is, and so the programs that were built with it; benchmarks name another
  /// folder, with the release programs, in `PHASEGRID_PROGRAMS`.
  public static var folder: URL {
    if let named = ProcessInfo.processInfo.environment["PHASEGRID_PROGRAMS"] {
      return URL(fileURLWithPath: named)
    }
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent()
  }

  /// The same program with more in its environment; an empty value takes the entry away.
  public func with(_ entries: [String: String]) -> BuiltProgram {
    var program = self
    for (name, value) in entries { program.environment[name] = value.isEmpty ? nil : value }
    return program
  }

  /// Where the program is.
  public var path: String { url.path }

  /// Runs the program to its end.
  public func run(_ arguments: [String], input: String = "") async throws -> Ending {
    try await start(arguments, input: input).ending()
  }

  /// Starts the program.
  public func start(_ arguments: [String], input: String = "") throws -> RunningProgram {
    try RunningProgram(url: url, arguments: arguments, environment: environment, input: input)
  }
}

/// A program that was started and may be killed.
public final class RunningProgram: @unchecked Sendable {
  // The class is used by one test at a time; Foundation's own does not say that it may be sent.
  private let process = Process()
  private let folder: URL

  init(url: URL, arguments: [String], environment: [String: String], input: String) throws {
    // Files instead of pipes: a process that outlives its parent must not keep a test waiting.
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("phasegrid-streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let given = folder.appendingPathComponent("input")
    try Data(input.utf8).write(to: given)
    for name in ["output", "words"] {
      try Data().write(to: folder.appendingPathComponent(name))
    }
    process.executableURL = url
    process.arguments = arguments
    process.environment = environment
    process.standardInput = try FileHandle(forReadingFrom: given)
    process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("output"))
    process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("words"))
    try process.run()
  }

  deinit {
    // The streams' files are of no use to anybody else.
    try? FileManager.default.removeItem(at: folder)
  }

  /// The process's number.
  public var processIdentifier: Int32 { process.processIdentifier }

  /// Sends a signal.
  public func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// What it has written to standard error so far.
  public var wordsSoFar: String { text("words") }

  /// Waits for its end.
  public func ending() async throws -> BuiltProgram.Ending {
    while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    let status =
      process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
    return BuiltProgram.Ending(status: status, output: text("output"), words: text("words"))
  }

  private func text(_ name: String) -> String {
    let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path)
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}

/// Waits until something is true, looking often; a test fails by its time limit otherwise.
public func eventually(_ condition: () async throws -> Bool) async throws {
  while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
}
