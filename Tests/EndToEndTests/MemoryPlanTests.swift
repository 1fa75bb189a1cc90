import Protocol
import TestSupport
import Testing

/// What `plan` says of a trial's memory is what trials take.
@Suite(.timeLimit(.minutes(4))) struct MemoryPlanTests {
  /// Networks of two widths.
  private static func text(limits: String = "") -> String {
    """
    sweep: memory
    study: two-layer-phase-diagram
    parameters:
      init.gamma: {values: [0.8, 1, 1.2]}
      width: {values: [1000, 200000]}
      training.stepsMax: 20
    \(limits)
    """
  }

  @Test func `the memory of a trial is what plan has said`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(Self.text(), as: "memory.yaml")
      let plan = try JSONValue(parsing: try await laboratory.run("plan", file, "--json").output)
      let greatest = Double(try #require(plan["memory"]?["greatestBytes"]?.integer))
      let median = Double(try #require(plan["memory"]?["medianBytes"]?.integer))
      #expect(plan["memory"]?["warning"] == .null)
      try await laboratory.run("run", file, "--slots", "1")
      let most = try laboratory.real("SELECT MAX(peak_memory_bytes) FROM attempt")
      let least = try laboratory.real("SELECT MIN(peak_memory_bytes) FROM attempt")
      #expect(abs(most - greatest) < 0.1 * most, "\(most) taken, \(greatest) planned")
      #expect(abs(least - median) < 0.1 * least, "\(least) taken, \(median) planned")
      #expect(greatest > 1.5 * median)
    }
  }

  @Test func `a limit that is too small is warned of`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(
        Self.text(limits: "limits: {memory: 16 MiB}"), as: "memory.yaml")
      let plan = try JSONValue(parsing: try await laboratory.run("plan", file, "--json").output)
      #expect(plan["memory"]?["limitBytes"]?.integer == 16 << 20)
      #expect(plan["memory"]?["warning"]?.string?.hasPrefix("3 trials") == true)
      let text = try await laboratory.run("plan", file).output
      #expect(text.contains("\nwarning   3 trials"))
      #expect(text.contains("\nmemory    at most "))
    }
  }

  @Test func `nothing to train takes nothing`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("idle", count: 2), as: "idle.yaml")
      try await laboratory.run("run", file)
      let plan = try JSONValue(parsing: try await laboratory.run("plan", file, "--json").output)
      #expect(plan["memory"]?["greatestBytes"] == .null)
      #expect(try await laboratory.run("plan", file).output.contains("memory") == false)
    }
  }
}
