import Protocol
import Testing

/// What trials keep, in words and on its way.
@Suite struct KeptTests {
  private static let trial = MessageFixtures.trial
  private static let things = KeptThings(
    asked: ["parameters final", "curves 50", "matrix cosineW"],
    things: [
      KeptThing(
        kind: .parameters, name: "final", step: 100,
        bytes: (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }),
      .curve("loss", steps: [0, 50, 100], values: [3, .nan, -0.0]),
      .matrix("cosineW", columns: 2, values: [1, -0.5, -0.5, 1], step: 100),
    ])

  @Test(arguments: [
    KeepRequest.nothing, KeepRequest(parameters: [.final]), KeepRequest(curveInterval: .max),
    KeepRequest(
      parameters: [.final, .step(0), .step(500)], curveInterval: 50, matrices: ["b", "a"]),
  ])
  func `a wish comes back from its words`(request: KeepRequest) {
    #expect(KeepRequest(words: request.words) == request)
    #expect(request.isEmpty == request.words.isEmpty)
  }

  @Test func `moments and names are in one order, each once`() {
    let request = KeepRequest(
      parameters: [.final, .step(10), .step(9), .final], matrices: ["b", "a", "b"])
    #expect(
      request.words == [
        "parameters 9", "parameters 10", "parameters final", "matrix a", "matrix b",
      ])
  }

  @Test(arguments: [
    "parameters", "parameters last", "parameters -1", "parameters 4294967296", "curves 0",
    "curves x", "losses 5", "", "parameters  0",
  ])
  func `words that say nothing are no wish`(word: String) {
    #expect(KeepRequest(words: [word]) == nil)
  }

  @Test func `two intervals are no wish`() {
    #expect(KeepRequest(words: ["curves 1", "curves 2"]) == nil)
  }

  @Test func `curves and matrices come back from their bytes`() throws {
    let points = try #require(Self.things.things[1].points)
    #expect(points.steps == [0, 50, 100])
    #expect(points.values[0] == 3 && points.values[1].isNaN && points.values[2].sign == .minus)
    #expect(Self.things.things[2].rows == [[1, -0.5], [-0.5, 1]])
    #expect(Self.things.things[1].rows == nil && Self.things.things[2].points == nil)
  }

  @Test func `what is kept comes back from its parts`() throws {
    let parts = Self.things.parts(of: Self.trial)
    #expect(parts.count == 3)
    #expect(parts.allSatisfy { $0.bytes.count <= Limits.keptPartBytesMax })
    var collector = KeptPartCollector()
    for part in parts {
      var decoder = FrameDecoder<FromWorker>(awaitsMagic: false)
      decoder.append(FrameEncoder.frame(FromWorker.part(7, part)))
      guard case .part(7, let read) = try decoder.next() else {
        Issue.record("a part was expected")
        return
      }
      try collector.add(read)
    }
    #expect(try collector.take(for: Self.trial) == Self.things)
    #expect(try collector.take(for: Self.trial) == .none)
  }

  @Test func `nothing that was asked for needs no part`() {
    #expect(KeptThings.none.parts(of: Self.trial).isEmpty)
  }

  @Test func `parts of a training that was lost are dropped`() throws {
    let later = TrialAttempt(key: Self.trial.key, attempt: AttemptNumber(9))
    var collector = KeptPartCollector()
    for part in Self.things.parts(of: Self.trial).dropLast() { try collector.add(part) }
    for part in Self.things.parts(of: later) { try collector.add(part) }
    #expect(try collector.take(for: later) == Self.things)
    for part in Self.things.parts(of: Self.trial) { try collector.add(part) }
    #expect(try collector.take(for: later) == .none)
  }

  @Test func `parts out of their turn are refused`() throws {
    let parts = Self.things.parts(of: Self.trial)
    var collector = KeptPartCollector()
    #expect(throws: FrameError.self) { try collector.add(parts[1]) }
    try collector.add(parts[0])
    #expect(throws: FrameError.self) { try collector.add(parts[2]) }
    #expect(throws: FrameError.self) { _ = try collector.take(for: Self.trial) }
  }

  @Test func `a part is told from a result by its bytes`() {
    var writer = ByteWriter()
    Self.things.parts(of: Self.trial)[0].encode(to: &writer)
    #expect(KeptPart.isPart(writer.bytes[...]))
    for outcome in [TrialOutcome.completed(.rule), .diverged, .failed(.crashed, "")] {
      var writer = ByteWriter()
      TrialResult(key: Self.trial.key, attempt: Self.trial.attempt, outcome: outcome)
        .encode(to: &writer)
      #expect(!KeptPart.isPart(writer.bytes[...]))
    }
  }

  @Test func `a matrix that has other bytes than its counts say is refused`() throws {
    var things = Self.things
    things.things = [KeptThing(kind: .matrix, name: "m", step: 0, bytes: [1, 0, 0, 0, 1, 0, 0, 0])]
    var collector = KeptPartCollector()
    for part in things.parts(of: Self.trial) { try collector.add(part) }
    #expect(throws: FrameError.self) { _ = try collector.take(for: Self.trial) }
  }
}
