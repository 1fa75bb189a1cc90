import Glibc
import Protocol

/// Why a connection is closed by the worker: words for its other end.
struct Refusal: Error {
  let words: String
}

extension Daemon {
  /// The most slots that a coordinator may ask for.
  static let slotCountMax: UInt16 = 4096

  /// Takes a new connection in the place of the one before, which is no longer read.
  func acceptClient() {
    do throws(SystemError) {
      while let connection = try LocalSocket.accept(from: meeting.listener) {
        if let before = client { refuse(before, "Another connection has taken over.") }
        client = ClientConnection(connection)
      }
    } catch {
      log.write("A connection could not be taken: \(error.words).")
    }
  }

  func dropClient() {
    client = nil
    lonelySince = Clock.seconds
  }

  /// Takes what the client says, and closes the connection if it breaks the rules.
  func hearClient() {
    guard let client else { return }
    do {
      guard try client.receive() else { return dropClient() }
      while self.client === client, let message = try client.next() {
        try take(message, from: client)
      }
    } catch let error as FrameError {
      refuse(client, error.message)
    } catch let error as Refusal {
      refuse(client, error.words)
    } catch {
      dropClient()
    }
  }

  /// Ends a connection, saying why if that can still be heard.
  func refuse(_ client: ClientConnection, _ words: String) {
    log.write("A connection is closed: \(words)")
    client.send(.refused(words))
    // Whether it hears this or not, the connection ends.
    try? client.unsent.flush(to: client.descriptor)
    dropClient()
  }

  private func take(_ message: ToWorker, from client: ClientConnection) throws(Refusal) {
    if case .attach(let attach) = message { return try self.attach(attach, client) }
    guard client.isAttached, let spool else {
      throw Refusal(words: "The first message must be 'attach'.")
    }
    switch message {
    case .attach: break
    case .assign(let shard): try assign(shard, spool)
    case .retract(let trials): client.send(.retracted(waiting.remove(trials)))
    case .acknowledge(let sequence): try acknowledge(sequence, spool, client)
    case .heartbeat(let number): sendHeartbeat(to: client, answering: number)
    case .release: isReleased = true
    case .checkpoint(let part): try take(part, from: client)
    }
  }

  /// Says that the worker is there and what it trains.
  /// - Parameters:
  ///   - client: Who is told.
  ///   - number: Of the heartbeat that this answers; 0, which no coordinator that measures the way
  ///     there and back sends, for none.
  func sendHeartbeat(to client: ClientConnection, answering number: UInt64 = 0) {
    let running = running
    client.send(.heartbeat(number, running: running))
    client.beaten = Clock.seconds
    client.toldRunning = Set(running)
  }

  /// When the client is to be told, before the next heartbeat, of a trial that has begun; `nil`
  /// when it knows of all.
  ///
  /// Of trials that end within a moment their results tell soon enough.
  func newsDue(for client: ClientConnection) -> Double? {
    // One that reads nothing learns of it when it reads.
    guard client.isAttached, client.unsent.isEmpty else { return nil }
    let began = slots.compactMap { slot -> Double? in
      guard let slot, let trial = slot.trials.first?.trial, !client.toldRunning.contains(trial)
      else { return nil }
      return slot.began
    }.min()
    return began.map {
      max($0 + ClientConnection.momentSeconds, client.beaten + ClientConnection.newsSeconds)
    }
  }

