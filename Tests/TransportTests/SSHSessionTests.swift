import Foundation
import Protocol
import TestSupport
import Testing

@testable import Transport

/// Sessions with real servers: what is let in, what is refused, and what arrives.
@Suite(
  .enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"),
  .timeLimit(.minutes(2)))
struct SSHSessionTests {
  /// Everything that a command writes to standard output.
  private func output(_ channel: SSHChannel) async -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = await channel.read() { bytes += piece }
    return bytes
  }

  private func failure(
    of target: SSHTarget, over network: SSHNetwork = SSHNetwork()
  ) async -> TransportError? {
    do throws(TransportError) {
      let session = try await network.open(target)
      session.close()
      return nil
    } catch {
      return error
    }
  }

  @Test func `a command's streams come back`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      let session = try await SSHNetwork().open(try target(machines.nodes[0], machines))
      defer { session.close() }
      let channel = try await session.start("exec /bin/sh")
      channel.send(Array("echo err >&2; echo out; exit\n".utf8))
      #expect(await output(channel) == Array("out\n".utf8))
      #expect(channel.complaints == "err\n")
      #expect(session.hostKey.hasPrefix("SHA256:"))
      #expect(channel.failure == nil)
    }
  }

  @Test func `many megabytes come back whole, both ways at once, through another machine`()
    async throws
  {
    try await SSHLaboratory.with(count: 2) { machines in
      let configuration = try machines.write(
        machines.clientConfiguration(adding: ["n2": ["ProxyJump n1"]]), as: "config")
      let session = try await SSHNetwork().open(
        SSHTarget(node: NodeName("n2"), host: "n2", configuration: try read(configuration)))
      defer { session.close() }
      let channel = try await session.start("cat")
      let piece = (0..<100_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let count = 200
      async let sent: Void = {
        for _ in 0..<count { try await channel.write(piece) }
        channel.endInput()
      }()
      var hash = SHA256()
      var received = 0
      while let bytes = await channel.read() {
        hash.update(bytes)
        received += bytes.count
      }
      try await sent
      var expected = SHA256()
      for _ in 0..<count { expected.update(piece) }
      #expect(received == count * piece.count)
      #expect(hash.finish() == expected.finish())
    }
  }

  @Test func `a reader that does not read stops the sender, not the session`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      let session = try await SSHNetwork().open(try target(machines.nodes[0], machines))
      defer { session.close() }
      let flood = try await session.start("cat /dev/zero")
      let quiet = try await session.start("cat")
      for _ in 0..<20 {
        quiet.send([7])
        #expect(await quiet.read() == [7])
      }
      try await Task.sleep(for: .milliseconds(300))
      #expect(flood.output.byteCount <= SSHChannel.unreadBytesMax + SSHChannelEntry.pieceBytesMax)
      #expect(flood.output.byteCount > 0)
    }
  }

  @Test func `an unknown host key is refused with its fingerprint and the remedy`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try machines.trust([machines.nodes[1]])
      let error = try #require(await failure(of: try target(machines.nodes[0], machines)))
      #expect(error.kind == .sshHostKeyUnknown)
      #expect(error.message.contains("SHA256:"))
      #expect(error.remedy.contains("ssh-keyscan -p \(machines.nodes[0].port)"))
      #expect(error.isLasting)
    }
  }

  @Test func `a changed host key is refused`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      try await machines.replaceHostKey(of: machines.nodes[0])
      let error = try #require(await failure(of: try target(machines.nodes[0], machines)))
      #expect(error.kind == .sshHostKeyChanged)
      #expect(error.remedy.contains("ssh-keygen -R"))
    }
  }

  @Test func `a revoked host key is refused though it is known`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      let line = try machines.knownHostsLine(of: machines.nodes[0])
      let file = try machines.write("\(line)\n@revoked \(line)\n", as: "revoked")
      var target = try target(machines.nodes[0], machines)
      target.knownHostsFiles = [file]
      #expect(await failure(of: target)?.kind == .sshHostKeyChanged)
    }
  }

  @Test func `several files of known hosts are one`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      let files = try machines.nodes.map { node in
        try machines.write(try machines.knownHostsLine(of: node) + "\n", as: "known-\(node.name)")
      }
      var target = try target(machines.nodes[1], machines)
      target.knownHostsFiles = [machines.path("none")] + files
      #expect(await failure(of: target) == nil)
    }
  }

  @Test func `a key that the machine does not know is named`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      var target = try target(machines.nodes[0], machines)
      target.identityFiles = [machines.nodes[1].identityFile]
      let error = try #require(await failure(of: target))
      #expect(error.kind == .sshAuthentication)
      #expect(error.message.contains("\(machines.nodes[1].identityFile): refused"))
    }
  }

  @Test(arguments: [SSHNodeOptions.Logins.password, .keyboardInteractive])
  func `a machine that wants an answer at the keyboard is refused`(
    logins: SSHNodeOptions.Logins
  ) async throws {
    try await SSHLaboratory.with([SSHNodeOptions(logins: logins)]) { machines in
      let error = try #require(await failure(of: try target(machines.nodes[0], machines)))
      #expect(error.kind == .sshInteractive)
    }
  }

  @Test func `nothing at the port, no such name and no server's greeting are told apart`()
    async throws
  {
    try await SSHLaboratory.with(count: 1) { machines in
      machines.reset(machines.nodes[0])
      var target = try target(machines.nodes[0], machines)
      let refused = await failure(of: target)
      #expect(refused?.kind == .sshUnreachable)
      #expect(refused?.isLasting == false)
      target.host = "no-such-host.invalid"
      #expect(await failure(of: target)?.kind == .sshHostName)
    }
  }

  @Test func `thirty sessions at once pass a server with the usual limits`() async throws {
    try await SSHLaboratory.with([
      SSHNodeOptions(sessionsMax: 10, startupsMax: "10:30:100")
    ]) { machines in
      let target = try target(machines.nodes[0], machines)
      let network = SSHNetwork()
      let failures = await withTaskGroup(of: TransportError?.self) { group in
        for _ in 0..<30 { group.addTask { await failure(of: target, over: network) } }
        var failures: [TransportError] = []
        for await one in group { if let one { failures.append(one) } }
        return failures
      }
      #expect(failures.isEmpty)
    }
  }

  @Test func `machines behind one gateway share its session, which is opened again when lost`()
    async throws
  {
    try await SSHLaboratory.with(count: 3) { machines in
      let configuration = try read(
        machines.write(
          machines.clientConfiguration(adding: [
            "n2": ["ProxyJump n1"], "n3": ["ProxyJump n1"],
          ]), as: "config"))
      let network = SSHNetwork()
      func open(_ name: String) async throws -> SSHSession {
        try await network.open(
          SSHTarget(node: NodeName(name), host: name, configuration: configuration))
      }
      let sessions = [try await open("n2"), try await open("n3")]
      defer { for session in sessions { session.close() } }
      let servers = machines.servers(of: machines.nodes[0]).count
      #expect(servers <= 3, "a listener and one session, of one or two processes")
      machines.reset(machines.nodes[0])
      try await eventually { sessions.allSatisfy(\.hasEnded) }
      try await machines.start(machines.nodes[0])
      let again = try await open("n2")
      let channel = try await again.start("echo here")
      #expect(await output(channel) == Array("here\n".utf8))
      again.close()
    }
  }

  @Test func `a gateway that forbids forwarding is named`() async throws {
    try await SSHLaboratory.with([SSHNodeOptions(forwards: false), SSHNodeOptions()]) { machines in
      let configuration = try read(
        machines.write(
          machines.clientConfiguration(adding: ["n2": ["ProxyJump n1"]]), as: "config"))
      let error = try #require(
        await failure(of: behind(configuration)))
      #expect(error.kind == .sshChannel)
      #expect(error.remedy.contains("AllowTcpForwarding"))
    }
  }

  @Test func `a proxy command carries the session`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      let client = try machines.write(machines.clientConfiguration(), as: "client")
      let configuration = try read(
        machines.write(
          machines.clientConfiguration(adding: [
            "n2": ["ProxyCommand ssh -F \(client) -W %h:%p n1"]
          ]), as: "config"))
      #expect(
        await failure(of: behind(configuration)) == nil)
    }
  }

  @Test func `gateways in a circle are an error, not a hang`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      let configuration = try read(
        machines.write(
          machines.clientConfiguration(adding: ["n1": ["ProxyJump n2"], "n2": ["ProxyJump n1"]]),
          as: "config"))
      #expect(
        await failure(of: behind(configuration))?.kind
          == .sshConfiguration)
    }
  }

  @Test func `whoever waits when the connection ends is told`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      let session = try await SSHNetwork().open(try target(machines.nodes[0], machines))
      let channel = try await session.start("cat")
      machines.reset(machines.nodes[0])
      #expect(await channel.read() == nil)
      #expect(channel.failure?.kind == .sshLost)
      await #expect(throws: TransportError.self) { try await session.start("true") }
    }
  }

  @Test func `a login shell that hangs is given up, with the remedy`() async throws {
    try await SSHLaboratory.with([SSHNodeOptions(loginShell: .hanging)]) { machines in
      let session = try await SSHNetwork().open(try target(machines.nodes[0], machines))
      let node = SSHNodeSession(node: NodeName("n1"), session: session, answerSeconds: 0.3)
      await #expect {
        _ = try await node.answers(to: .probe(workDirectory: nil))
      } throws: { error in
        (error as? TransportError)?.kind == .nodeShell
      }
    }
  }

  /// The node `n2` of a configuration.
  private func behind(_ configuration: SSHConfiguration) -> SSHTarget {
    SSHTarget(node: NodeName("n2"), host: "n2", configuration: configuration)
  }

  private func target(_ node: SSHNode, _ machines: SSHLaboratory) throws -> SSHTarget {
    SSHTarget(
      node: NodeName(node.name), host: node.address, user: node.user, port: UInt16(node.port),
      identityFiles: [node.identityFile], knownHostsFiles: [machines.knownHostsFile],
      configuration: try SSHConfiguration(
        paths: [], home: machines.directory, localUser: node.user, localHostName: "here"))
  }

  private func read(_ path: String) throws -> SSHConfiguration {
    try SSHConfiguration(
      paths: [path], home: "/nonexistent", localUser: "nobody", localHostName: "here")
  }
}
