import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// One worker's directory with every process that a test starts in it.
final class WorkerWorld {
  let folder: URL
  let mark = "PHASEGRID_TEST=\(UUID().uuidString)"
  let catalog = UniqueID.random()

  /// The worker's directory.
  var directory: String { folder.appendingPathComponent("worker").path }
  /// Where lock and socket are.
  var runtimeDirectory: String { folder.path }
  /// What else is in the environment of every process of this world that is started from now on.
  var settings: [String: String] = [:]
  /// The environment of every process of this world.
  var environment: [String: String] {
    let parts = mark.split(separator: "=").map(String.init)
    return [parts[0]: parts[1], "XDG_RUNTIME_DIR": runtimeDirectory].merging(settings) { $1 }
  }

  private init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Gives a test a world and leaves nothing of it behind.
  static func with(_ body: (WorkerWorld) async throws -> Void) async throws {
    let world = try WorkerWorld()
    defer { world.end() }
    try await body(world)
  }

  private func end() {
    for process in ProcessTable.processes(withEnvironment: mark) {
      kill(process.identifier, SIGKILL)
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// The processes of this world that were started with this command.
  func processes(_ command: String) -> [Int32] {
    ProcessTable.processes(withEnvironment: mark)
      .filter { $0.arguments.count > 1 && $0.arguments[1] == command }.map(\.identifier)
  }

  /// The files of the worker's directory.
  var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
  }

  /// Opens a connection as a launcher does.
  func open() throws -> WorkerClient {
    try WorkerClient(
      program: BuiltProgram("phasegrid-worker").path,
      arguments: ["serve", "--directory", directory], environment: environment)
  }

  /// Opens a connection and greets the worker.
  func attach(
    slots: SlotRequest = .count(1), nice: UInt8 = 0, loadLimit: Double? = nil,
    spool: UniqueID? = nil, committed: UInt64 = 0, leaseSeconds: UInt32 = 60,
    isQuiet: Bool = false
  ) async throws -> (client: WorkerClient, attached: Attached) {
    // A connection to a daemon that is just dying ends without a word; the next one starts another.
    for _ in 0..<20 {
      let client = try open()
      client.attach(
        Attach(
          catalog: catalog, spool: spool, committed: committed, slots: slots, nice: nice,
          loadLimit: loadLimit, leaseSeconds: leaseSeconds), isQuiet: isQuiet)
      switch try await client.next() {
      case .attached(let attached): return (client, attached)
      case nil: continue
      case .some(let message): throw WorldError(what: "the worker answered \(message)")
      }
    }
    throw WorldError(what: "the worker did not greet")
  }
}

/// What a test's own machinery could not do.
struct WorldError: Error {
  let what: String
}

/// Trials of the study that trains nothing.
enum IdleTrials {
  /// A key that differs from all others in its first bits, as digests do.
  static func key(_ index: Int) -> TrialKey {
    let mixed = UInt64(index) &* 0x9e37_79b9_7f4a_7c15
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: mixed >> (56 - 8 * $0)) }
    bytes += [UInt8](repeating: 7, count: TrialKey.byteCount - bytes.count)
    guard let key = TrialKey(bytes: bytes) else { preconditionFailure("a key has 32 bytes") }
    return key
  }

  static func attempt(_ index: Int, _ number: UInt32 = 1) -> TrialAttempt {
    TrialAttempt(key: key(index), attempt: AttemptNumber(number))
  }

  /// A shard of trials with these indices.
  static func shard(
    _ indices: some Sequence<Int>, attempt: UInt32 = 1, seconds: Double = 0,
    ending: String = "completed", numerics: NumericProfile = .pinned,
    limits: TrialLimits = TrialLimits()
  ) -> Shard {
    Shard(
      study: "idle", revision: 1, numerics: numerics, limits: limits,
      shared: ["seconds": .real(seconds), "ending": .text(ending)],
      entries: indices.map {
        Shard.Entry(
          key: key($0), attempt: AttemptNumber(attempt), replicate: 0,
          parameters: ["index": .integer(Int64($0))], seeds: [:])
      })
  }
}
