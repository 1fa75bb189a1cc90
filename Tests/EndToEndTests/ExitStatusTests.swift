import Foundation
import TestSupport
import Testing

/// Programs read exit statuses and standard output; people read standard error.
@Suite(.timeLimit(.minutes(2))) struct ExitStatusTests {
  @Test(arguments: [
    ("sweep: a\nstudy: idle\nparameters: {indx: 1}\n", Int32(65), "index"),
    ("sweep: a\nstudy: idel\nparameters: {}\n", 65, "idle"),
    ("sweep: a\nstudy: idle\nparameters: {index: {min: 1, max: 0, count: 3}}\n", 65, "index"),
    ("not: [a sweep", 65, ":2"),
  ])
  func `a bad sweep file ends plan and run alike, and creates nothing`(
    text: String, status: Int32, hint: String
  ) async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(text, as: "bad.yaml")
      for command in ["plan", "run"] {
        let ending = try await laboratory.run(command, file, expecting: status)
        #expect(ending.words.contains("bad.yaml"))
        #expect(ending.words.contains(hint))
        #expect(ending.output.isEmpty)
      }
      #expect(
        try laboratory.directory.names() == ["bad.yaml"]
      )
    }
  }

  @Test func `a sweep file that cannot be read is 74`() async throws {
    try await Laboratory.with { laboratory in
      try await laboratory.run("run", laboratory.directory.path("none.yaml"), expecting: 74)
      try await laboratory.run("run", laboratory.directory.path, expecting: 74)
    }
  }

  @Test(arguments: [["fly"], ["plan"], ["run", "a.yaml", "--slots", "0"], ["check"]])
  func `a wrong command line is 64`(arguments: [String]) async throws {
    let ending = try await BuiltProgram("phasegrid").run(arguments)
    #expect(ending.status == 64)
    #expect(ending.output.isEmpty)
  }

  @Test(arguments: ["status", "resume"])
  func `a catalog that is not there is 74 and is not created`(command: String) async throws {
    try await Laboratory.with { laboratory in
      try await laboratory.run(command, expecting: 74)
      #expect(try laboratory.directory.names().isEmpty)
    }
  }

  @Test func `a catalog that is something else is 65`() async throws {
    try await Laboratory.with { laboratory in
      _ = try laboratory.write("this is no database, whatever its name says", as: "catalog.sqlite")
      try await laboratory.run("status", expecting: 65)
    }
  }

  @Test func `without a worker nothing can be trained: 69`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("a", count: 2), as: "a.yaml")
      let lost = BuiltProgram("phasegrid", environment: ["PHASEGRID_WORKER": "/nowhere/worker"])
      let ending = try await lost.run(["plan", file])
      #expect(ending.status == 69)
      #expect(ending.words.contains("/nowhere/worker"))
    }
  }

  @Test func `data goes to standard output and words to standard error`() async throws {
    try await Laboratory.with { laboratory in
      let file = try laboratory.write(SweepTexts.idle("a", count: 3), as: "a.yaml")
      let run = try await laboratory.run("run", file)
      #expect(run.output.isEmpty)
      #expect(run.words.contains("3 of 3 trials completed"))
      let results = try await laboratory.run("results", "a", "--format", "csv")
      #expect(results.words.isEmpty)
      #expect(results.output.hasPrefix("index,replicate,outcome"))
    }
  }
}
