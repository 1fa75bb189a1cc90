import Protocol
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct WorkerProgramTests {
  private let worker = WorkerProgram(path: BuiltProgram("phasegrid-worker").path)

  @Test func `the worker describes its studies`() async throws {
    let document = try await worker.describe()
    let studies = try #require(document["studies"]?.array)
    #expect(studies.contains { $0["name"]?.string == "idle" })
  }

  @Test func `the worker answers a check of no rows`() async throws {
    let verdicts = try await worker.check(study: "two-layer-phase-diagram", rows: [])
    #expect(verdicts.array?.isEmpty == false)
  }

  @Test func `a program that is not there is named`() async throws {
    let error = try await #require(throws: TransportError.self) {
      try await WorkerProgram(path: "/nowhere/phasegrid-worker").describe()
    }
    #expect(error.kind == .spawn)
    #expect(error.message.contains("/nowhere/phasegrid-worker"))
  }

  @Test func `a program that fails is quoted`() async throws {
    let error = try await #require(throws: TransportError.self) {
      try await WorkerProgram(path: "/bin/ls").describe()
    }
    #expect(error.kind == .workerFailed)
    #expect(error.message.contains("describe"))
  }

  @Test func `a program that answers with something else is refused`() async throws {
    let error = try await #require(throws: TransportError.self) {
      try await WorkerProgram(path: "/bin/echo").describe()
    }
    #expect(error.kind == .badAnswer)
  }
}
