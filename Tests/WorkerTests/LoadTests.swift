import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import WorkerCore

/// A worker on a machine whose load average the test decides: another file is mounted over the
/// system's, seen by the worker's processes alone.
@Suite(.timeLimit(.minutes(2))) struct LoadTests {
  private static let mountOver = "mount --bind \"$0\" /proc/loadavg && "

  /// Whether this process may mount.
  private static let mayMount: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-m", "/bin/sh", "-c", mountOver + "true", "/proc/uptime"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private static func setLoad(_ load: Double, of world: WorkerWorld) throws {
    // The same file stays: another one in its place would not be the one that is mounted.
    try Data("\(load) 0.00 0.00 1/100 4242\n".utf8).write(to: loadFile(of: world))
  }

  private static func loadFile(of world: WorkerWorld) -> URL {
    world.folder.appendingPathComponent("loadavg")
  }

  /// Greets a worker on a machine with this load.
  private static func attach(
    _ world: WorkerWorld, load: Double, slots: SlotRequest, loadLimit: Double? = nil
  ) async throws -> (client: WorkerClient, attached: Attached) {
    try setLoad(load, of: world)
    let client = try WorkerClient(
      program: "/usr/bin/unshare",
      arguments: [
        "-m", "/bin/sh", "-c", mountOver + "exec \"$1\" serve --directory \"$2\"",
        loadFile(of: world).path, BuiltProgram("phasegrid-worker").path, world.directory,
      ], environment: world.environment)
    client.attach(
      Attach(
        catalog: world.catalog, spool: nil, committed: 0, slots: slots, loadLimit: loadLimit,
        leaseSeconds: 60))
    guard case .attached(let attached) = try await client.next() else {
      throw WorldError(what: "the worker did not greet")
    }
    return (client, attached)
  }

  @Test(.enabled(if: mayMount, "mounting over the load average needs the right to mount"))
  func `as many slots are used as physical cores are free`() async throws {
    try await WorkerWorld.with { world in
      let (_, attached) = try await Self.attach(world, load: 0, slots: .free)
      let cores = PhysicalCores.free(
        cores: Int(attached.processors), quota: ProcessorQuota.processors, load: 0)
      #expect(attached.slots >= 1 && attached.slots <= cores)
      try Self.setLoad(1000, of: world)
      #expect(try await world.attach(slots: .free).attached.slots == 1)
    }
  }

  @Test(.enabled(if: mayMount, "mounting over the load average needs the right to mount"))
  func `no trial is begun while others keep the machine busy`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await Self.attach(
        world, load: 50, slots: .count(1), loadLimit: 4)
      client.send(.assign(IdleTrials.shard(0..<3)))
      let log = world.directory + "/worker.log"
      try await eventually {
        try String(contentsOfFile: log, encoding: .utf8).contains("No trial is begun")
      }
      client.send(.heartbeat(8))
      try await client.wait(for: .heartbeat(8, running: []))
      #expect(world.processes("slot").isEmpty)
      try Self.setLoad(0.5, of: world)
      #expect(try await client.records(3).count == 3)
      #expect(try String(contentsOfFile: log, encoding: .utf8).contains("begun again"))
    }
  }

  @Test(.enabled(if: mayMount, "mounting over the load average needs the right to mount"))
  func `a greeting without a limit begins what waited for the load`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await Self.attach(
        world, load: 50, slots: .count(1), loadLimit: 4)
      client.send(.assign(IdleTrials.shard(0..<3)))
      client.send(.heartbeat(8))
      try await client.wait(for: .heartbeat(8, running: []))
      #expect(try await world.attach().client.records(3).count == 3)
    }
  }
}
