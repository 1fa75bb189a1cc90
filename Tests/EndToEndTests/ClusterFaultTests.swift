import Foundation
import Glibc
import TestSupport
import Testing

/// What goes wrong with machines stops them alone, and nothing is lost.
@Suite(
  .enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"),
  .timeLimit(.minutes(4)))
struct ClusterFaultTests {
  private static let trialCount = 80

  /// Starts a sweep of short trials on these machines and returns when some of it is done.
  private func begin(
    on machines: SSHLaboratory, in laboratory: Laboratory, seconds: Double = 0.1
  ) async throws -> RunningProgram {
    let sweep = try laboratory.write(
      SweepTexts.idle("idle", count: Self.trialCount, seconds: seconds), as: "sweep.yaml")
    let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
    let program = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
    try await eventually { try await laboratory.doneCount("idle") >= 6 }
    return program
  }

  /// The workers that stay, without the relays that end with their connections.
  private func daemons(of node: SSHNode, on machines: SSHLaboratory) -> [Int32] {
    machines.processes(of: node).filter { $0.arguments.dropFirst().first == "daemon" }
      .map(\.identifier)
  }

  private func expectEachTrainedOnce(_ laboratory: Laboratory) throws {
    #expect(
      try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'completed'")
        == Self.trialCount)
    #expect(
      try laboratory.number(
        "SELECT COUNT(*) FROM attempt WHERE state IN ('repeat', 'lost', 'failed')") == 0)
  }

  @Test func `a killed coordinator's workers go on, and their results are collected once`()
    async throws
  {
    try await SSHLaboratory.with(count: 3) { machines in
      try await Laboratory.with { laboratory in
        let coordinator = try await begin(on: machines, in: laboratory)
        coordinator.send(SIGKILL)
        _ = try await coordinator.ending()
        // Nobody listens: what the workers hold is trained all the same.
        try await Task.sleep(for: .seconds(1))
        try await laboratory.run("resume", "idle")
        try expectEachTrainedOnce(laboratory)
      }
    }
  }

  @Test func `a killed SSH server costs a connection and no trial`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let coordinator = try await begin(on: machines, in: laboratory)
        let node = machines.nodes[0]
        let daemons = daemons(of: node, on: machines)
        machines.reset(node)
        #expect(!daemons.isEmpty && self.daemons(of: node, on: machines) == daemons)
        try await machines.start(node)
        let ending = try await coordinator.ending()
        #expect(ending.status == 0, "\(ending.words)")
        try expectEachTrainedOnce(laboratory)
      }
    }
  }

  @Test func `a host key that changes in the middle stops that machine only`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let coordinator = try await begin(on: machines, in: laboratory, seconds: 0.2)
        try await machines.replaceHostKey(of: machines.nodes[0])
        machines.kill(machines.nodes[0])
        try await machines.start(machines.nodes[0])
        try await eventually { coordinator.wordsSoFar.contains("ssh-keygen -R") }
        coordinator.send(SIGINT)
        #expect(try await coordinator.ending().status == 75)
        #expect(coordinator.wordsSoFar.contains("is not the one in"))
        #expect(!coordinator.wordsSoFar.contains(":\(machines.nodes[1].port)"))
      }
    }
  }

  @Test func `two wrong machines of three are named, and the third trains everything`()
    async throws
  {
    try await SSHLaboratory.with(count: 3) { machines in
      try await Laboratory.with { laboratory in
        try machines.trust([machines.nodes[1], machines.nodes[2]])
        machines.reset(machines.nodes[1])
        let sweep = try laboratory.write(
          SweepTexts.idle("idle", count: 20), as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let ending = try await laboratory.run("run", sweep, "--cluster", cluster)
        #expect(ending.words.contains("ssh-keyscan"))
        #expect(ending.words.contains("Connection refused"))
        #expect(ending.words.contains("Warning: 2 of 3 nodes could not be used"))
        #expect(
          try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'completed'") == 20)
      }
    }
  }

  @Test func `with every machine wrong nothing is lost and the status is 69`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        try machines.trust([machines.nodes[1]])
        machines.reset(machines.nodes[1])
        let sweep = try laboratory.write(
          SweepTexts.idle("idle", count: 20), as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        try await laboratory.run("run", sweep, "--cluster", cluster, expecting: 69)
        try machines.trust(machines.nodes)
        try await machines.start(machines.nodes[1])
        try await laboratory.run("resume", "idle")
        #expect(
          try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state <> 'returned'") == 20)
      }
    }
  }
}
