import Foundation
import Glibc
import TestSupport
import Testing

/// The machines that other tests use do what they say; the system's own client shows it.
@Suite(
  .enabled(if: SSHLaboratory.reasonUnavailable == nil, "\(SSHLaboratory.reasonUnavailable ?? "")"),
  .timeLimit(.minutes(1))
) struct SSHLaboratoryTests {
  @Test func `each node has a home of its own`() async throws {
    try await SSHLaboratory.with(count: 2) { laboratory in
      for node in laboratory.nodes {
        let ending = try await laboratory.ssh(node, "pwd; echo $HOME")
        #expect(ending.output == "\(node.home)\n\(node.home)\n")
      }
    }
  }

  @Test func `what a session leaves at home is found there`() async throws {
    try await SSHLaboratory.with(count: 2) { laboratory in
      _ = try await laboratory.ssh(laboratory.nodes[1], "mkdir .cache; echo >.cache/left")
      #expect(try laboratory.filesAtHome(of: laboratory.nodes[0]) == [])
      #expect(try laboratory.filesAtHome(of: laboratory.nodes[1]) == [".cache", ".cache/left"])
    }
  }

  @Test func `a node lets in its own key alone`() async throws {
    try await SSHLaboratory.with(count: 2) { laboratory in
      let (first, second) = (laboratory.nodes[0], laboratory.nodes[1])
      let text = laboratory.clientConfiguration(for: [first])
        .replacingOccurrences(of: first.identityFile, with: second.identityFile)
      let file = try laboratory.write(text, as: "wrong-key")
      let ending = try await SystemCommand.ending(of: "ssh", ["-F", file, "n1", "true"])
      #expect(ending.status == 255)
      #expect(ending.output.contains("Permission denied (publickey)"))
    }
  }

  @Test func `a process outlives the server that began it, and the server comes back`()
    async throws
  {
    try await SSHLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let session = Task { try await laboratory.ssh(node, "exec sleep 1000") }
      try await eventually { laboratory.processes(of: node).map(\.name) == ["sleep"] }
      laboratory.reset(node)
      #expect(try await session.value.status == 255)
      #expect(laboratory.servers(of: node).isEmpty)
      #expect(laboratory.processes(of: node).map(\.name) == ["sleep"])
      #expect(try await laboratory.ssh(node, "true").output.contains("Connection refused"))

      try await laboratory.start(node)
      #expect(try await laboratory.ssh(node, "true").status == 0)
      laboratory.kill(node)
      #expect(laboratory.processes(of: node).isEmpty)
    }
  }

  @Test func `a frozen node does not greet until it is thawed`() async throws {
    try await SSHLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      laboratory.freeze(node)
      let file = try laboratory.write(laboratory.clientConfiguration(), as: "configuration")
      let ending = try await SystemCommand.ending(
        of: "ssh", ["-F", file, "-o", "ConnectTimeout=1", "n1", "true"])
      #expect(ending.output.contains("timed out"), "\(ending.output)")
      laboratory.thaw(node)
      #expect(try await laboratory.ssh(node, "true").status == 0)
    }
  }

  @Test func `a replaced host key is refused, and an open session goes on`() async throws {
    try await SSHLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let session = Task {
        try await laboratory.ssh(node, "until test -e go; do sleep 0.05; done; echo went")
      }
      try await eventually { !laboratory.processes(of: node).isEmpty }
      try await laboratory.replaceHostKey(of: node)
      #expect(try await laboratory.ssh(node, "true").output.contains("HOST IDENTIFICATION"))
      try Data().write(to: URL(fileURLWithPath: node.home + "/go"))
      #expect(try await session.value.output == "went\n")
      try laboratory.trust([node])
      #expect(try await laboratory.ssh(node, "true").status == 0)
    }
  }

  @Test(arguments: LoginShell.allCases.filter { ![.restricted, .closed, .hanging].contains($0) })
  func `a login shell hands a constant command on`(shell: LoginShell) async throws {
    if let reason = shell.reasonUnavailable { try Test.cancel("\(reason)") }
    try await SSHLaboratory.with([SSHNodeOptions(loginShell: shell)]) { laboratory in
      let ending = try await laboratory.ssh(
        laboratory.nodes[0], "exec /bin/sh", input: "echo \"$SHELL\"; exit 7\n")
      #expect(ending.status == 7)
      #expect(ending.output.hasSuffix("/\(shell == .noisy ? "bash" : shell.rawValue)\n"))
      #expect((ending.output.utf8.count > 20 << 10) == (shell == .noisy))
    }
  }

  @Test(arguments: [
    (LoginShell.restricted, "restricted"), (.closed, "This account is not available.\n"),
  ])
  func `a login shell refuses`(shell: LoginShell, words: String) async throws {
    if let reason = shell.reasonUnavailable { try Test.cancel("\(reason)") }
    try await SSHLaboratory.with([SSHNodeOptions(loginShell: shell)]) { laboratory in
      let ending = try await laboratory.ssh(laboratory.nodes[0], "exec /bin/sh")
      #expect(ending.status == 1 || ending.status == 126)
      #expect(ending.output.contains(words), "\(ending.output)")
    }
  }

  @Test func `a login shell may hang`() async throws {
    try await SSHLaboratory.with([SSHNodeOptions(loginShell: .hanging)]) { laboratory in
      let node = laboratory.nodes[0]
      let session = Task { try await laboratory.ssh(node, "echo never") }
      try await eventually { laboratory.processes(of: node).map(\.name) == ["sleep"] }
      laboratory.kill(node)
      #expect(try await !session.value.output.contains("never"))
    }
  }

  @Test func `an agent lets in where an encrypted key alone does not`() async throws {
    try await SSHLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      try await KeyAgent.with(keysOf: [node], in: laboratory.directory) { socket in
        try KeyAgent.encryptIdentity(of: node, with: "a word")
        #expect(try await laboratory.ssh(node, "true").status == 255)
        let file = try laboratory.write(laboratory.clientConfiguration(), as: "configuration")
        let ending = try await SystemCommand.ending(
          of: "ssh", ["-F", file, "n1", "true"], environment: ["SSH_AUTH_SOCK": socket])
        #expect(ending.status == 0, "\(ending.output)")
      }
    }
  }

  @Test(arguments: [
    (SSHNodeOptions.Logins.password, "(password)"),
    (.keyboardInteractive, "(keyboard-interactive)"),
  ])
  func `a node may offer other log-ins alone`(
    logins: SSHNodeOptions.Logins, words: String
  ) async throws {
    try await SSHLaboratory.with([SSHNodeOptions(logins: logins)]) { laboratory in
      let ending = try await laboratory.ssh(laboratory.nodes[0], "true")
      #expect(ending.status == 255)
      #expect(ending.output.contains(words), "\(ending.output)")
    }
  }

  @Test(arguments: [true, false])
  func `a jump goes over a node that forwards`(forwards: Bool) async throws {
    let options = [SSHNodeOptions(forwards: forwards), SSHNodeOptions()]
    try await SSHLaboratory.with(options) { laboratory in
      let text = laboratory.clientConfiguration(adding: [
        "n2": ["ProxyCommand ssh -F \(laboratory.path("jump")) -W %h:%p n1"]
      ])
      let file = try laboratory.write(text, as: "jump")
      let ending = try await SystemCommand.ending(of: "ssh", ["-F", file, "n2", "true"])
      #expect((ending.status == 0) == forwards)
    }
  }

  @Test func `a listening socket is seen with its port`() async throws {
    try await SSHLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let sockets = ListeningSocket.all(of: laboratory.servers(of: node).map(\.identifier))
      #expect(sockets.map(\.port) == [node.port])
      #expect(laboratory.listeningSockets(of: node).isEmpty)
    }
  }

  @Test func `nothing is left of a laboratory`() async throws {
    let (directory, node, servers) = try await SSHLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let command = "setsid sleep 1000 </dev/null >/dev/null 2>&1 & sleep 0.2"
      _ = try await laboratory.ssh(node, command)
      #expect(laboratory.processes(of: node).map(\.name).contains("sleep"))
      return (laboratory.directory, node, laboratory.servers(of: node))
    }
    #expect(!FileManager.default.fileExists(atPath: directory))
    #expect(ProcessTable.processes(withEnvironment: node.environmentEntry).isEmpty)
    #expect(!servers.isEmpty)
    for server in servers { #expect(Glibc.kill(server.identifier, 0) == -1) }
  }
}
