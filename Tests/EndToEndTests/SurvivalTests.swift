import Foundation
import Glibc
import TestSupport
import Testing

/// Whatever is killed, every trial is there once, with the bytes of an undisturbed sweep.
@Suite(.timeLimit(.minutes(4))) struct SurvivalTests {
  /// Trials slow enough to be met in the middle, whose numbers do not depend on that.
  private static let text = SweepTexts.idle("idle", count: 60, seconds: 0.15)

  /// The results of the same sweep without any disturbance, trained once for all tests.
  private static let undisturbed = Task {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(text, as: "idle.yaml")
      try await laboratory.run("run", file, "--slots", "2")
      return try await laboratory.csv("idle")
    }
  }

  /// Starts the sweep and returns when some of it is done.
  private static func begin(in laboratory: Laboratory) async throws -> RunningProgram {
    let file = try laboratory.write(text, as: "idle.yaml")
    let program = try laboratory.phasegrid.start(["run", file, "--slots", "2"])
    try await eventually { try await laboratory.doneCount("idle") >= 6 }
    return program
  }

  @Test func `a killed coordinator's sweep is resumed without training anything twice`()
    async throws
  {
    try await Laboratory.with { laboratory in
      let coordinator = try await Self.begin(in: laboratory)
      coordinator.send(SIGKILL)
      _ = try await coordinator.ending()
      let atDeath = try await laboratory.doneCount("idle")
      // Nobody listens: what the worker holds is trained all the same.
      try await Task.sleep(for: .milliseconds(500))
      try await laboratory.run("resume", "idle")
      #expect(atDeath < 60)
      #expect(try await laboratory.csv("idle") == Self.undisturbed.value)
      #expect(try laboratory.attemptCount() == 60)
    }
  }

  @Test func `a killed daemon costs only what was running`() async throws {
    try await Laboratory.with { laboratory in
      let coordinator = try await Self.begin(in: laboratory)
      let daemon = try #require(laboratory.daemon)
      kill(daemon, SIGKILL)
      let ending = try await coordinator.ending()
      #expect(ending.status == 0, "\(ending.words)")
      #expect(try await laboratory.csv("idle") == Self.undisturbed.value)
      // What waited is handed out again under its number; only what ran is another attempt.
      #expect(try laboratory.attemptCount() <= 62)
    }
  }

  @Test func `a killed slot costs only what was running`() async throws {
    try await Laboratory.with { laboratory in
      let coordinator = try await Self.begin(in: laboratory)
      let slot = try #require(laboratory.slots.first)
      kill(slot, SIGKILL)
      let ending = try await coordinator.ending()
      #expect(ending.status == 0, "\(ending.words)")
      #expect(try await laboratory.csv("idle") == Self.undisturbed.value)
      #expect(try laboratory.attemptCount() <= 61)
    }
  }

  @Test func `the first Ctrl-C collects what runs, and resume goes on`() async throws {
    try await Laboratory.with { laboratory in
      let coordinator = try await Self.begin(in: laboratory)
      coordinator.send(SIGINT)
      let ending = try await coordinator.ending()
      #expect(ending.status == 75, "\(ending.words)")
      #expect(ending.words.contains("resume"))
      let open = try laboratory.number(
        "SELECT COUNT(*) FROM attempt WHERE state IN ('assigned', 'running')")
      #expect(open == 0)
      try await eventually { laboratory.processes.isEmpty }
      try await laboratory.run("resume")
      #expect(try await laboratory.csv("idle") == Self.undisturbed.value)
      let trained = try laboratory.number("SELECT COUNT(*) FROM attempt WHERE state = 'completed'")
      #expect(trained == 60)
    }
  }

  @Test func `the second Ctrl-C leaves at once, still resumable`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(
        SweepTexts.idle("long", count: 4, seconds: 3), as: "long.yaml")
      let coordinator = try laboratory.phasegrid.start(["run", file, "--slots", "2"])
      try await eventually { laboratory.slots.count == 2 }
      coordinator.send(SIGTERM)
      try await eventually { coordinator.wordsSoFar.contains("Stopping") }
      coordinator.send(SIGTERM)
      #expect(try await coordinator.ending().status == 75)
      try await laboratory.run("resume", "long")
      // What was taken back is handed out under another number; each is trained once all the same.
      let trained = try laboratory.number(
        "SELECT COUNT(*) FROM attempt WHERE state IN ('completed', 'repeat', 'failed')")
      #expect(trained == 4)
    }
  }
}
