import CatalogStore
import Orchestration
import Planning
import Protocol
import Scheduling
import TestSupport
import Testing

/// What people ask for while a sweep is driven, carried out on workers without processes.
@Suite(.timeLimit(.minutes(1))) struct SweepRequestTests {
  private static let trialCount = 30
  private static let file = """
    sweep: fixture
    study: fixture
    parameters: {width: {min: 100, max: 129, count: 30}}
    """

  private struct Quiet: ProgressListener {
    func progress(_ progress: Progress) {}
    func notice(_ text: String) {}
  }

  /// Drives the sweep on these workers while `act` asks for things.
  /// - Returns: Why it ended, and what the catalog holds then.
  private func drive(
    _ workers: [ScriptedWorker], failuresMax: UInt32 = 3,
    act: @Sendable (SweepDriver) async throws -> Void
  ) async throws -> (reason: EndReason, counts: SweepCounts) {
    try await TemporaryDirectory.with { directory in
      let study = StudyFixture.description
      let plan = try SweepPlan(try SweepFile(text: Self.file, path: "fixture.yaml"), study: study)
      let catalog = try await Catalog.open(path: directory.path("catalog.sqlite"), access: .writer)
      _ = try await catalog.register(
        plan, trials: plan.trials, studyDescriptionJSON: study.json.text, atMicroseconds: 0)
      let sweep = try await catalog.sweep(named: "fixture")
      var policy = SchedulerPolicy()
      policy.failuresMax = failuresMax
      let driver = SweepDriver(
        catalog: catalog, sweep: sweep, nodes: workers.map(Self.sweepNode), policy: policy,
        listener: Quiet())
      async let ending = driver.drive(stop: AsyncStream { _ in })
      try await act(driver)
      return (try await ending.reason, try await catalog.counts(of: sweep.id))
    }
  }

  private static func sweepNode(_ worker: ScriptedWorker) -> SweepNode {
    SweepNode(launcher: worker, slots: .count(1))
  }

  /// Waits until something is so; the suite's time limit ends a wait in vain.
  private static func until(_ isSo: () -> Bool) async throws {
    while !isSo() { try await Task.sleep(for: .milliseconds(10)) }
  }

  @Test func `a pause takes back what has not begun, and its end hands it out again`() async throws
  {
    let worker = ScriptedWorker("a", number: 1)
    let ended = try await drive([worker]) { driver in
      try await Self.until { worker.heldCount == 2 }
      driver.request(.pause)
      try await Self.until { worker.heldCount == 1 }
      worker.endFirst()
      driver.request(.unpause)
      try await Self.until { worker.heldCount > 1 }
      worker.end(with: .completed(.steps))
    }
    #expect(ended.reason == .complete)
    #expect(ended.counts.completed == Self.trialCount)
  }

  @Test func `a removed node ends what it trains and is released`() async throws {
    let (leaver, other) = (ScriptedWorker("a", number: 1), ScriptedWorker("b", number: 2))
    let ended = try await drive([leaver, other]) { driver in
      try await Self.until { leaver.heldCount == 2 && other.heldCount == 2 }
      driver.request(.remove(leaver.node))
      try await Self.until { leaver.heldCount == 1 }
      #expect(!leaver.isReleased)
      leaver.endFirst()
      try await Self.until { leaver.isReleased }
      other.end(with: .completed(.steps))
    }
    #expect(ended.counts.completed == Self.trialCount)
    #expect(leaver.openCount == 1)
  }

  @Test func `a node that was removed trains again once it is added`() async throws {
    let (returner, other) = (ScriptedWorker("a", number: 1), ScriptedWorker("b", number: 2))
    let ended = try await drive([returner, other]) { driver in
      try await Self.until { returner.heldCount == 2 && other.heldCount == 2 }
      driver.request(.remove(returner.node))
      try await Self.until { returner.heldCount == 1 }
      returner.endFirst()
      try await Self.until { returner.isReleased }
      driver.request(.add(Self.sweepNode(returner)))
      try await Self.until { returner.heldCount > 1 }
      returner.end(with: .completed(.steps))
      other.end(with: .completed(.steps))
    }
    #expect(ended.counts.completed == Self.trialCount)
    #expect(returner.openCount == 2)
  }

  @Test func `a node joins while the sweep goes on`() async throws {
    let (first, joiner) = (ScriptedWorker("a", number: 1), ScriptedWorker("b", number: 2))
    let ended = try await drive([first]) { driver in
      try await Self.until { first.heldCount == 2 }
      driver.request(.add(Self.sweepNode(joiner)))
      try await Self.until { joiner.heldCount == 2 }
      first.end(with: .completed(.steps))
      joiner.end(with: .completed(.steps))
    }
    #expect(ended.counts.completed == Self.trialCount)
  }

  @Test func `a drained node gets nothing until it is undrained`() async throws {
    let (drained, other) = (ScriptedWorker("a", number: 1), ScriptedWorker("b", number: 2))
    let ended = try await drive([drained, other]) { driver in
      try await Self.until { drained.heldCount == 2 && other.heldCount == 2 }
      driver.request(.drain(drained.node))
      try await Self.until { drained.heldCount == 1 }
      drained.endFirst()
      other.endFirst()
      try await Self.until { other.heldCount > 1 }
      #expect(drained.heldCount == 0)
      driver.request(.undrain(drained.node))
      try await Self.until { drained.heldCount > 1 }
      drained.end(with: .completed(.steps))
      other.end(with: .completed(.steps))
    }
    #expect(ended.counts.completed == Self.trialCount)
    #expect(drained.openCount == 1)
  }

  @Test func `a cancelled sweep ends with what runs`() async throws {
    let worker = ScriptedWorker("a", number: 1)
    let ended = try await drive([worker]) { driver in
      try await Self.until { worker.heldCount == 2 }
      driver.request(.cancel(nil, breaksOff: false))
      try await Self.until { worker.heldCount == 1 }
      worker.endFirst()
    }
    #expect(ended.reason == .complete)
    #expect(ended.counts.completed == 1)
    #expect(ended.counts.unfinished == Self.trialCount - 1)
  }

  @Test func `trials that failed for good are trained again when that is asked for`() async throws {
    let worker = ScriptedWorker("a", number: 1)
    let ended = try await drive([worker], failuresMax: 1) { driver in
      try await Self.until { worker.heldCount == 2 }
      worker.endFirst(with: .failed(.crashed, "as the test wants"))
      try await Self.until { worker.isAcknowledged }
      driver.request(.retry(nil))
      worker.end(with: .completed(.steps))
    }
    #expect(ended.counts.failed == 0)
    #expect(ended.counts.completed == Self.trialCount)
  }

  @Test func `a trial that failed for good stays so when nobody asks`() async throws {
    let worker = ScriptedWorker("a", number: 1)
    let ended = try await drive([worker], failuresMax: 1) { _ in
      try await Self.until { worker.heldCount == 2 }
      worker.endFirst(with: .failed(.crashed, "as the test wants"))
      worker.end(with: .completed(.steps))
    }
    #expect(ended.counts.failed == 1)
    #expect(ended.counts.completed == Self.trialCount - 1)
  }
}
