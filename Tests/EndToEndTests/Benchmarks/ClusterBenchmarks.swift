import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// What machines over SSH cost: measured by `make bench-orchestration` alone, never judged here.
///
/// Each writes a row of a table to the file that `PHASEGRID_BENCHMARK` names.
@Suite(
  .enabled(if: BenchmarkTable.isWanted, "only for 'make bench-orchestration'"), .serialized,
  .timeLimit(.minutes(10)))
struct ClusterBenchmarks {
  @Test func `the first result of a fresh and of a known machine`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        var seconds: [Double] = []
        for index in 0..<4 {
          let sweep = try laboratory.write(
            SweepTexts.idle("one-\(index)", count: 2 + index), as: "sweep.yaml")
          let began = ContinuousClock.now
          try await laboratory.run("run", sweep, "--cluster", cluster)
          seconds.append((ContinuousClock.now - began) / .seconds(1))
        }
        try BenchmarkTable.add(
          "`run` of 2 trials on a machine that has never been used, wall in all",
          "\(BenchmarkTable.text(seconds[0])) s", "3 s")
        try BenchmarkTable.add(
          "the same on a known machine, the slowest of 3",
          "\(BenchmarkTable.text(seconds.dropFirst().max() ?? 0)) s", "0.5 s")
      }
    }
  }

  @Test func `ten thousand trials over four machines`() async throws {
    try await SSHLaboratory.with(count: 4) { machines in
      try await Laboratory.with { laboratory in
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let sweep = try laboratory.write(
          SweepTexts.idle("many", count: 10_000), as: "sweep.yaml")
        let began = ContinuousClock.now
        let ending = try await laboratory.run("run", sweep, "--cluster", cluster, "--json")
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let usage = try JSONValue(parsing: ending.output)["coordinator"]
        let cpu = usage?["cpuSeconds"]?.number ?? .nan
        try BenchmarkTable.add(
          "10,000 idle trials over 4 machines, CPU of the coordinator a trial",
          "\(BenchmarkTable.text(cpu * 1000 / 10_000)) ms", "0.2 ms")
        try BenchmarkTable.add("the same, wall in all", "\(BenchmarkTable.text(seconds)) s", "-")
      }
    }
  }

  @Test func `sixty-four machines at once`() async throws {
    try await SSHLaboratory.with(count: 64) { machines in
      try await Laboratory.with { laboratory in
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let sweep = try laboratory.write(
          SweepTexts.idle("wide", count: 640, seconds: 0.5), as: "sweep.yaml")
        let began = ContinuousClock.now
        let ending = try await laboratory.run("run", sweep, "--cluster", cluster, "--json")
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let usage = try JSONValue(parsing: ending.output)["coordinator"]
        let used = try laboratory.number(
          "SELECT COUNT(DISTINCT node) FROM attempt WHERE state = 'completed'")
        let memory = (usage?["peakMemoryBytes"]?.number ?? .nan) / 1e6
        try BenchmarkTable.add(
          "64 fresh machines at once, 640 trials of 0.5 s, wall in all (\(used) machines trained)",
          "\(BenchmarkTable.text(seconds)) s", "-")
        try BenchmarkTable.add(
          "the same, most memory of the coordinator", "\(BenchmarkTable.text(memory)) MB", "-")
      }
    }
  }

  @Test func `the memory of an idle worker`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let sweep = try laboratory.write(
          SweepTexts.idle("still", count: 2, seconds: 4), as: "sweep.yaml")
        let coordinator = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
        try await eventually { try await laboratory.doneCount("still") == 1 }
        let bytes = machines.processes(of: machines.nodes[0])
          .map { BenchmarkTable.residentBytes(of: $0.identifier) }.reduce(0, +)
        #expect(try await coordinator.ending().status == 0)
        try BenchmarkTable.add(
          "an idle worker: daemon, slot and relay, memory (PSS)",
          "\(BenchmarkTable.text(Double(bytes) / 1e6)) MB", "30 MB")
      }
    }
  }

  @Test(
    .enabled(
      if: NamespaceLaboratory.reasonUnavailable == nil,
      "\(NamespaceLaboratory.reasonUnavailable ?? "")"))
  func `slots behind a slow link`() async throws {
    try await NamespaceLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let node = machines.nodes[0]
        let cluster = try laboratory.write(machines.clusterFile(slots: 4), as: "cluster.yaml")
        let first = try laboratory.write(SweepTexts.idle("first", count: 2), as: "first.yaml")
        try await laboratory.run("run", first, "--cluster", cluster)
        try machines.setRate(of: node, megabits: 100)
        try machines.setDelay(of: node, milliseconds: 20)
        let sweep = try laboratory.write(
          SweepTexts.idle("slow-link", count: 240, seconds: 0.5), as: "sweep.yaml")
        try await laboratory.run("run", sweep, "--cluster", cluster)
        let busy = try laboratory.real(
          "SELECT SUM(wall_seconds) FROM attempt WHERE wall_seconds >= 0.4")
        let span = try laboratory.real(
          """
          SELECT MAX(started_microseconds * 1e-6 + wall_seconds) - MIN(started_microseconds) * 1e-6
          FROM attempt WHERE wall_seconds >= 0.4
          """)
        try BenchmarkTable.add(
          "240 trials of 0.5 s on 4 slots behind 20 ms each way and 100 Mbit/s, slots idle",
          "\(BenchmarkTable.text(100 * (1 - busy / (4 * span)))) %", "2 %")
      }
    }
  }

  @Test func `a fast and a three times slower machine`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let sweep = try laboratory.write(
          """
          sweep: unequal
          study: two-layer-phase-diagram
          parameters:
            init.gamma: {min: 0.6, max: 1.4, count: 25}
            width: 16000
          replicates: 12
          """, as: "sweep.yaml")
        let coordinator = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
        let brake = Brake(machine: machines.nodes[1], machines: machines)
        let ending = try await coordinator.ending()
        brake.release()
        #expect(ending.status == 0, "\(ending.words)")
        let count = try laboratory.real("SELECT COUNT(*) FROM attempt WHERE wall_seconds > 0")
        let means = try ["n1", "n2"].map {
          try laboratory.real(
            "SELECT AVG(wall_seconds) FROM attempt WHERE node LIKE '%' || '\($0)' || '%'")
        }
        let span = try laboratory.real(
          """
          SELECT MAX(started_microseconds * 1e-6 + wall_seconds) - MIN(started_microseconds) * 1e-6
          FROM attempt WHERE wall_seconds > 0
          """)
        let ideal = count / means.map { 1 / $0 }.reduce(0, +)
        try BenchmarkTable.add(
          "a machine and one \(BenchmarkTable.text(means[1] / means[0])) times slower, \(Int(count))"
            + " trials, time over the ideal",
          "\(BenchmarkTable.text(100 * (span / ideal - 1))) %", "5 %")
      }
    }
  }
}

/// Lets the slots of a machine run a third of the time.
private final class Brake: @unchecked Sendable {
  // The flag is set once, by the test, and read by the thread.
  private let lock = NSLock()
  private var isReleased = false

  init(machine: SSHNode, machines: SSHLaboratory) {
    Thread.detachNewThread { [self] in
      var slots: [Int32] = []
      var lookAt = Date.distantPast
      while !lock.withLock({ isReleased }) {
        if Date() >= lookAt {
          slots = machines.processes(of: machine)
            .filter { $0.arguments.dropFirst().first == "slot" }.map(\.identifier)
          lookAt = Date() + 1
        }
        for slot in slots { kill(slot, SIGSTOP) }
        usleep(20_000)
        for slot in slots { kill(slot, SIGCONT) }
        usleep(10_000)
      }
    }
  }

  func release() { lock.withLock { isReleased = true } }
}
