import Foundation
import Glibc
import TestSupport
import Testing

/// Sweeps on machines that answer over SSH give the bytes that they give at home.
@Suite(
  .enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"),
  .timeLimit(.minutes(4)))
struct ClusterSweepTests {
  private static let text = SweepTexts.twoLayer("two-layer")

  /// The results of the same sweep on this machine, trained once for all tests.
  private static let atHome = Task {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(text, as: "sweep.yaml")
      try await laboratory.run("run", file, "--slots", "2")
      return try await laboratory.csv("two-layer")
    }
  }

  @Test(arguments: [1, 2])
  func `three machines give the bytes of one, whatever their slots`(slots: Int) async throws {
    try await SSHLaboratory.with(count: 3) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(Self.text, as: "sweep.yaml")
        let cluster = try laboratory.write(
          machines.clusterFile(slots: slots), as: "cluster.yaml")
        try await laboratory.run("run", sweep, "--cluster", cluster)
        #expect(try await laboratory.csv("two-layer") == Self.atHome.value)
        let trials = try laboratory.number("SELECT COUNT(*) FROM trial")
        // What a node gave back unbegun was no training.
        #expect(
          try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state <> 'returned'") == trials)
        #expect(
          try laboratory.number("SELECT COUNT(DISTINCT node) FROM attempt") == 3,
          "every machine has trained something")
        #expect(machines.nodes.allSatisfy { machines.processes(of: $0).isEmpty })
      }
    }
  }

  @Test func `a machine behind others is reached through them`() async throws {
    try await SSHLaboratory.with(count: 3) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(Self.text, as: "sweep.yaml")
        let configuration = try laboratory.write(
          machines.clientConfiguration(adding: [
            "n2": ["ProxyJump n1"], "n3": ["ProxyJump n2"],
          ]), as: "ssh_config")
        let cluster = try laboratory.write(
          """
          nodes: [n2, n3]
          defaults: {sshConfig: \(configuration), slots: 1}
          """, as: "cluster.yaml")
        try await laboratory.run("run", sweep, "--cluster", cluster)
        #expect(try await laboratory.csv("two-layer") == Self.atHome.value)
        #expect(try laboratory.number("SELECT COUNT(DISTINCT node) FROM attempt") == 2)
      }
    }
  }

  @Test func `a host on the way must show its known key too`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(Self.text, as: "sweep.yaml")
        let configuration = try laboratory.write(
          machines.clientConfiguration(adding: ["n2": ["ProxyJump n1"]]), as: "ssh_config")
        let cluster = try laboratory.write(
          "nodes: [n2]\ndefaults: {sshConfig: \(configuration)}\n", as: "cluster.yaml")
        try machines.trust([machines.nodes[1]])
        let ending = try await laboratory.run("run", sweep, "--cluster", cluster, expecting: 69)
        #expect(ending.words.contains("The host key of n1"))
      }
    }
  }

  @Test func `an encrypted key is used through the agent, and named without one`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(Self.text, as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        try await KeyAgent.with(keysOf: machines.nodes, in: machines.directory) { socket in
          try KeyAgent.encryptIdentity(of: machines.nodes[0], with: "phase diagram")
          let without = try await laboratory.phasegrid.with(["SSH_AUTH_SOCK": ""])
            .run(["run", sweep, "--cluster", cluster])
          #expect(without.status == 69)
          #expect(without.words.contains("ssh-add"))
          let ending = try await laboratory.phasegrid.with(["SSH_AUTH_SOCK": socket])
            .run(["run", sweep, "--cluster", cluster])
          #expect(ending.status == 0, "\(ending.words)")
        }
      }
    }
  }

  @Test func `nothing of ours listens for the network, on a machine or here`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(
          SweepTexts.idle("idle", count: 8, seconds: 0.5), as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 2), as: "cluster.yaml")
        let coordinator = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
        try await eventually { try await laboratory.doneCount("idle") >= 2 }
        #expect(machines.processes(of: machines.nodes[0]).count >= 3, "a daemon and two slots")
        #expect(machines.listeningSockets(of: machines.nodes[0]).isEmpty)
        #expect(ListeningSocket.all(of: [coordinator.processIdentifier]).isEmpty)
        #expect(try await coordinator.ending().status == 0)
      }
    }
  }

  @Test func `a sweep that began at home goes on elsewhere, and home is asked for the rest`()
    async throws
  {
    try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(
          SweepTexts.idle("idle", count: 40, seconds: 0.1), as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 2), as: "cluster.yaml")
        let coordinator = try laboratory.phasegrid.start(["run", sweep, "--slots", "2"])
        try await eventually { try await laboratory.doneCount("idle") >= 4 }
        coordinator.send(SIGKILL)
        _ = try await coordinator.ending()
        try await laboratory.run("resume", "idle", "--cluster", cluster)
        #expect(
          try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'completed'") == 40)
        #expect(
          try laboratory.number(
            "SELECT COUNT(*) FROM attempt WHERE state IN ('repeat', 'lost', 'failed')") == 0)
        #expect(try laboratory.number("SELECT COUNT(DISTINCT node) FROM attempt") == 2)
        try await eventually { laboratory.processes.isEmpty }
      }
    }
  }

  @Test func `resume needs no cluster file`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(
          SweepTexts.idle("idle", count: 60, seconds: 0.1), as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let coordinator = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
        try await eventually { try await laboratory.doneCount("idle") >= 4 }
        coordinator.send(SIGINT)
        #expect(try await coordinator.ending().status == 75)
        unlink(cluster)
        try await laboratory.run("resume")
        #expect(
          try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'completed'") == 60)
        #expect(try laboratory.number("SELECT COUNT(*) FROM node WHERE name = 'local'") == 0)
      }
    }
  }
}