  private func attach(_ attach: Attach, _ client: ClientConnection) throws(Refusal) {
    guard !client.isAttached else { throw Refusal(words: "'attach' came twice.") }
    try checkManners(of: attach)
    let spool: Spool
    do throws(WorkerError) {
      spool = try openSpool(for: attach.catalog)
      if attach.spool == spool.id, attach.catalog == spool.catalog {
        try forget(through: attach.committed, spool)
      }
    } catch {
      throw Refusal(words: error.message)
    }
    guard spool.catalog == attach.catalog else {
      throw Refusal(words: "This directory's worker serves another catalog, \(spool.catalog).")
    }
    takeManners(of: attach)
    isReleased = false
    leaseSeconds = Double(attach.leaseSeconds)
    client.isAttached = true
    client.nextSequence = spool.acknowledged + 1
    client.send(
      .attached(
        Attached(
          release: Release.number, machine: Machine.identity,
          processors: Machine.processors, slots: UInt16(clamping: slotCount), spool: spool.id,
          nextSequence: spool.nextSequence, held: held)))
    client.toldRunning = Set(running)
  }

  /// The directory's spool; a new one when it has none.
  private func openSpool(for catalog: UniqueID) throws(WorkerError) -> Spool {
    if let spool { return spool }
    let created = try Spool.create(at: directory.spool, catalog: catalog)
    spool = created
    return created
  }

  /// What was assigned and is not in the spool; a result that waits for the disk counts as running.
  private var held: [Attached.Held] {
    let runningSet = Set(running)
    let inside = slots.compactMap { $0 }.flatMap(\.trials).map(\.trial)
    return unspooled.map {
      Attached.Held(trial: TrialAttempt(key: $0.key, attempt: $0.attempt), isRunning: true)
    } + inside.map { Attached.Held(trial: $0, isRunning: runningSet.contains($0)) }
      + waiting.all.map { Attached.Held(trial: $0.trial, isRunning: false) }
  }

  private func forget(through sequence: UInt64, _ spool: Spool) throws(WorkerError) {
    if sequence < spool.nextSequence {
      spool.acknowledge(through: sequence)
    } else {
      log.write("Records up to \(sequence) are in the catalog and no longer here: going on there.")
      try spool.skip(to: sequence)
    }
  }

  private func acknowledge(
    _ sequence: UInt64, _ spool: Spool, _ client: ClientConnection
  ) throws(Refusal) {
    guard sequence < spool.nextSequence else {
      throw Refusal(words: "Record \(sequence) was acknowledged and does not exist.")
    }
    spool.acknowledge(through: sequence)
    client.nextSequence = max(client.nextSequence, sequence + 1)
    do throws(WorkerError) {
      try spool.compactIfWorthwhile()
    } catch {
      log.write(error.message)
    }
  }

  /// Takes trials that are new here; of one that is held, only a later attempt number.
  private func assign(_ shard: Shard, _ spool: Spool) throws(Refusal) {
    var attempts: [TrialKey: AttemptNumber] = [:]
    for slot in slots.compactMap({ $0 }) {
      for trial in slot.trials { attempts[trial.trial.key] = trial.trial.attempt }
    }
    for result in unspooled { attempts[result.key] = result.attempt }
    let insideCount = attempts.count
    let common = HeldTrial.SharedPart(shard)
    for entry in shard.entries {
      let trial = TrialAttempt(key: entry.key, attempt: entry.attempt)
      if let before = attempts[entry.key] ?? waiting.attempt(at: entry.key) {
        if entry.attempt > before { renumber(trial) }
      } else if spool.attempt(at: entry.key).map({ $0 < entry.attempt }) ?? true {
        guard insideCount + waiting.count < Limits.trialsPerListMax else {
          throw Refusal(
            words: "More trials were assigned than the \(Limits.trialsPerListMax) that a worker"
              + " holds.")
        }
        waiting.append(HeldTrial(trial: trial, entry: entry, common: common))
      }
    }
  }

  /// A trial is not trained twice because it was assigned again: the same training answers for the
  /// later attempt.
  private func renumber(_ trial: TrialAttempt) {
    for slot in slots.compactMap({ $0 }) where slot.renumber(trial) { return }
    if let index = unspooled.firstIndex(where: { $0.key == trial.key }) {
      unspooled[index].attempt = trial.attempt
    } else {
      waiting.renumber(trial)
    }
  }
}
