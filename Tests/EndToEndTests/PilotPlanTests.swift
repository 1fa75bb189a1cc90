import Protocol
import TestSupport
import Testing

/// `plan --pilot` trains a few trials, keeps them, and prices the others by them.
@Suite(.timeLimit(.minutes(4))) struct PilotPlanTests {
  private static let text = """
    sweep: pilot
    study: two-layer-phase-diagram
    parameters:
      init.gamma: {values: [0.8, 1, 1.2, 1.4]}
      width: {values: [50, 5000]}
      training.stepsMax: 200
      stop.lossFraction: 1e-12
    """

  @Test func `trials of a pilot are kept and measured`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(Self.text, as: "pilot.yaml")
      let plan = try JSONValue(
        parsing: try await laboratory.run("plan", file, "--pilot", "3", "--json").output)
      #expect(plan["completed"]?.integer == 3 && plan["toTrain"]?.integer == 5)
      #expect(plan["price"]?["assumption"]?.string == "as 3 trials of this sweep took")
      // The wide and the narrow network, and not one of them alone.
      #expect(
        try laboratory.real(
          "SELECT COUNT(DISTINCT c.coordinates ->> 1) FROM cell c JOIN cell_trial l "
            + "USING (sweep, position) JOIN trial t ON t.id = l.trial "
            + "WHERE t.outcome IS NOT NULL") == 2)
      try await laboratory.run("resume", "pilot", "--slots", "1")
      #expect(try laboratory.real("SELECT COUNT(*) FROM attempt") == 8)
    }
  }

  @Test func `a pilot of all leaves nothing, and none is refused`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("idle", count: 2), as: "idle.yaml")
      let plan = try await laboratory.run("plan", file, "--pilot", "9").output
      #expect(plan.contains("to train  0: nothing"))
      #expect(try await laboratory.run("plan", file, "--pilot", "9").output == plan)
      try await laboratory.run("plan", file, "--pilot", "0", expecting: 64)
    }
  }
}
