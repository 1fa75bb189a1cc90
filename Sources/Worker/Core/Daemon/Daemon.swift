import Glibc
import Protocol

/// The worker that stays: it holds trials, trains them in its slots, and keeps their results until
/// a coordinator has them, whether one is there or not.
///
/// One thread and one place where it waits. Everything that happens comes in through `poll`, is
/// done at once, and never blocks: a coordinator that does not read costs the trials nothing.
final class Daemon {
  /// Why a daemon ends.
  enum Ending {
    /// The coordinator wants nothing more and has everything.
    case released
    /// No coordinator has come for as long as it said.
    case leaseEnded
    /// The system or its user has asked for it.
    case asked
  }

  /// How long a daemon waits for its first coordinator, in seconds.
  static let firstLeaseSeconds = 120.0
  /// How often results are made safe against a loss of power, in seconds.
  static let synchronizeSeconds = 1.0
  /// The pause before what a full disk or a full process table refused is tried again, in seconds.
  static let retrySeconds = 2.0
  /// How often it is looked whether others still find lock and socket, in seconds.
  static let placeCheckSeconds = 5.0

  let directory: WorkerDirectory
  let log: WorkerLog
  var meeting: Meeting
  var spool: Spool?
  /// Results that could not be written yet; while there are any, no trial is started.
  var unspooled: [TrialResult] = []
  var waiting = WaitingTrials()
  var slots: [SlotProcess?] = []
  /// How many slots are used.
  var slotCount = 0
  /// How far slots step back behind other processes.
  var nice = Niceness.own
  /// How far the worker's session steps back behind others.
  var sessionNice: UInt8 = 0
  /// What our slots have added to the system's load.
  var ownLoad = OwnLoad(seconds: Clock.seconds)
  /// `nil` when the load of others keeps no trial waiting.
  var loadGate: LoadGate?
  let endingSignals: Descriptor
  var isAskedToEnd = false
  var client: ClientConnection?
  var isReleased = false
  var leaseSeconds = Daemon.firstLeaseSeconds
  /// When the last coordinator left.
  var lonelySince = Clock.seconds
  var outOfMemoryKills = Machine.outOfMemoryKills
  var synchronizeAt: Double?
  /// When a spool that could not be written is tried again.
  var writeAt: Double?
  /// When a slot that could not be started is tried again.
  var spawnAt: Double?
  /// The trials that have a checkpoint here.
  var checkpointed: Set<TrialKey> = []
  var placeCheckAt = Clock.seconds + Daemon.placeCheckSeconds

  /// A daemon that has taken its locks and listens.
  init(
    directory: WorkerDirectory, log: WorkerLog, meeting: Meeting, spool: Spool?,
    endingSignals: Descriptor
  ) {
    self.directory = directory
    self.log = log
    self.meeting = meeting
    self.spool = spool
    self.endingSignals = endingSignals
  }

  /// Serves until it is released, its lease ends or it is asked to end.
  /// - Throws: ``WorkerError`` `worker.spool` when the spool does not hold what was written to it.
  func run() throws(WorkerError) -> Ending {
    while !isAskedToEnd {
      startTrials()
      try sendRecords()
      if let ending { return ending }
      let runningCount = slots.count { $0?.trials.isEmpty == false }
      wait()
      ownLoad.advance(to: Clock.seconds, running: runningCount)
      passTime()
    }
    return .asked
  }

  /// Whether nothing is left to train or to write.
  private var isIdle: Bool { waiting.isEmpty && isResting }

  /// Whether nothing will happen until a coordinator comes: trials that wait without a slot are as
  /// good as nobody's.
  private var isResting: Bool {
    (waiting.isEmpty || slotCount == 0) && unspooled.isEmpty
      && slots.allSatisfy { $0?.trials.isEmpty ?? true }
  }

  private var ending: Ending? {
    if isReleased, isIdle, spool?.isAcknowledged ?? true { return .released }
    if client == nil, isResting, Clock.seconds - lonelySince >= leaseSeconds { return .leaseEnded }
    return nil
  }

  /// What a descriptor that is waited for belongs to.
  private enum Source {
    case endingSignals
    case listener
    case client
    case slotOutput(SlotProcess)
    case slotInput(SlotProcess)
  }

  /// Waits until something comes or is due, and takes it in.
  private func wait() {
    var sources: [(source: Source, poll: pollfd)] = []
    func add(_ source: Source, _ number: Int32, _ events: Int32) {
      sources.append((source, pollfd(fd: number, events: Int16(events), revents: 0)))
    }
    add(.endingSignals, endingSignals.number, POLLIN)
    add(.listener, meeting.listener.number, POLLIN)
    if let client {
      let events = (client.isHeard ? POLLIN : 0) | (client.unsent.isEmpty ? 0 : POLLOUT)
      add(.client, client.descriptor.number, events)
    }
    for slot in slots.compactMap({ $0 }) {
      add(.slotOutput(slot), slot.output.number, POLLIN)
      if slot.hasUnsent, let input = slot.input { add(.slotInput(slot), input.number, POLLOUT) }
    }
    var polls = sources.map(\.poll)
    let count = poll(&polls, nfds_t(polls.count), millisecondsToWait)
    guard count > 0 else { return }
    var results: [TrialResult] = []
    for ((source, _), poll) in zip(sources, polls) where poll.revents != 0 {
      switch source {
      case .endingSignals: isAskedToEnd = true
      case .listener: acceptClient()
      case .client: hearClient()
      case .slotOutput(let slot): hear(slot, &results)
      case .slotInput(let slot): slot.flush()
      }
    }
    record(results)
  }

  private var millisecondsToWait: Int32 {
    let now = Clock.seconds
    var dues = [placeCheckAt, synchronizeAt, writeAt, spawnAt].compactMap { $0 }
    if let client {
      dues.append(client.heard + Limits.silenceSecondsMax)
      dues.append(client.beaten + Limits.heartbeatSeconds)
      if let due = newsDue(for: client) { dues.append(due) }
      if let due = deliveryDue { dues.append(due) }
      if hasRecords(for: client) { dues.append(client.gathered + ClientConnection.gatherSeconds) }
    } else if isResting {
      dues.append(lonelySince + leaseSeconds)
    }
    dues += slots.compactMap { $0?.deadline } + neighbourDues
    guard let due = dues.min() else { return -1 }
    return Int32(clamping: Int((max(0, due - now) * 1000).rounded(.up)))
  }

  /// Does what is due.
  private func passTime() {
    let now = Clock.seconds
    if let due = synchronizeAt, now >= due {
      synchronizeAt = nil
      spool?.synchronize()
    }
    if let due = spawnAt, now >= due { spawnAt = nil }
    if let due = writeAt, now >= due {
      writeAt = nil
      record([])
    }
    if now >= placeCheckAt {
      placeCheckAt = now + Daemon.placeCheckSeconds
      meeting.restore(log)
    }
    for slot in slots.compactMap({ $0 }) {
      if let deadline = slot.deadline, now >= deadline { slot.killOverdue() }
    }
    endIdleSlots()
    guard let client else { return }
    if now - client.heard >= Limits.silenceSecondsMax {
      log.write("The coordinator was silent for too long; its connection is closed.")
      dropClient()
    } else if client.isAttached, now - client.beaten >= Limits.heartbeatSeconds {
      client.beaten = now
      // One that reads nothing needs no sign of life.
      if client.unsent.isEmpty { sendHeartbeat(to: client) }
    } else if let due = newsDue(for: client), now >= due {
      sendHeartbeat(to: client)
    }
  }
}
