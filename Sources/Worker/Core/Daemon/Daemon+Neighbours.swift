import Glibc
import Protocol

/// What the worker does for others on the machine.
extension Daemon {
  /// A slot that trains nothing for this time is ended, in seconds: a new one is there in a few
  /// milliseconds, and memory that a large trial left behind is somebody else's meanwhile.
  static let idleSlotSeconds = 10.0
  /// The pause before the system is asked again to make the session nice, in microseconds; it takes
  /// such a wish from one process in a tenth of a second.
  static let nicePauseMicroseconds: UInt32 = 120_000

  /// Looks at what a coordinator wants of slots and of their manners.
  /// - Throws: ``Refusal`` for what makes no sense.
  func checkManners(of attach: Attach) throws(Refusal) {
    if case .count(let count) = attach.slots {
      guard count >= 1, count <= Daemon.slotCountMax else {
        throw Refusal(
          words: "\(count) slots were asked for; there may be 1 to \(Daemon.slotCountMax).")
      }
    }
    guard attach.nice <= Niceness.max else {
      throw Refusal(words: "A nice of \(attach.nice) was asked for; the most is \(Niceness.max).")
    }
    if let limit = attach.loadLimit {
      guard limit.isFinite, limit > 0 else {
        throw Refusal(words: "A load limit of \(limit) was asked for; it must be a number above 0.")
      }
    }
  }

  /// Takes over what a coordinator wants of slots and of their manners.
  func takeManners(of attach: Attach) {
    switch attach.slots {
    case .free:
      slotCount = min(Int(PhysicalCores.free(ownLoad: ownLoad.value)), Int(Daemon.slotCountMax))
    case .count(let count): slotCount = Int(count)
    case .collectOnly: slotCount = 0
    }
    if attach.loadLimit != loadGate?.limit { loadGate = attach.loadLimit.map(LoadGate.init) }
    setNice(attach.nice)
  }

  /// Makes the slots that live as nice as wanted, and those that will be started.
  ///
  /// A slot that the system does not let come forward again is ended once it trains nothing.
  private func setNice(_ wanted: UInt8) {
    nice = max(Niceness.own, Int32(wanted))
    for slot in slots.compactMap({ $0 }) { slot.setNice(nice) }
    guard wanted != sessionNice else { return }
    var tries = 3
    while true {
      do throws(SystemError) {
        try Niceness.setOfSession(Int32(wanted))
        sessionNice = wanted
        return
      } catch {
        tries -= 1
        guard error.number == EAGAIN, tries > 0 else {
          return log.write("The worker's session could not be made nice: \(error.words).")
        }
        usleep(Daemon.nicePauseMicroseconds)
      }
    }
  }

  /// Whether the load of others lets trials begin; it is looked at when that is due.
  var mayBegin: Bool {
    guard var gate = loadGate else { return true }
    let now = Clock.seconds
    if now >= gate.lookAt {
      let others = LoadAverage.current.map { max(0, $0 - ownLoad.value) }
      if let words = gate.look(at: now, load: others) { log.write(words) }
      loadGate = gate
    }
    return !gate.isShut
  }

  /// Ends the slots that have trained nothing for a while.
  func endIdleSlots() {
    let now = Clock.seconds
    for (index, slot) in slots.enumerated() {
      guard let slot, let since = slot.idleSince, now - since >= Daemon.idleSlotSeconds else {
        continue
      }
      slot.stop()
      slots[index] = nil
    }
  }

  /// When neighbourhood asks for something next, on the worker's clock, in seconds.
  var neighbourDues: [Double] {
    var dues = slots.compactMap { $0?.idleSince.map { $0 + Daemon.idleSlotSeconds } }
    if let gate = loadGate, gate.isShut, !waiting.isEmpty { dues.append(gate.lookAt) }
    return dues
  }
}
