import TestSupport
import Testing

/// Sweeps go from one catalog to another.
@Suite(.timeLimit(.minutes(2))) struct UnionCommandTests {
  @Test func `an exported sweep gives a colleague the same bytes, and nothing to train`()
    async throws
  {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.twoLayer("two-layer"), as: "sweep.yaml")
      try await laboratory.run("run", file, "--slots", "2")
      let shared = laboratory.directory.path("shared.sqlite")
      let written = try await laboratory.run("export", "two-layer", "-o", shared)
      #expect(written.words.contains("Wrote 40 results and 1 sweeps"), "\(written.words)")
      let expected = try await laboratory.csv("two-layer")
      try await Laboratory.with { colleague in
        let taken = try await colleague.run("import", shared, "--json")
        #expect(taken.output.contains("\"added\": 40"), "\(taken.output)")
        #expect(try await colleague.csv("two-layer") == expected)
        try await colleague.run("run", file)
        #expect(try colleague.attemptCount() == 40, "nothing is trained again")
        let again = try await colleague.run("import", shared)
        #expect(again.words.contains("Took over 0 results"), "\(again.words)")
      }
    }
  }

  @Test func `only what is asked for goes, and nothing is written over`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.twoLayer("two-layer"), as: "sweep.yaml")
      try await laboratory.run("run", file, "--slots", "2")
      let part = laboratory.directory.path("part.sqlite")
      let written = try await laboratory.run(
        "export", "two-layer", "--where", "width == 50 and replicate == 0", "-o", part)
      #expect(written.words.contains("Wrote 10 results"), "\(written.words)")
      try await laboratory.run("export", "two-layer", "-o", part, expecting: 64)
      try await laboratory.run("export", "-o", "x.sqlite", "--where", "width == 50", expecting: 64)
      try await laboratory.run("import", file, expecting: 65)
    }
  }
}
