import CatalogStore
import Orchestration
import Planning
import Protocol
import Scheduling
import Synchronization
import TestSupport
import Testing
import Transport

/// Nodes that misbehave, beside one that does not.
@Suite(.timeLimit(.minutes(1))) struct HostileNodeTests {
  /// A node whose link sends some bytes and ends.
  private struct BabblingLauncher: Launcher {
    let node: NodeName
    let bytes: [UInt8]

    func open() async throws(TransportError) -> any WorkerLink {
      BabblingLink(bytes: bytes)
    }
  }

  private struct BabblingLink: WorkerLink {
    let incoming: AsyncStream<[UInt8]>
    let complaints = ""

    init(bytes: [UInt8]) {
      incoming = AsyncStream { continuation in
        continuation.yield(bytes)
        continuation.finish()
      }
    }

    func send(_ bytes: [UInt8]) {}
    func close() {}
  }

  private final class Notices: ProgressListener {
    let texts = Mutex<[String]>([])
    func progress(_ progress: Progress) {}
    func notice(_ text: String) { texts.withLock { $0.append(text) } }
  }

  private static let file = """
    sweep: idle
    study: idle
    parameters: {index: {min: 1, max: 30, count: 30}}
    """

  private func drive(_ bad: [any Launcher], withGoodNode: Bool) async throws -> (
    ending: SweepEnding, notices: [String]
  ) {
    try await TemporaryDirectory.with { directory in
      let worker = WorkerProgram(path: BuiltProgram("phasegrid-worker").path)
      let document = try await worker.describe()
      let study = try #require(
        try document["studies"]?.array?.map { try StudyDescription(json: $0) }
          .first { $0.name == "idle" })
      let plan = try SweepPlan(try SweepFile(text: Self.file, path: "idle.yaml"), study: study)
      let catalog = try await Catalog.open(path: directory.path("catalog.sqlite"), access: .writer)
      _ = try await catalog.register(
        plan, trials: plan.trials, studyDescriptionJSON: study.json.text, atMicroseconds: 0)
      var nodes = bad.map { SweepNode(launcher: $0, slots: .count(1)) }
      if withGoodNode {
        let launcher = LocalLauncher(
          node: NodeName("good"), program: worker, directory: directory.path("work"))
        nodes.append(SweepNode(launcher: launcher, slots: .count(1)))
      }
      let notices = Notices()
      let driver = SweepDriver(
        catalog: catalog, sweep: try await catalog.sweep(named: "idle"), nodes: nodes,
        listener: notices)
      let ending = try await driver.drive(stop: AsyncStream { _ in })
      return (ending, notices.texts.withLock { $0 })
    }
  }

  @Test(arguments: [
    [UInt8](repeating: 0xff, count: 200_000),
    Limits.streamMagic + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
    Limits.streamMagic + FrameEncoder.frame(kind: 200, payload: []),
    [],
  ])
  func `a node that talks nonsense stops only itself`(bytes: [UInt8]) async throws {
    let outcome = try await drive(
      [BabblingLauncher(node: NodeName("bad"), bytes: bytes)], withGoodNode: true)
    #expect(outcome.ending.reason == .complete)
    #expect(outcome.ending.progress.completed == 30)
    #expect(outcome.notices.contains { $0.contains("bad") })
  }

  @Test func `without any usable node the sweep ends and says so`() async throws {
    let outcome = try await drive(
      [BabblingLauncher(node: NodeName("bad"), bytes: [])], withGoodNode: false)
    #expect(outcome.ending.reason == .noNode)
    #expect(outcome.ending.progress.done == 0)
  }
}
