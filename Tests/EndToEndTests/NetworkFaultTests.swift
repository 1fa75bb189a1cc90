import Foundation
import Glibc
import TestSupport
import Testing

/// Machines that fall silent, lose their power, or cannot take a worker: real networks, cut off.
@Suite(
  .enabled(
    if: NamespaceLaboratory.reasonUnavailable == nil,
    "\(NamespaceLaboratory.reasonUnavailable ?? "")"),
  .timeLimit(.minutes(4)))
struct NetworkFaultTests {
  private static let trialCount = 150

  private func begin(
    on machines: NamespaceLaboratory, in laboratory: Laboratory
  ) async throws -> RunningProgram {
    let sweep = try laboratory.write(
      SweepTexts.idle("idle", count: Self.trialCount, seconds: 0.25), as: "sweep.yaml")
    let cluster = try laboratory.write(
      "lease: 5 s\n" + machines.clusterFile(slots: 1), as: "cluster.yaml")
    let program = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
    try await eventually { try await laboratory.doneCount("idle") >= 6 }
    return program
  }

  private func expectEachCountedOnce(_ laboratory: Laboratory) throws {
    #expect(
      try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'completed'")
        == Self.trialCount)
    #expect(
      try laboratory.number("SELECT COUNT(*) FROM trial WHERE outcome = 'completed'")
        == Self.trialCount)
    #expect(
      try laboratory.number("SELECT COUNT(*) FROM event WHERE kind LIKE '%determinism%'") == 0)
  }

  @Test func `a machine that is cut off is done without, and its late results count once`()
    async throws
  {
    try await NamespaceLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let coordinator = try await begin(on: machines, in: laboratory)
        try machines.cut(machines.nodes[0])
        // Its lease has ended: what it held was given to others.
        try await eventually { coordinator.wordsSoFar.contains("lease ended") }
        try machines.heal(machines.nodes[0])
        let ending = try await coordinator.ending()
        #expect(ending.status == 0, "\(ending.words)")
        try expectEachCountedOnce(laboratory)
        // What it trained while nobody could hear it has come, and was compared or counted.
        #expect(
          try laboratory.number(
            """
            SELECT COUNT(*) FROM attempt
            WHERE reason = 'lease ended' AND state NOT IN ('repeat', 'completed')
            """) == 0)
      }
    }
  }

  @Test func `a machine without power loses its trials to others`() async throws {
    try await NamespaceLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let coordinator = try await begin(on: machines, in: laboratory)
        try machines.powerOff(machines.nodes[0])
        let ending = try await coordinator.ending()
        #expect(ending.status == 0, "\(ending.words)")
        try expectEachCountedOnce(laboratory)
        #expect(try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'lost'") > 0)
      }
    }
  }

  @Test func `a work directory without space or without programs is named, with the remedy`()
    async throws
  {
    try await NamespaceLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        try await machines.mountScratch(
          on: machines.nodes[0], at: "/tmp/scratch", kibibytes: 4096, startsPrograms: true)
        try await machines.mountScratch(
          on: machines.nodes[1], at: "/tmp/scratch", kibibytes: 400_000, startsPrograms: false)
        let sweep = try laboratory.write(SweepTexts.idle("idle", count: 4), as: "sweep.yaml")
        let cluster = try laboratory.write(
          machines.clusterFile(slots: 1, workDirectory: "/tmp/scratch/phasegrid"),
          as: "cluster.yaml")
        let run = try await laboratory.run("run", sweep, "--cluster", cluster, expecting: 69)
        for words in ["has no space for the work directory", "mounted noexec"] {
          #expect(run.words.contains(words))
        }
        let look = try await laboratory.run("nodes", cluster, "--json", expecting: 69)
        for code in ["node.disk-full", "node.noexec"] { #expect(look.output.contains(code)) }
      }
    }
  }

  @Test func `nothing of ours is left after a cleaning, even in the middle of a sweep`()
    async throws
  {
    try await NamespaceLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let node = machines.nodes[0]
        let coordinator = try await begin(on: machines, in: laboratory)
        coordinator.send(SIGKILL)
        _ = try await coordinator.ending()
        let cluster = laboratory.directory.path("cluster.yaml")
        let look = try await laboratory.run("nodes", cluster, "--clean")
        #expect(look.output.contains("was cleaned"))
        #expect(machines.processes(of: node).allSatisfy { !$0.name.contains("phasegrid") })
        let files = try await machines.run(
          on: node, "find", node.homeInside, "/tmp", "/run", "-name", "*phasegrid*")
        #expect(files.output == "")
        // What was lost with it is trained again.
        try await laboratory.run("resume", "idle")
        try expectEachCountedOnce(laboratory)
      }
    }
  }
}
