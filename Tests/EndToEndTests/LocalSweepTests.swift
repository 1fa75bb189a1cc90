import Foundation
import GRDB
import Protocol
import TestSupport
import Testing

/// A researcher's way on one machine, through the built programs.
@Suite(.timeLimit(.minutes(4))) struct LocalSweepTests {
  @Test func `a sweep is planned, trained, shown and drawn`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.twoLayer("small"), as: "small.yaml")
      let plan = try JSONValue(parsing: try await laboratory.run("plan", file, "--json").output)
      #expect(plan["trials"]?.integer == 40)
      #expect(plan["toTrain"]?.integer == 40)
      try await laboratory.run("run", file)
      let csv = try await laboratory.csv("small")
      #expect(csv.split(separator: "\n").count == 41)
      for suffix in ["svg", "png", "pdf", "csv"] {
        let picture = laboratory.directory.path("small.") + suffix
        try await laboratory.run("diagram", "small", "-o", picture)
        #expect((FileManager.default.contents(atPath: picture)?.count ?? 0) > 500, "\(suffix)")
      }
      let verdicts = try await laboratory.run("check", "small")
      #expect(verdicts.output.contains("not covered"))
    }
  }

  @Test func `what is complete is recognised and not trained again`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("idle", count: 50), as: "idle.yaml")
      try await laboratory.run("run", file)
      let attempts = try laboratory.attemptCount()
      try await laboratory.run("run", file)
      try await laboratory.run("resume", "idle")
      #expect(try laboratory.attemptCount() == attempts)
      #expect(attempts == 50)
    }
  }

  @Test func `no process is left when a sweep is done`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("idle", count: 20), as: "idle.yaml")
      try await laboratory.run("run", file)
      try await eventually { laboratory.processes.isEmpty }
    }
  }

  @Test func `the bytes of results depend on the trials alone`() async throws {
    try await Laboratory.with { one in
      let file = try one.write(SweepTexts.twoLayer("first"), as: "first.yaml")
      try await one.run("run", file, "--slots", "1")
      let expected = try await one.csv("first")

      try await Laboratory.with { two in
        let same = try two.write(SweepTexts.twoLayer("another-name"), as: "same.yaml")
        try await two.run("run", same, "--slots", "2")
        #expect(try await two.csv("another-name") == expected)
      }
    }
  }

  @Test func `another order of the grid's values gives the same bytes`() async throws {
    let expected = try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.twoLayer("first"), as: "first.yaml")
      try await laboratory.run("run", file)
      return try await laboratory.csv("first")
    }
    try await Laboratory.with { laboratory in
      let text = SweepTexts.twoLayer(
        "first", gammas: "{values: [1.4, 0.8, 1.2, 0.6, 1.0]}", widths: "[100, 50]")
      try await laboratory.run("run", try laboratory.write(text, as: "first.yaml"))
      #expect(try await laboratory.csv("first") == expected)
    }
  }

  @Test func `another order of the axes gives the same rows`() async throws {
    try await Laboratory.with { laboratory in
      let first = try laboratory.write(SweepTexts.twoLayer("first"), as: "first.yaml")
      try await laboratory.run("run", first)
      let other = Laboratory.sortedColumns(try await laboratory.csv("first"))

      try await Laboratory.with { reordered in
        let file = try reordered.write(
          SweepTexts.twoLayer("second", widthFirst: true), as: "second.yaml")
        try await reordered.run("run", file)
        #expect(Laboratory.sortedColumns(try await reordered.csv("second")) == other)
      }
    }
  }

  @Test func `an extended axis trains only the new cells, and plan says so before`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(
        SweepTexts.twoLayer("grow", gammas: "{min: 0.6, max: 1.4, count: 3}"), as: "grow.yaml")
      try await laboratory.run("run", file)
      let before = try laboratory.attemptCount()
      let grown = try laboratory.write(SweepTexts.twoLayer("grow"), as: "grow.yaml")
      let plan = try JSONValue(parsing: try await laboratory.run("plan", grown, "--json").output)
      #expect(plan["trials"]?.integer == 40)
      #expect(plan["toTrain"]?.integer == 16)
      try await laboratory.run("run", grown)
      #expect(try laboratory.attemptCount() == before + 16)
    }
  }

  @Test func `why shows what a key was made of and how two differ`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("idle", count: 2), as: "idle.yaml")
      try await laboratory.run("run", file)
      let keys = try laboratory.keys()
      let why = try await laboratory.run("why", keys[0])
      #expect(why.output.contains("parameter index"))
      #expect(why.output.contains("study idle"))
      let difference = try await laboratory.run("why", keys[0], keys[1])
      #expect(difference.output.contains("index"))
    }
  }

  @Test func `a trial that crashes is tried three times, set aside and said`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(
        """
        sweep: crashes
        study: idle
        parameters:
          index: {values: [1, 2, 3]}
          ending: {values: [completed, crash, diverged]}
        """, as: "crashes.yaml")
      let ending = try await laboratory.run("run", file, expecting: 1)
      #expect(ending.words.contains("failed"))
      let status = try JSONValue(
        parsing: try await laboratory.run("status", "crashes", "--json").output)
      let counts = status["sweeps"]?.array?.first?["counts"]
      #expect(counts?["completed"]?.integer == 3)
      #expect(counts?["diverged"]?.integer == 3)
      #expect(counts?["failed"]?.integer == 3)
    }
  }

  @Test func `a trial that takes too long is ended and said`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(
        """
        sweep: slow
        study: idle
        parameters: {index: {values: [1]}, seconds: 60}
        limits: {time: 200 ms}
        """, as: "slow.yaml")
      let ending = try await laboratory.run("run", file, expecting: 1)
      #expect(ending.words.contains("time"))
    }
  }

  @Test func `a second coordinator on the catalog is refused with who holds it`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(
        SweepTexts.idle("idle", count: 200, seconds: 0.1), as: "idle.yaml")
      let first = try laboratory.phasegrid.start(["run", file])
      try await eventually { try await laboratory.doneCount("idle") > 0 }
      let second = try await laboratory.run("resume", "idle", expecting: 74)
      #expect(second.words.contains("\(first.processIdentifier)"))
      first.send(SIGKILL)
      _ = try await first.ending()
    }
  }
}
