import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// Daemons that start, are killed, and start again.
@Suite(.timeLimit(.minutes(2))) struct DaemonLifeTests {
  @Test func `after kill -9 the records are there and the trials are not held`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach(slots: .count(2))
      client.send(.assign(IdleTrials.shard(0..<10)))
      let before = try await client.records(10)
      client.send(.assign(IdleTrials.shard(10..<14, seconds: 60)))
      try await eventually { world.processes("slot").count == 2 }
      for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
      #expect(try await client.refusal() == nil)
      try await eventually { world.processes("slot").isEmpty }
      let (again, answer) = try await world.attach(slots: .count(2), spool: attached.spool)
      #expect(answer.spool == attached.spool && answer.nextSequence == 11)
      #expect(answer.held.isEmpty)
      #expect(try await again.records(10).map(\.result) == before.map(\.result))
      again.send(.assign(IdleTrials.shard(10..<14, attempt: 2)))
      #expect(try await again.records(4).map(\.sequence) == Array(11...14))
    }
  }

  @Test func `a torn record is cut when the daemon starts again`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3)))
      _ = try await client.records(3)
      for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
      try await eventually { world.processes("daemon").isEmpty }
      let spool = URL(fileURLWithPath: world.directory + "/spool")
      let whole = try Data(contentsOf: spool)
      try whole.dropLast(5).write(to: spool)
      let (again, answer) = try await world.attach(spool: attached.spool)
      #expect(answer.nextSequence == 3)
      #expect(try await again.records(2).count == 2)
      let log = try String(contentsOfFile: world.directory + "/worker.log", encoding: .utf8)
      #expect(log.contains("no whole record"))
    }
  }

  @Test func `a spool with a damaged header is set aside and a new one begins`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3)))
      _ = try await client.records(3)
      for daemon in world.processes("daemon") { kill(daemon, SIGKILL) }
      try await eventually { world.processes("daemon").isEmpty }
      let spool = URL(fileURLWithPath: world.directory + "/spool")
      var bytes = try Data(contentsOf: spool)
      bytes[20] ^= 1
      try bytes.write(to: spool)
      let (_, answer) = try await world.attach(spool: attached.spool, committed: 2)
      #expect(answer.spool != attached.spool && answer.nextSequence == 1)
      #expect(world.files.contains("spool.damaged-1"))
    }
  }

  @Test func `starts at the same time come to one daemon`() async throws {
    try await WorkerWorld.with { world in
      let clients = try (0..<6).map { _ in try world.open() }
      // Each takes over from the one before, so all but one end.
      try await eventually { clients.filter(\.isOpen).count <= 1 }
      let daemons = world.processes("daemon")
      #expect(daemons.count == 1)
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<3)))
      #expect(try await client.records(3).count == 3)
      #expect(world.processes("daemon") == daemons)
      for client in clients { #expect(try await client.ending().status == 0) }
    }
  }

  @Test func `a daemon whose socket was cleaned away is found again`() async throws {
    try await WorkerWorld.with { world in
      let (client, attached) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<2)))
      _ = try await client.records(2)
      let daemons = world.processes("daemon")
      let place = "\(world.runtimeDirectory)/phasegrid-\(geteuid())"
      try FileManager.default.removeItem(atPath: place)
      let (_, answer) = try await world.attach(spool: attached.spool)
      #expect(answer.spool == attached.spool && answer.nextSequence == 3)
      #expect(world.processes("daemon") == daemons)
    }
  }

  @Test func `results wait in memory while the disk is full`() async throws {
    try await WorkerWorld.with { world in
      // The size of the daemon's files is limited: to it the disk is full after two kilobytes.
      let program = BuiltProgram("phasegrid-worker").path
      let limited = try WorkerClient(
        program: "/bin/sh",
        arguments: [
          "-c", "ulimit -S -f 4; exec \"$0\" serve --directory \"$1\"", program, world.directory,
        ], environment: world.environment)
      limited.attach(
        Attach(catalog: world.catalog, spool: nil, committed: 0, slots: .count(2), leaseSeconds: 60)
      )
      guard case .attached = try await limited.next() else {
        throw WorldError(what: "the worker did not greet")
      }
      limited.send(.assign(IdleTrials.shard(0..<100)))
      let log = world.directory + "/worker.log"
      try await eventually {
        try String(contentsOfFile: log, encoding: .utf8).contains("results wait")
      }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
      process.arguments = ["--pid", "\(world.processes("daemon")[0])", "--fsize=unlimited:"]
      try process.run()
      process.waitUntilExit()
      let records = try await limited.records(100)
      #expect(records.map(\.sequence) == Array(1...100))
      #expect(records.allSatisfy { $0.result.outcome == .completed(.steps) })
    }
  }

  @Test func `what a login shell prints stands before the magic bytes`() async throws {
    try await WorkerWorld.with { world in
      let program = BuiltProgram("phasegrid-worker").path
      let noisy = try WorkerClient(
        program: "/bin/sh",
        arguments: [
          "-c", "echo 'Welcome to lab01!'; exec \"$0\" serve --directory \"$1\"", program,
          world.directory,
        ], environment: world.environment)
      noisy.send(.heartbeat(1))
      #expect(try await noisy.refusal() != nil)
      #expect(String(decoding: noisy.noise, as: UTF8.self) == "Welcome to lab01!\n")
    }
  }

  @Test func `the relay ends when its input does, and the daemon goes on`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      try await client.close()
      #expect(world.processes("serve").isEmpty)
      #expect(world.processes("daemon").count == 1)
    }
  }

  @Test func `a directory that others may enter is refused`() async throws {
    try await WorkerWorld.with { world in
      try FileManager.default.createDirectory(
        atPath: world.directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o750])
      let (status, words) = try await world.open().ending()
      #expect(status == 74)
      #expect(words.contains("worker.directory") && words.contains("750"))
    }
  }

  @Test func `a worker that cannot start says why`() async throws {
    try await WorkerWorld.with { world in
      try FileManager.default.createDirectory(
        atPath: world.directory + "/lock", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o700], ofItemAtPath: world.directory)
      let (status, words) = try await world.open().ending()
      #expect(status == 69)
      #expect(words.contains("worker.start") && words.contains("/lock"))
    }
  }

  @Test func `a symbolic link is refused as the directory`() async throws {
    try await WorkerWorld.with { world in
      try FileManager.default.createSymbolicLink(
        atPath: world.directory, withDestinationPath: world.runtimeDirectory)
      let (status, words) = try await world.open().ending()
      #expect(status == 74)
      #expect(words.contains("symbolic link"))
    }
  }

  @Test func `one directory under two names has one daemon`() async throws {
    try await WorkerWorld.with { world in
      let (first, attached) = try await world.attach()
      let other = world.runtimeDirectory + "/other-name"
      try FileManager.default.createSymbolicLink(
        atPath: other, withDestinationPath: world.runtimeDirectory)
      let second = try WorkerClient(
        program: BuiltProgram("phasegrid-worker").path,
        arguments: ["serve", "--directory", other + "/worker/"], environment: world.environment)
      second.attach(
        Attach(catalog: world.catalog, spool: nil, committed: 0, slots: .count(1), leaseSeconds: 60)
      )
      guard case .attached(let answer) = try await second.next() else {
        throw WorldError(what: "the worker did not greet")
      }
      #expect(answer.spool == attached.spool)
      #expect(try await first.refusal() != nil)
      #expect(world.processes("daemon").count == 1)
    }
  }

  @Test func `the directory and all in it are the owner's alone`() async throws {
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(.assign(IdleTrials.shard(0..<1)))
      _ = try await client.records(1)
      let place = "\(world.runtimeDirectory)/phasegrid-\(geteuid())"
      var paths = [world.directory, place]
      paths += world.files.map { "\(world.directory)/\($0)" }
      paths += WorkerTestFiles.all(below: place).map { "\(place)/\($0)" }
      #expect(paths.count >= 8)
      for path in paths {
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o077 == 0, "\(path)")
      }
    }
  }
}
