import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(2))) struct NodeProbeTests {
  private let shell = NodeShell.standard

  private func facts(
    of world: NodeWorld, by shell: NodeShell = .standard, root: String = "", before: String = ":"
  ) async throws -> NodeFacts {
    let script = NodeScript.probe(workDirectory: world.workDirectory, systemRoot: root)
    let outcome = try await shell.run(script, in: world, before: before)
    #expect(outcome.answers.last == .done(words: ""))
    return NodeFacts(answers: outcome.answers)
  }

  @Test(arguments: NodeShell.all)
  func `a probe tells what this machine is and makes nothing`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let facts = try await facts(of: world, by: shell)
      #expect(facts.malformed == [])
      #expect(facts.complaints == [])
      #expect(facts.machine == NodeWorld.kind)
      #expect(facts.system == "Linux")
      #expect(facts.user != nil && facts.kernel != nil && facts.identity != nil)
      #expect(facts.home == world.home)
      #expect(facts.shell == "/bin/false")
      #expect(facts.workDirectory == world.workDirectory)
      #expect(!facts.hasWorkDirectory)
      #expect(facts.processors == Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
      let cores = try #require(facts.cores)
      #expect(cores >= 1 && cores <= facts.processors ?? 0)
      #expect(try #require(facts.memoryBytes) > 64 << 20)
      #expect(try #require(facts.availableMemoryBytes) > 0)
      #expect(try #require(facts.freeBytes) > 0)
      #expect(facts.load != nil)
      #expect(facts.tools?.isSuperset(of: NodeRules.neededTools) == true)
      #expect(facts.mayRunPrograms == true)
      #expect(abs(try #require(facts.clockSeconds) - Int64(time(nil))) < 60)
      #expect(facts.programs == [] && facts.processes == [] && facts.holdings == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.home) == [])
    }
  }

  @Test(arguments: NodeShell.all)
  func `cores are counted by package and core`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      // Two packages with two cores of two threads each; one processor is offline.
      for number in 0..<9 {
        let folder = "\(world.root)/sys/devices/system/cpu/cpu\(number)"
        try world.makeDirectory(folder)
        guard number < 8 else { continue }
        let topology = ["physical_package_id": number / 2 % 2, "core_id": number % 2]
        for (name, value) in topology {
          try world.write(Array("\(value)\n".utf8), to: "\(folder)/topology/\(name)")
        }
      }
      let information =
        "processor\t: 0\nmodel name\t: Old CPU @ 2\u{1B}[2JGHz\nflags\t\t: fpu fma sse\n"
      try world.write(
        Array("\(information)\nprocessor\t: 1\nflags\t\t: avx2\n".utf8),
        to: "\(world.root)/proc/cpuinfo")
      try world.write(
        Array("MemTotal: 2048 kB\nMemFree: 1 kB\nMemAvailable: 1024 kB\n".utf8),
        to: "\(world.root)/proc/meminfo")
      try world.write(Array("3.50 2.00 1.00 1/99 7\n".utf8), to: "\(world.root)/proc/loadavg")
      try world.write(
        Array("ID=old\nPRETTY_NAME=\"Old Linux 7\"\n".utf8), to: "\(world.root)/etc/os-release")
      let facts = try await facts(of: world, by: shell, root: world.root)
      #expect(facts.processors == 8)
      #expect(facts.cores == 4)
      #expect(facts.features == ["fma"])
      #expect(facts.processorModel == "Old CPU @ 2\u{FFFD}[2JGHz")
      #expect(facts.memoryBytes == 2 << 20)
      #expect(facts.availableMemoryBytes == 1 << 20)
      #expect(facts.load == 3.5)
      #expect(facts.distribution == "Old Linux 7")
    }
  }

  @Test(arguments: NodeShell.all)
  func `a work directory without the right to execute is told`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let mounting = try shell.mounting("noexec", in: world)
      let facts = try await facts(of: world, by: shell, before: mounting)
      #expect(facts.mayRunPrograms == false)
      #expect(facts.hasWorkDirectory)
    }
  }

  @Test func `a full disk is told`() async throws {
    try await NodeWorld.with { world in
      let filling = try shell.mounting("size=4k", in: world)
        .replacingOccurrences(of: "exec \"$0\"", with: "echo 1 >\"$HOME/work/x\"; exec \"$0\"")
      let facts = try await facts(of: world, before: filling)
      #expect(facts.complaints.map(\.code) == ["disk-full"])
      #expect(facts.freeBytes == 0)
    }
  }

  @Test func `a work directory that cannot be used is told with everything else`() async throws {
    try await NodeWorld.with { world in
      try world.write([], to: world.workDirectory)
      let facts = try await facts(of: world)
      #expect(facts.complaints.map(\.code) == ["work-directory"])
      #expect(facts.tools != nil && facts.memoryBytes != nil)
      #expect(facts.mayRunPrograms == nil)
    }
  }

  @Test func `a work directory in the home of another user is told`() async throws {
    try await NodeWorld.with { world in
      let script = NodeScript.probe(workDirectory: "~ada/work")
      let outcome = try await shell.run(script, in: world)
      #expect(NodeFacts(answers: outcome.answers).complaints.map(\.code) == ["work-directory"])
    }
  }

  @Test(arguments: NodeShell.all)
  func `programs, results and processes of ours are told`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let worker = try world.installSleeper()
      try world.install()
      try world.install([1, 2, 3], as: String(repeating: "d", count: 64))
      try world.write([1], to: "\(world.workDirectory)/notes/phasegrid-worker")
      let held = "\(world.workDirectory)/lab01-0123456789abcdef/\(world.catalog)"
      try world.write([UInt8](repeating: 0, count: 164), to: "\(held)/spool")
      try world.write([UInt8](repeating: 0, count: 74), to: "\(held)/spool.damaged-1")
      let process = try world.startSleeper(worker.path)
      defer { process.end() }
      let facts = try await facts(of: world, by: shell)
      #expect(facts.malformed == [])
      #expect(Set(facts.programs.map(\.digest)).count == 3)
      #expect(facts.programs.first { $0.digest == NodeWorld.digest() }?.isIntact == true)
      #expect(facts.programs.first { $0.digest.hasPrefix("dddd") }?.isIntact == false)
      let holding = NodeFacts.Holding(
        resultBytes: 110, machine: "lab01-0123456789abcdef", catalog: world.catalog)
      #expect(facts.holdings == [holding])
      let seen = try #require(facts.processes.first)
      #expect(facts.processes.count == 1)
      #expect(seen.identifier == Int64(process.identifier))
      #expect(seen.digest == worker.digest)
      #expect(seen.role == "60")
      #expect(seen.ageSeconds < 60)
    }
  }

  @Test func `the release is what the program says`() async throws {
    try await NodeWorld.with { world in
      let worker = try NodeWorld.program(at: BuiltProgram("phasegrid-worker").path)
      try world.install(worker.bytes, as: worker.digest)
      let facts = try await facts(of: world)
      let program = NodeFacts.Program(
        digest: worker.digest, isIntact: true, release: Release.number)
      #expect(facts.programs == [program])
    }
  }
}

extension NodeWorld {
  /// Puts a program in place that does nothing for as many seconds as it is told.
  func installSleeper() throws -> (path: String, digest: String) {
    let sleep = try #require(NodeShell.find("sleep"))
    let (bytes, digest) = try NodeWorld.program(at: sleep)
    try install(bytes, as: digest)
    return ("\(workDirectory)/\(digest)/phasegrid-worker", digest)
  }

  /// A process of a sleeper.
  struct Sleeper {
    let child: ChildProcess
    var identifier: Int32 { child.processIdentifier }

    /// Ends it, unless somebody has.
    func end() {
      kill(child.processIdentifier, SIGKILL)
      for end in [child.input, child.output, child.error] { close(end) }
      _ = child.waitForExit()
    }
  }

  func startSleeper(_ path: String) throws -> Sleeper {
    Sleeper(child: try ChildProcess(path: path, arguments: ["60"]))
  }
}
