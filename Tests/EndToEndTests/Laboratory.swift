import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// A folder with a catalog, sweep files and workers of its own, and the programs as a user runs them.
///
/// Whatever still runs when the test ends is killed.
struct Laboratory: Sendable {
  let directory: TemporaryDirectory
  let phasegrid: BuiltProgram
  let worker: BuiltProgram
  private let workDirectory: String

  /// Makes a laboratory, hands it to `body`, kills what still runs, and removes everything.
  static func with<Value>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Laboratory) async throws -> Value
  ) async throws -> Value {
    try await TemporaryDirectory.with { directory in
      let laboratory = Laboratory(directory: directory)
      defer { for process in laboratory.processes { kill(process.identifier, SIGKILL) } }
      return try await body(laboratory)
    }
  }

  private init(directory: TemporaryDirectory) {
    self.directory = directory
    workDirectory = directory.path("work")
    let environment = [
      "PHASEGRID_CATALOG": directory.path("catalog.sqlite"),
      "PHASEGRID_WORK_DIRECTORY": workDirectory,
      "PHASEGRID_WORKER": BuiltProgram.folder.appendingPathComponent("phasegrid-worker").path,
    ]
    phasegrid = BuiltProgram("phasegrid", environment: environment)
    worker = BuiltProgram("phasegrid-worker", environment: environment)
  }

  /// Every process of this laboratory.
  var processes: [(identifier: Int32, arguments: [String])] {
    ProcessTable.processes(withEnvironment: "PHASEGRID_WORK_DIRECTORY=\(workDirectory)")
  }

  /// The slots of its workers.
  var slots: [Int32] {
    processes.filter { $0.arguments.dropFirst().first == "slot" }.map(\.identifier)
  }

  /// Its worker's daemon: the parent of the slots.
  var daemon: Int32? {
    guard let slot = slots.first,
      let status = FileManager.default.contents(atPath: "/proc/\(slot)/status")
    else { return nil }
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("PPid:") }
    return line.flatMap { Int32($0.dropFirst(5).drop { $0 == "\t" }) }
  }

  /// Writes a file and returns its path.
  func write(_ text: String, as name: String) throws -> String {
    let path = directory.path(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Runs `phasegrid` and expects this exit status.
  @discardableResult
  func run(
    _ arguments: String..., expecting status: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> BuiltProgram.Ending {
    let ending = try await phasegrid.run(arguments)
    #expect(ending.status == status, "\(ending.words)", sourceLocation: sourceLocation)
    return ending
  }

  /// The results of a sweep as CSV.
  func csv(_ name: String) async throws -> String {
    try await run("results", name, "--format", "csv").output
  }

  /// How many trials of a sweep have an outcome.
  func doneCount(_ name: String) async throws -> Int {
    let ending = try await phasegrid.run(["status", name, "--json"])
    // While the catalog is being made there is nothing to read.
    guard ending.status == 0 else { return 0 }
    let counts = try JSONValue(parsing: ending.output)["sweeps"]?.array?.first?["counts"]
    let parts = ["completed", "diverged", "failed"].map { Int(counts?[$0]?.integer ?? 0) }
    return parts.reduce(0, +)
  }
}
