import Protocol
import Synchronization
import Transport

/// A worker without a process: it does what a test says, and otherwise what workers do.
final class ScriptedWorker: Launcher {
  private struct State {
    var held: [TrialAttempt] = []
    /// Records that are not acknowledged.
    var spool: [(sequence: UInt64, result: TrialResult)] = []
    var sequence: UInt64 = 0
    /// What it makes of what it holds, as soon as it holds it; `nil` while it only holds it.
    var outcome: TrialOutcome?
    var openCount = 0
    var isReleased = false
    var decoder = FrameDecoder<ToWorker>(awaitsMagic: false)
    var sink: AsyncStream<[UInt8]>.Continuation?
  }

  private struct Link: WorkerLink {
    let incoming: AsyncStream<[UInt8]>
    let worker: ScriptedWorker
    let sink: AsyncStream<[UInt8]>.Continuation
    let complaints = ""

    func send(_ bytes: [UInt8]) { worker.take(bytes) }
    func close() { sink.finish() }
  }

  let node: NodeName
  private let spoolID: UniqueID
  private let state = Mutex(State())

  init(_ name: String, number: UInt8) {
    node = NodeName(name)
    spoolID = UniqueID(bytes: Array(repeating: number, count: 16)) ?? UniqueID.random()
  }

  /// How many trials it holds.
  var heldCount: Int { state.withLock { $0.held.count } }
  /// How often it was connected.
  var openCount: Int { state.withLock { $0.openCount } }
  /// Whether everything that it sent is in the catalog.
  var isAcknowledged: Bool { state.withLock { $0.spool.isEmpty } }
  /// Whether it was told that nothing more will come.
  var isReleased: Bool { state.withLock { $0.isReleased } }

  func open() async throws(TransportError) -> any WorkerLink {
    let (incoming, sink) = AsyncStream.makeStream(of: [UInt8].self)
    state.withLock { state in
      state.openCount += 1
      state.isReleased = false
      state.decoder = FrameDecoder<ToWorker>(awaitsMagic: false)
      state.sink = sink
      sink.yield(Limits.streamMagic)
    }
    return Link(incoming: incoming, worker: self, sink: sink)
  }

  /// Ends what it holds like this, and what it will hold; `nil` to hold it only.
  func end(with outcome: TrialOutcome?) {
    state.withLock { state in
      state.outcome = outcome
      train(&state)
    }
  }

  /// Ends the trial that is in its slot.
  func endFirst(with outcome: TrialOutcome = .completed(.steps)) {
    state.withLock { end(with: outcome, &$0) }
  }

  private func take(_ bytes: [UInt8]) {
    state.withLock { state in
      state.decoder.append(bytes)
      // A message that cannot be read would be the driver's fault: the test then waits in vain.
      while let message = try? state.decoder.next() { take(message, &state) }
    }
  }

  private func take(_ message: ToWorker, _ state: inout State) {
    switch message {
    case .attach:
      let attached = Attached(
        release: "scripted", machine: "scripted", processors: 1, slots: 1, spool: spoolID,
        nextSequence: state.sequence + 1,
        held: state.held.map { Attached.Held(trial: $0, isRunning: $0 == state.held.first) })
      say(.attached(attached), state)
      for record in state.spool { say(.record(record.sequence, record.result), state) }
    case .assign(let shard):
      state.held += shard.entries.map { TrialAttempt(key: $0.key, attempt: $0.attempt) }
      train(&state)
    case .retract(let trials):
      // The first that it holds is in its slot.
      let returned = state.held.dropFirst().filter(trials.contains)
      state.held.removeAll { returned.contains($0) }
      say(.retracted(Array(returned)), state)
    case .acknowledge(let sequence): state.spool.removeAll { $0.sequence <= sequence }
    case .heartbeat(let number):
      say(.heartbeat(number, running: Array(state.held.prefix(1))), state)
    // Its trials end at once: none has anything to go on from.
    case .checkpoint: break
    case .release:
      state.isReleased = true
      state.sink?.finish()
    }
  }

  private func train(_ state: inout State) {
    guard let outcome = state.outcome else { return }
    while !state.held.isEmpty { end(with: outcome, &state) }
  }

  private func end(with outcome: TrialOutcome, _ state: inout State) {
    guard !state.held.isEmpty else { return }
    let trial = state.held.removeFirst()
    state.sequence += 1
    let result = TrialResult(
      key: trial.key, attempt: trial.attempt, outcome: outcome, wallSeconds: 1)
    state.spool.append((state.sequence, result))
    say(.record(state.sequence, result), state)
  }

  private func say(_ message: FromWorker, _ state: State) {
    state.sink?.yield(FrameEncoder.frame(message))
  }
}
