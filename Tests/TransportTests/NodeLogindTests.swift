import Foundation
import Protocol
import TestSupport
import Testing

@testable import Transport

/// What a node with logind is asked, and what is done about its answer.
@Suite(.timeLimit(.minutes(2))) struct NodeLogindTests {
  private let shell = NodeShell.standard

  /// A world with a session of logind and programs that answer for it.
  private func with(
    property: String?, scopeWorks: Bool, session: Bool = true, mayLinger: Bool = true,
    _ body: (NodeWorld) async throws -> Void
  ) async throws {
    try await NodeWorld.with { world in
      try world.install()
      let group = session ? "user.slice/user-7.slice/session-3.scope" : "system.slice/sshd.service"
      try world.write(Array("0::/\(group)\n".utf8), to: "\(world.root)/proc/self/cgroup")
      let log = "echo \"${0##*/} $*\" >>\"$HOME/asked\"\n"
      let answer = property.map { "echo '\($0)'" } ?? "exit 1"
      try world.shadow("busctl", with: "\(log)\(answer)")
      try world.shadow(
        "loginctl",
        with: "\(log)[ $1 != enable-linger ] || exit \(mayLinger ? 0 : 1); echo Linger=no")
      let running = "while [ \"$1\" != \"${1#--}\" ]; do shift; done; exec \"$@\""
      try world.shadow("systemd-run", with: log + (scopeWorks ? running : "exit 1"))
      try await body(world.shadowed)
    }
  }

  private func asked(_ world: NodeWorld) -> [String] {
    let text = (try? String(contentsOfFile: world.home + "/asked", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
  }

  private func launch(_ world: NodeWorld) async throws -> NodeShell.Outcome {
    let script = NodeScript.launch(
      workDirectory: world.workDirectory, digest: NodeWorld.digest(), catalog: world.catalog,
      systemRoot: world.root)
    return try await shell.run(script, in: world)
  }

  @Test func `a worker leaves a session that would end it`() async throws {
    try await with(property: "b true", scopeWorks: true) { world in
      let outcome = try await launch(world)
      #expect(outcome.answers == [.ready])
      #expect(outcome.rest.starts(with: Limits.streamMagic))
      #expect(asked(world) == ["busctl", "loginctl", "systemd-run", "systemd-run"])
    }
  }

  @Test func `a session that cannot be left is said`() async throws {
    try await with(property: "b true", scopeWorks: false) { world in
      let outcome = try await launch(world)
      #expect(outcome.answers.last == .ready)
      #expect(outcome.words.contains("KillUserProcesses"))
      #expect(outcome.rest.starts(with: Limits.streamMagic))
    }
  }

  @Test func `a user who may not linger is said`() async throws {
    try await with(property: "b true", scopeWorks: true, mayLinger: false) { world in
      let outcome = try await launch(world)
      #expect(outcome.answers.last == .ready)
      #expect(outcome.words.contains("enable-linger"))
    }
  }

  @Test func `a session that ends nothing is not left`() async throws {
    try await with(property: "b false", scopeWorks: true) { world in
      let outcome = try await launch(world)
      #expect(outcome.answers == [.ready])
      #expect(asked(world) == ["busctl"])
    }
  }

  @Test func `without a session of logind nothing is asked`() async throws {
    try await with(property: "b true", scopeWorks: true, session: false) { world in
      let outcome = try await launch(world)
      #expect(outcome.answers == [.ready])
      #expect(asked(world) == [])
    }
  }

  @Test(
    arguments: [
      ("[Login]\n#KillUserProcesses=yes\n", false), ("[Login]\nKillUserProcesses=yes\n", true),
      ("[Login]\nKillUserProcesses = true", true), ("KillUserProcesses=no\n", false),
    ])
  func `where the bus is silent the settings are read`(text: String, kills: Bool) async throws {
    try await with(property: nil, scopeWorks: true) { world in
      try world.write(Array(text.utf8), to: "\(world.root)/etc/systemd/logind.conf")
      let outcome = try await launch(world)
      #expect(outcome.answers == [.ready])
      #expect(asked(world).contains("systemd-run") == kills)
    }
  }

  @Test func `a setting of its own file counts over the general one`() async throws {
    try await with(property: nil, scopeWorks: true) { world in
      let folder = "\(world.root)/etc/systemd"
      try world.write(Array("KillUserProcesses=no\n".utf8), to: "\(folder)/logind.conf")
      try world.write(
        Array("KillUserProcesses=yes\n".utf8), to: "\(folder)/logind.conf.d/lab.conf")
      _ = try await launch(world)
      #expect(asked(world).contains("systemd-run"))
    }
  }

  @Test(arguments: [true, false])
  func `a probe tells what a launch would meet, and changes nothing`(works: Bool) async throws {
    try await with(property: "b true", scopeWorks: works) { world in
      let script = NodeScript.probe(workDirectory: world.workDirectory, systemRoot: world.root)
      let facts = NodeFacts(answers: try await shell.run(script, in: world).answers)
      #expect(facts.isSession && facts.killsUserProcesses)
      #expect(facts.canLeaveSession == works)
      #expect(!facts.lingers)
      let log = try String(contentsOfFile: world.home + "/asked", encoding: .utf8)
      #expect(!log.contains("enable-linger"))
    }
  }
}
