import Protocol
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct LocalLauncherTests {
  private let worker = WorkerProgram(path: BuiltProgram("phasegrid-worker").path)
  private let catalog = UniqueID.random()

  private func attach(_ link: any WorkerLink) {
    link.send(
      FrameEncoder.frame(
        ToWorker.attach(
          Attach(catalog: catalog, spool: nil, committed: 0, slots: .count(1), leaseSeconds: 5))))
  }

  /// The first message of a link that is wanted.
  private func first<Answer>(
    on link: any WorkerLink, _ wanted: (FromWorker) -> Answer?
  ) async throws -> Answer? {
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: true)
    for await bytes in link.incoming {
      decoder.append(bytes)
      while let message = try decoder.next() {
        if let answer = wanted(message) { return answer }
      }
    }
    return nil
  }

  private func attached(on link: any WorkerLink) async throws -> Attached? {
    try await first(on: link) { if case .attached(let attached) = $0 { attached } else { nil } }
  }

  @Test func `a worker is started, greeted, met again on a second link, and let go`() async throws {
    try await TemporaryDirectory.with { directory in
      let launcher = LocalLauncher(program: worker, directory: directory.path("work"))
      let first = try await launcher.open()
      attach(first)
      let greeting = try #require(try await attached(on: first))
      #expect(greeting.nextSequence == 1)
      first.close()

      let second = try await launcher.open()
      attach(second)
      let again = try #require(try await attached(on: second))
      #expect(again.spool == greeting.spool)
      second.send(FrameEncoder.frame(ToWorker.release))
      // The link ends because the worker does.
      for await _ in second.incoming {}
    }
  }

  @Test func `a worker that does not start ends the link and says why`() async throws {
    let launcher = LocalLauncher(
      program: WorkerProgram(path: "/bin/ls"), directory: "/nowhere/at/all")
    let link = try await launcher.open()
    for await _ in link.incoming {}
    try await eventually { !link.complaints.isEmpty }
    #expect(link.complaints.contains("ls"))
  }

  @Test func `a program that is not there is an error`() async throws {
    let launcher = LocalLauncher(
      program: WorkerProgram(path: "/nowhere/phasegrid-worker"), directory: "/nowhere")
    await #expect(throws: TransportError.self) { try await launcher.open() }
  }
}
