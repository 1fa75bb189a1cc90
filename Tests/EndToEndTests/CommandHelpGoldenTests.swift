import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CommandHelpGoldenTests {
  @Test(arguments: [
    "", "plan", "run", "resume", "status", "results", "diagram", "fetch", "check", "export",
    "import", "studies", "nodes", "why",
  ])
  func `the help of a command is what was reviewed`(command: String) async throws {
    let arguments = command.isEmpty ? ["--help"] : ["help", command]
    // The width of the terminal decides where lines break.
    let ending = try await BuiltProgram("phasegrid", environment: ["COLUMNS": "80"]).run(arguments)
    #expect(ending.status == 0)
    try expectGolden(
      ending.output, named: "help-\(command.isEmpty ? "phasegrid" : command).txt")
  }

  @Test func `the worker's help is what was reviewed`() async throws {
    let ending = try await BuiltProgram("phasegrid-worker").run(["--help"])
    #expect(ending.status == 0)
    try expectGolden(ending.output, named: "help-worker.txt")
  }
}
