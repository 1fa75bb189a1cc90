import Foundation
import Glibc
import TestSupport
import Testing

/// The machines in namespaces do what they say; the system's own client shows it.
@Suite(
  .enabled(
    if: NamespaceLaboratory.reasonUnavailable == nil,
    "\(NamespaceLaboratory.reasonUnavailable ?? "")"),
  .timeLimit(.minutes(1))
) struct NamespaceLaboratoryTests {
  /// A session on a node that ends with this word when its home has a file of this name.
  private func session(
    on node: SSHNode, of laboratory: NamespaceLaboratory, until word: String
  ) async throws -> Task<SystemCommand.Ending, any Error> {
    let command = "until test -e \(word); do sleep 0.05; done; echo \(word)"
    let session = Task { try await laboratory.ssh(node, command) }
    try await eventually { !laboratory.processes(of: node).isEmpty }
    return session
  }

  private func create(_ word: String, on node: SSHNode) throws {
    try Data().write(to: URL(fileURLWithPath: "\(node.home)/\(word)"))
  }

  /// A command on a node that is given up soon when nobody answers.
  private func hurried(
    on node: SSHNode, of laboratory: NamespaceLaboratory
  ) async throws -> SystemCommand.Ending {
    let text = laboratory.clientConfiguration(adding: [node.name: ["ConnectTimeout 1"]])
    let file = try laboratory.write(text, as: "hurried")
    return try await SystemCommand.ending(of: "ssh", ["-F", file, node.name, "true"])
  }

  @Test func `each node has a name, a home and processes of its own`() async throws {
    try await NamespaceLaboratory.with(count: 2) { laboratory in
      for node in laboratory.nodes {
        let command = "uname -n; pwd; touch mine; echo /proc/[0-9] /proc/[0-9][0-9][0-9][0-9][0-9]"
        let ending = try await laboratory.ssh(node, command)
        let words = "\(node.name)\n\(node.homeInside)\n/proc/1"
        #expect(ending.output.hasPrefix(words), "\(ending.output)")
        #expect(FileManager.default.fileExists(atPath: node.home + "/mine"))
      }
      let other = laboratory.nodes[1].address
      let ending = try await laboratory.run(
        on: laboratory.nodes[0], "bash", "-c", "read -r -n 3 word </dev/tcp/\(other)/22; echo $word"
      )
      #expect(ending.output == "SSH\n")
    }
  }

  @Test func `a cut is silent, and a session goes on when it is healed`() async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let open = try await session(on: node, of: laboratory, until: "healed")
      try laboratory.cut(node)
      let ending = try await hurried(on: node, of: laboratory)
      #expect(ending.output.contains("timed out"), "\(ending.output)")
      try create("healed", on: node)
      try laboratory.heal(node)
      #expect(try await open.value.output == "healed\n")
    }
  }

  @Test func `a power failure takes all but the home`() async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let command = "touch kept /tmp/lost; setsid sleep 1000 </dev/null >/dev/null 2>&1 &"
      _ = try await laboratory.ssh(node, command)
      try await eventually { laboratory.processes(of: node).map(\.name) == ["sleep"] }
      let sleeper = try #require(laboratory.processes(of: node).first)
      try laboratory.powerOff(node)
      #expect(Glibc.kill(sleeper.identifier, 0) == -1)
      #expect(try await hurried(on: node, of: laboratory).output.contains("timed out"))
      try await laboratory.boot(node)
      #expect(try await laboratory.ssh(node, "ls; ls /tmp").output == "kept\n")
    }
  }

  @Test func `a delay comes and goes under an open session`() async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let open = try await session(on: node, of: laboratory, until: "delayed")
      let clock = ContinuousClock()
      try laboratory.setDelay(of: node, milliseconds: 20)
      // A log-in takes several round trips, each of twice the delay.
      let slow = try await clock.measure { _ = try await laboratory.ssh(node, "true") }
      #expect(slow >= .milliseconds(120))
      try create("delayed", on: node)
      #expect(try await open.value.output == "delayed\n")

      let second = try await session(on: node, of: laboratory, until: "undelayed")
      try laboratory.setDelay(of: node, milliseconds: 0)
      try create("undelayed", on: node)
      #expect(try await second.value.output == "undelayed\n")
    }
  }

  @Test(arguments: [0.0, 5.0])
  func `a rate limits a link, with and without a delay`(milliseconds: Double) async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      try laboratory.setDelay(of: node, milliseconds: milliseconds)
      try laboratory.setRate(of: node, megabits: 8)
      let clock = ContinuousClock()
      let taken = try await clock.measure {
        let ending = try await laboratory.ssh(node, "head -c 600000 /dev/zero")
        #expect(ending.output.utf8.count == 600_000)
      }
      // A million bytes a second, but for the first 32 KiB.
      #expect(taken >= .milliseconds(550))
      try laboratory.setRate(of: node, megabits: nil)
    }
  }

  @Test func `a server is killed, started, frozen and given another key`() async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      laboratory.reset(node)
      #expect(try await laboratory.ssh(node, "true").output.contains("Connection refused"))
      try await laboratory.start(node)
      let open = try await session(on: node, of: laboratory, until: "thawed")
      laboratory.freeze(node)
      #expect(try await hurried(on: node, of: laboratory).output.contains("timed out"))
      laboratory.thaw(node)
      try await laboratory.replaceHostKey(of: node)
      #expect(try await laboratory.ssh(node, "true").output.contains("HOST IDENTIFICATION"))
      try create("thawed", on: node)
      #expect(try await open.value.output == "thawed\n")
    }
  }

  @Test func `a folder of a node may be small and start no programs`() async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      let path = node.homeInside + "/scratch"
      try await laboratory.mountScratch(
        on: node, at: path, kibibytes: 64, startsPrograms: false)
      let full = try await laboratory.ssh(node, "head -c 100000 /dev/zero >scratch/zeros")
      #expect(full.output.contains("No space left on device"))
      let command = "printf '#!/bin/sh\\n' >scratch/zeros; chmod 700 scratch/zeros; scratch/zeros"
      #expect(try await laboratory.ssh(node, command).status == 126)
    }
  }

  @Test func `a node is off and on again with the cable it had`() async throws {
    try await NamespaceLaboratory.with(count: 1) { laboratory in
      let node = laboratory.nodes[0]
      try laboratory.setDelay(of: node, milliseconds: 20)
      try laboratory.setRate(of: node, megabits: 100)
      try laboratory.powerOff(node)
      try await laboratory.boot(node)
      let clock = ContinuousClock()
      let slow = try await clock.measure { _ = try await laboratory.ssh(node, "true") }
      #expect(slow >= .milliseconds(120))
      #expect(try await laboratory.run(on: node, "tc", "qdisc").output.contains("rate 100Mbit"))
    }
  }

  @Test func `two laboratories live side by side, and nothing is left of them`() async throws {
    let (directory, address, bridge) = try await NamespaceLaboratory.with(count: 1) { first in
      let node = first.nodes[0]
      try await NamespaceLaboratory.with(count: 1) { second in
        let other = second.nodes[0]
        #expect(node.address != other.address)
        try second.setDelay(of: other, milliseconds: 1)
        #expect(try await first.ssh(node, "true").status == 0)
        #expect(try await second.ssh(other, "true").status == 0)
      }
      try first.setDelay(of: node, milliseconds: 1)
      return (first.directory, node.address, first.bridge)
    }
    #expect(!FileManager.default.fileExists(atPath: directory))
    let entry = "\(SSHNode.environmentName)=\(directory)/n1"
    #expect(ProcessTable.processes(withEnvironment: entry).isEmpty)
    let range = address.split(separator: ".").prefix(3).joined(separator: ".") + "."
    let routes = try SystemCommand.run("ip", ["-4", "route", "show", "table", "all"])
    #expect(!routes.contains(range))
    let links = try SystemCommand.run("ip", ["link"])
    #expect(!links.contains(" \(bridge)"))
  }
}
