import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(2))) struct NodeLaunchTests {
  private let magic = String(decoding: Limits.streamMagic, as: UTF8.self)

  @Test(arguments: NodeShell.all)
  func `a program is asked for, taken, verified and started`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let machine = try await shell.run(world.launch(), in: world).answers
      #expect(machine == [.missing(machine: NodeWorld.kind)])
      let taken = try await shell.run(world.upload(), in: world, sending: NodeWorld.program)
      #expect(taken.answers == [.send, .done(words: "9.8.7")])
      let started = try await shell.run(world.launch(), in: world)
      #expect(started.answers == [.ready])
      let said = String(decoding: started.rest, as: UTF8.self)
      #expect(said.hasPrefix("\(magic)serve|"))
      #expect(said.contains("--directory|"))
      #expect(said.hasSuffix("/\(world.catalog)|"))
      #expect(started.complaints == "")
    }
  }

  @Test func `a program that was changed is said and counts as missing`() async throws {
    try await NodeWorld.with { world in
      try world.install(NodeWorld.program + [10])
      let outcome = try await NodeShell.standard.run(world.launch(), in: world)
      #expect(outcome.answers.last == .missing(machine: NodeWorld.kind))
      guard case .warning("digest", _)? = outcome.answers.first else {
        Issue.record("\(outcome.answers)")
        return
      }
    }
  }

  @Test func `the worker's directory is named by the machine and the catalog`() async throws {
    try await NodeWorld.with { world in
      try world.install()
      let identity = String(repeating: "0a", count: 16)
      try world.write(Array("\(identity)\n".utf8), to: "\(world.root)/etc/machine-id")
      try world.write(
        Array("lab_01.example.org\n".utf8), to: "\(world.root)/proc/sys/kernel/hostname")
      let script = NodeScript.launch(
        workDirectory: world.workDirectory, digest: NodeWorld.digest(), catalog: world.catalog,
        systemRoot: world.root)
      _ = try await NodeShell.standard.run(script, in: world)
      let digest = hexadecimal(of: SHA256.digest("phasegrid machine \(identity)".utf8).prefix(8))
      #expect(world.contents().contains("lab01-\(digest)/\(world.catalog)"))
    }
  }

  @Test func `two machines without an identity of their own are told apart by their names`()
    async throws
  {
    try await NodeWorld.with { world in
      try world.install()
      for host in ["lab01", "lab02"] {
        try world.write(Array("\(host)\n".utf8), to: "\(world.root)/proc/sys/kernel/hostname")
        let script = NodeScript.launch(
          workDirectory: world.workDirectory, digest: NodeWorld.digest(), catalog: world.catalog,
          systemRoot: world.root)
        let outcome = try await NodeShell.standard.run(script, in: world)
        #expect(outcome.answers == [.ready])
      }
      let machines = world.contents().filter { $0.hasPrefix("lab") && !$0.contains("/") }
      #expect(Set(machines.compactMap { $0.split(separator: "-").last }).count == 2)
    }
  }

  @Test(arguments: ["a b", "it's", "$(touch stolen)", "*", "back\\slash", "-n", "ümläut", "; exit"])
  func `a work directory may be called anything`(name: String) async throws {
    try await NodeWorld.with { world in
      let directory = "~/\(name)/work"
      let upload = NodeScript.upload(
        workDirectory: directory, digest: NodeWorld.digest(), byteCount: NodeWorld.program.count)
      let taken = try await NodeShell.standard.run(upload, in: world, sending: NodeWorld.program)
      #expect(taken.answers == [.send, .done(words: "9.8.7")])
      let program = "\(world.home)/\(name)/work/\(NodeWorld.digest())/phasegrid-worker"
      #expect(FileManager.default.fileExists(atPath: program))
      #expect(try FileManager.default.contentsOfDirectory(atPath: world.home) == [name])
    }
  }

  @Test func `a long work directory is taken`() async throws {
    try await NodeWorld.with { world in
      let name = "~/" + String(repeating: String(repeating: "d", count: 200) + "/", count: 8) + "w"
      let upload = NodeScript.upload(
        workDirectory: name, digest: NodeWorld.digest(), byteCount: NodeWorld.program.count)
      _ = try await NodeShell.standard.run(upload, in: world, sending: NodeWorld.program)
      let launch = NodeScript.launch(
        workDirectory: name, digest: NodeWorld.digest(), catalog: world.catalog)
      let outcome = try await NodeShell.standard.run(launch, in: world)
      #expect(outcome.answers == [.ready])
    }
  }

  @Test func `without a work directory it is below the home`() async throws {
    try await NodeWorld.with { world in
      let upload = NodeScript.upload(
        workDirectory: nil, digest: NodeWorld.digest(), byteCount: NodeWorld.program.count)
      _ = try await NodeShell.standard.run(upload, in: world, sending: NodeWorld.program)
      let program = "\(world.home)/.cache/phasegrid/\(NodeWorld.digest())/phasegrid-worker"
      #expect(FileManager.default.fileExists(atPath: program))
    }
  }

  @Test(arguments: ["~ada/work", "line\nfeed", "", "bell\u{7}"])
  func `a work directory that cannot be meant is refused`(name: String) async throws {
    try await NodeWorld.with { world in
      let script = NodeScript.launch(
        workDirectory: name, digest: NodeWorld.digest(), catalog: world.catalog)
      let outcome = try await NodeShell.standard.run(script, in: world)
      #expect(outcome.failure == "work-directory")
    }
  }

  @Test func `a work directory that is a file is refused`() async throws {
    try await NodeWorld.with { world in
      try world.write([], to: world.workDirectory)
      for script in [world.launch(), world.upload()] {
        let outcome = try await NodeShell.standard.run(script, in: world)
        #expect(outcome.failure == "work-directory")
        #expect(outcome.words.contains("no directory"))
      }
    }
  }

  @Test func `a work directory that anybody may write to is refused`() async throws {
    try await NodeWorld.with { world in
      try world.makeDirectory(world.workDirectory)
      chmod(world.workDirectory, 0o777)
      let outcome = try await NodeShell.standard.run(world.launch(), in: world)
      #expect(outcome.failure == "work-directory")
      #expect(outcome.words.contains("anybody"))
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
  func `a work directory of somebody else is refused`() async throws {
    try await NodeWorld.with { world in
      try world.makeDirectory(world.workDirectory)
      chown(world.workDirectory, 1, 1)
      let outcome = try await NodeShell.standard.run(world.launch(), in: world)
      #expect(outcome.failure == "work-directory")
      #expect(outcome.words.contains("somebody else"))
    }
  }

  @Test func `a home that is not set is named`() async throws {
    try await NodeWorld.with { world in
      var world = world
      world.environment["HOME"] = nil
      let script = NodeScript.launch(
        workDirectory: nil, digest: NodeWorld.digest(), catalog: world.catalog)
      let outcome = try await NodeShell.standard.run(script, in: world)
      #expect(outcome.failure == "work-directory")
      #expect(outcome.words.contains("HOME"))
    }
  }

  @Test(arguments: NodeShell.all)
  func `what a login shell prints is skipped`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      try world.install()
      let before = #"""
        i=0
        while [ $i -lt 250 ]; do
          echo 'Welcome to this machine! phasegrid 0123456789abcdef ready, is it not? Mind the step.'
          i=$((i + 1))
        done
        printf 'no end of line'
        """#
      let outcome = try await shell.run(world.launch(), in: world, before: before)
      #expect(outcome.answers == [.ready])
      #expect(outcome.rest.starts(with: Limits.streamMagic))
      #expect(outcome.noise.hasSuffix("no end of line"))
    }
  }

  @Test func `a login shell that prints without end is a fault`() async throws {
    try await NodeWorld.with { world in
      let error = try await #require(throws: TransportError.self) {
        try await NodeShell.standard.run(
          world.launch(), in: world, before: "while :; do echo more; done")
      }
      #expect(error.kind == .nodeShell)
      #expect(error.message.contains("lab01"))
    }
  }

  @Test func `a node that only echoes has answered nothing`() async throws {
    try await NodeWorld.with { world in
      let outcome = try await NodeShell.standard.run(
        world.launch(), in: world, before: "head -c \(world.launch().text.utf8.count); exit")
      #expect(outcome.answers.isEmpty)
    }
  }
}

extension NodeWorld {
  /// What `uname -m` says here.
  static let kind: String = {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: &name.machine) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }()
}
