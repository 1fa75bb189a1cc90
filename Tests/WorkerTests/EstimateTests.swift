import Protocol
import TestSupport
import Testing

@testable import WorkerCore

/// What a trial takes is known before it is trained.
@Suite(.timeLimit(.minutes(2))) struct EstimateTests {
  private static let worker = BuiltProgram("phasegrid-worker")

  private static func estimate(_ trials: String) async throws -> [JSONValue] {
    let ending = try await worker.run(["estimate"], input: trials)
    #expect(ending.status == 0 && ending.words.isEmpty, "\(ending.words)")
    return try lines(ending.output)
  }

  private static func lines(_ output: String) throws -> [JSONValue] {
    try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  /// A trial of the two-layer network.
  private static func twoLayer(width: Int, steps: Int) -> [String: ParameterValue] {
    [
      "width": .integer(Int64(width)), "training.stepsMax": .integer(Int64(steps)),
      "stop.lossFraction": .real(1e-12),
    ]
  }

  @Test func `a trial takes what was estimated, after whatever other trials`() async throws {
    let widths = [400_000, 1000, 100_000, 20_000]
    let list = widths.map {
      #"{"study": "two-layer-phase-diagram", "parameters": {"width": \#($0)}}"#
    }
    let estimates = try await Self.estimate("[\(list.joined(separator: ", "))]")
      .map { Double(try #require($0["memoryBytes"]?.integer)) }
    #expect(estimates[0] > estimates[2] && estimates[2] > estimates[3])
    try await WorkerWorld.with { world in
      let (client, _) = try await world.attach()
      client.send(
        .assign(
          Shard(
            study: "two-layer-phase-diagram", revision: 1, numerics: .pinned,
            limits: TrialLimits(), shared: [:],
            entries: widths.enumerated().map { index, width in
              Shard.Entry(
                key: IdleTrials.key(index), attempt: AttemptNumber(1), replicate: 0,
                parameters: Self.twoLayer(width: width, steps: 30), seeds: [:])
            })))
      for record in try await client.records(widths.count) {
        let index = try #require(widths.indices.first { IdleTrials.key($0) == record.result.key })
        let taken = Double(record.result.peakMemoryBytes)
        #expect(
          abs(taken - estimates[index]) < 0.1 * taken,
          "width \(widths[index]): \(taken) taken, \(estimates[index]) estimated")
      }
    }
  }

  @Test func `a trial that is long takes no longer to estimate`() async throws {
    let estimates = try await Self.estimate(
      """
      [{"study": "idle", "parameters": {"seconds": 3600, "ending": "crash"}},
       {"study": "two-layer-phase-diagram", "parameters": {"training.stepsMax": 1000000000,
        "stop.lossFraction": 1e-12, "init.gamma": 0.5}}]
      """)
    #expect(estimates.allSatisfy { ($0["memoryBytes"]?.integer ?? 0) > 1 << 20 })
  }

  @Test func `the first is tried however short the time, and the rest are said to be left`()
    async throws
  {
    let ending = try await Self.worker.run(
      ["estimate", "--seconds", "1e-9"],
      input: #"[{"study": "idle"}, {"study": "idle"}, {"study": "idle"}]"#)
    let estimates = try Self.lines(ending.output)
    #expect(estimates.count == 3 && estimates[0]["memoryBytes"]?.integer != nil)
    #expect(estimates[1...].allSatisfy { $0["untried"]?.boolean == true })
  }

  @Test func `what cannot be trained is told in its place`() async throws {
    let estimates = try await Self.estimate(
      #"[{"study": "idle"}, {"study": "idel"}, {"study": "idle", "parameters": {"seconds": -1}}]"#)
    #expect(estimates.count == 3)
    #expect(estimates[0]["memoryBytes"]?.integer != nil)
    #expect(estimates[1]["refused"]?.string?.contains("idel") == true)
    #expect(estimates[2]["refused"]?.string?.contains("seconds") == true)
  }

  @Test(arguments: [
    "{}", "[", "[1]", #"[{"study": "idle"}, {"study": "idle", "numerics": "native"}]"#,
  ])
  func `a list that is none is refused`(text: String) async throws {
    let ending = try await Self.worker.run(["estimate"], input: text)
    #expect(ending.status == 65 && ending.output.isEmpty)
  }

  @Test func `no trials are no estimates`() async throws {
    #expect(try await Self.estimate("[]").isEmpty)
  }

  @Test(arguments: [
    ("Name:\tx\nVmHWM:\t    8248 kB\nVmRSS:\t 1 kB\n", UInt64(8248) << 10),
    ("VmHWM: many kB\n", nil),
    ("VmRSS:\t 1 kB\n", nil), ("", nil),
  ])
  func `the high-water mark is read from what the system says`(text: String, bytes: UInt64?) {
    #expect(ResidentMemory.peak(in: text) == bytes)
  }
}
