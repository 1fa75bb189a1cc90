import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(2))) struct NodeCleanTests {
  private let shell = NodeShell.standard

  private func clean(
    _ world: NodeWorld, by shell: NodeShell = .standard, root: String = ""
  ) async throws -> NodeCleaning {
    let script = NodeScript.clean(workDirectory: world.workDirectory, systemRoot: root)
    let outcome = try await shell.run(script, in: world)
    #expect(outcome.answers.last == .done(words: ""))
    #expect(outcome.complaints == "")
    return NodeCleaning(answers: outcome.answers)
  }

  @Test(arguments: NodeShell.all)
  func `after a cleaning nothing of ours is there`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let worker = try NodeWorld.program(at: BuiltProgram("phasegrid-worker").path)
      let upload = world.upload(worker.bytes, digest: worker.digest)
      _ = try await shell.run(upload, in: world, sending: worker.bytes)
      let started = try await shell.run(world.launch(digest: worker.digest), in: world)
      #expect(started.answers == [.ready])
      let probe = try await shell.run(
        NodeScript.probe(workDirectory: world.workDirectory), in: world)
      let facts = NodeFacts(answers: probe.answers)
      let daemon = try #require(facts.processes.first { $0.role == "daemon" })
      #expect(daemon.directory.hasSuffix("/\(world.catalog)"))
      #expect(facts.holdings.map(\.catalog) == [world.catalog])

      let cleaning = try await clean(world, by: shell)
      #expect(cleaning.processes >= 1)
      #expect(cleaning.files >= 5)
      #expect(cleaning.left == [])
      #expect(!FileManager.default.fileExists(atPath: "/proc/\(daemon.identifier)/exe"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.home) == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.path + "/run") == [])
    }
  }

  @Test(arguments: NodeShell.all)
  func `what is not ours stays`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      try world.install()
      let digest = NodeWorld.digest()
      let kept = [
        "notes.txt", "\(digest)/notes.txt", "data/spool", "0123/phasegrid-worker",
        "lab-x/\(world.catalog)/spool", String(repeating: "g", count: 64) + "/phasegrid-worker",
      ]
      for name in kept { try world.write([1], to: "\(world.workDirectory)/\(name)") }
      let cleaning = try await clean(world, by: shell)
      #expect(cleaning.files == 1)
      #expect(cleaning.left == ["\(world.workDirectory)/\(digest)"])
      for name in kept { #expect(world.contents().contains(name)) }
    }
  }

  @Test func `a link in the place of a directory of ours is not followed`() async throws {
    try await NodeWorld.with { world in
      let treasure = world.path + "/treasure"
      try world.write([1], to: treasure + "/phasegrid-worker")
      try world.write([1], to: "\(treasure)/\(world.catalog)/spool")
      try world.makeDirectory(world.workDirectory)
      symlink(treasure, "\(world.workDirectory)/\(NodeWorld.digest())")
      try world.write(Array("lab01\n".utf8), to: "\(world.root)/proc/sys/kernel/hostname")
      try world.makeDirectory("\(world.workDirectory)/\(machine("lab01"))")
      symlink(treasure, "\(world.workDirectory)/\(machine("lab01"))/\(UniqueID.random())")
      _ = try await clean(world, root: world.root)
      #expect(FileManager.default.fileExists(atPath: treasure + "/phasegrid-worker"))
      #expect(FileManager.default.fileExists(atPath: "\(treasure)/\(world.catalog)/spool"))
    }
  }

  /// The name of a machine without an identity of its own.
  private func machine(_ host: String) -> String {
    let digest = SHA256.digest("phasegrid machine \(host)".utf8)
    return "\(host)-\(hexadecimal(of: digest.prefix(8)))"
  }

  @Test func `results that nobody has collected are counted`() async throws {
    try await NodeWorld.with { world in
      try world.write(Array("lab01\n".utf8), to: "\(world.root)/proc/sys/kernel/hostname")
      let directory = "\(world.workDirectory)/\(machine("lab01"))/\(world.catalog)"
      try world.write([UInt8](repeating: 0, count: 1064), to: directory + "/spool")
      try world.write([1], to: directory + "/worker.log")
      let cleaning = try await clean(world, root: world.root)
      #expect(cleaning.resultBytes == 1000)
      #expect(cleaning.files == 2)
      #expect(cleaning.summary.contains("1000 bytes of results"))
      #expect(!FileManager.default.fileExists(atPath: world.workDirectory))
    }
  }

  @Test func `another machine that shares the directory keeps its files and programs`()
    async throws
  {
    try await NodeWorld.with { world in
      try world.install()
      for host in ["lab01", "lab02"] {
        try world.write(
          [1], to: "\(world.workDirectory)/\(machine(host))/\(world.catalog)/spool")
      }
      try world.write(Array("lab01\n".utf8), to: "\(world.root)/proc/sys/kernel/hostname")
      let cleaning = try await clean(world, root: world.root)
      #expect(cleaning.left.contains("\(world.workDirectory)/\(machine("lab02"))"))
      let names = world.contents()
      #expect(names.contains("\(NodeWorld.digest())/phasegrid-worker"))
      #expect(names.contains("\(machine("lab02"))/\(world.catalog)/spool"))
      #expect(!names.contains(machine("lab01")))
    }
  }

  @Test func `processes of another work directory go on`() async throws {
    try await NodeWorld.with { other in
      let worker = try other.installSleeper()
      let process = try other.startSleeper(worker.path)
      defer { process.end() }
      try await NodeWorld.with { world in
        var world = world
        world.environment["XDG_RUNTIME_DIR"] = other.environment["XDG_RUNTIME_DIR"]
        let place = "\(other.path)/run/phasegrid-\(geteuid())"
        try world.write(
          Array("\(process.identifier)\n".utf8), to: "\(place)/0123456789abcdef.lock")
        try world.write(Array("\n".utf8), to: "\(place)/0123456789abcdee.lock")
        try world.write(Array("4194305\n".utf8), to: "\(place)/0123456789abcded.lock")
        try world.write([], to: "\(place)/0123456789abcded.sock")
        let cleaning = try await clean(world)
        #expect(cleaning.processes == 0)
        #expect(kill(process.identifier, 0) == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
        #expect(names == ["0123456789abcdee.lock", "0123456789abcdef.lock"])
      }
    }
  }

  @Test func `workers go even when their work directory is gone`() async throws {
    try await NodeWorld.with { world in
      let worker = try world.installSleeper()
      let process = try world.startSleeper(worker.path)
      defer { process.end() }
      try FileManager.default.removeItem(atPath: world.workDirectory)
      // The test is the parent and collects the process only later.
      let cleaning = try await clean(world)
      #expect(cleaning.processes == 1)
    }
  }

  @Test func `a node that has nothing but busybox can be used`() async throws {
    guard let busybox = NodeShell.find("busybox") else {
      try Test.cancel("busybox is not installed")
    }
    try await NodeWorld.with { world in
      var world = world
      let tools = world.path + "/busybox"
      try world.makeDirectory(tools)
      let names =
        "cat chmod cp date df env find id ls mkdir mv od printf rm rmdir sh sha256sum sleep tr uname wc"
      for name in names.split(separator: " ") { symlink(busybox, "\(tools)/\(name)") }
      world.environment["PATH"] = tools
      let shell = NodeShell(name: "busybox")
      let worker = try NodeWorld.program(at: BuiltProgram("phasegrid-worker").path)
      let upload = world.upload(worker.bytes, digest: worker.digest)
      let taken = try await shell.run(upload, in: world, sending: worker.bytes)
      #expect(taken.answers == [.send, .done(words: Release.number)])
      let started = try await shell.run(world.launch(digest: worker.digest), in: world)
      #expect(started.answers == [.ready])
      let probe = try await shell.run(
        NodeScript.probe(workDirectory: world.workDirectory), in: world)
      let facts = NodeFacts(answers: probe.answers)
      #expect(facts.programs.map(\.release) == [Release.number])
      #expect(facts.processes.contains { $0.role == "daemon" })
      #expect(facts.freeBytes != nil && facts.mayRunPrograms == true)
      #expect(try await clean(world, by: shell).processes >= 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.home) == [])
    }
  }

  @Test func `a node on which nothing is stays as it is`() async throws {
    try await NodeWorld.with { world in
      let cleaning = try await clean(world)
      #expect(cleaning.processes == 0 && cleaning.resultBytes == 0 && cleaning.left == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.home) == [])
    }
  }
}
