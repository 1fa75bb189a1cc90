import Glibc
import Protocol
import TestSupport
import Testing

/// A trial of any study has the same bits wherever, whenever and in whatever order it is trained.
@Suite(.timeLimit(.minutes(4))) struct StudyBitsTests {
  /// Trains a part of a study on two slots of this machine, undisturbed.
  private static func atHome(_ part: StudyPart) async throws -> String {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(part.text(), as: "sweep.yaml")
      try await laboratory.run("run", file, "--slots", "2")
      return try await laboratory.csv(part.study)
    }
  }

  @Test func `every study has a part here`() async throws {
    let description = try await BuiltProgram("phasegrid-worker").run(["describe"])
    let studies = try JSONValue(parsing: description.output)["studies"]?.array ?? []
    let names = Set(studies.compactMap { $0["name"]?.string })
    // Idle trials do nothing; those of a user's own data have tests beside that of their files.
    #expect(names == Set(StudyPart.all.map(\.study)).union(["idle", "supervised"]))
  }

  @Test(arguments: StudyPart.all)
  func `after kills and in another order`(part: StudyPart) async throws {
    let expected = try await Self.atHome(part)
    #expect(expected.split(separator: "\n").count == 1 + StudyPart.trialCount)
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(part.text(), as: "sweep.yaml")
      let coordinator = try laboratory.phasegrid.start(["run", file, "--slots", "2"])
      let done = "SELECT COUNT(*) FROM trial WHERE outcome IS NOT NULL"
      // There is no catalog to ask before the first trial is planned.
      try await eventually { ((try? laboratory.number(done)) ?? 0) >= 1 }
      coordinator.send(SIGKILL)
      for process in laboratory.processes { kill(process.identifier, SIGKILL) }
      _ = try await coordinator.ending()
      #expect(try laboratory.number(done) < StudyPart.trialCount)
      try await laboratory.run("resume", part.study)
      #expect(try await laboratory.csv(part.study) == expected, "killed in the middle")
    }
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(part.text(isReversed: true), as: "sweep.yaml")
      try await laboratory.run("run", file, "--slots", "1")
      #expect(
        Laboratory.sortedColumns(try await laboratory.csv(part.study))
          == Laboratory.sortedColumns(expected), "in another order")
    }
  }

  @Test(.enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"))
  func `on another machine`() async throws {
    try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let cluster = try laboratory.write(machines.clusterFile(slots: 2), as: "cluster.yaml")
        for part in StudyPart.all {
          let file = try laboratory.write(part.text(), as: "sweep.yaml")
          try await laboratory.run("run", file, "--cluster", cluster)
          let there = try await laboratory.csv(part.study)
          #expect(try await Self.atHome(part) == there, "\(part.study)")
        }
      }
    }
  }
}
