import Glibc
import Protocol

extension Daemon {
  /// What the slots train now.
  var running: [TrialAttempt] { slots.compactMap { $0?.trials.first?.trial } }

  /// Gives waiting trials to slots, to every slot its first before any gets its second.
  func startTrials() {
    retireSlots()
    guard unspooled.isEmpty, spool != nil, !waiting.isEmpty, mayBegin else { return }
    for level in 0..<SlotProcess.depthMax {
      for index in 0..<slotCount {
        guard let next = waiting.first else { return flushSlots() }
        let profile = next.common.shard.numerics
        if level == 0, !prepareSlot(index, for: profile) { return flushSlots() }
        guard let slot = slots[index], slot.suits(profile, nice), slot.trials.count == level,
          level < slot.depth, let trial = waiting.takeFirst()
        else { continue }
        slot.send(trial)
      }
    }
    flushSlots()
  }

  private func flushSlots() {
    for slot in slots.compactMap({ $0 }) where slot.hasUnsent { slot.flush() }
  }

  /// Sees to it that a slot which trains nothing has a process that computes by this profile.
  /// - Returns: Whether trials can be started now.
  private func prepareSlot(_ index: Int, for profile: NumericProfile) -> Bool {
    if let slot = slots[index] {
      guard slot.trials.isEmpty, !slot.suits(profile, nice) else { return true }
      slot.stop()
      slots[index] = nil
    }
    guard spawnAt == nil else { return false }
    do throws(SystemError) {
      slots[index] = try SlotProcess(
        SlotIndex(UInt16(index)), profile: profile, nice: nice, log: directory.slotLog(index),
        files: directory.files, checkpoints: directory.path)
      return true
    } catch {
      // No trial's fault: the machine has no processes, files or space left at this moment.
      log.write("Slot \(index) cannot be started: \(error.words).")
      spawnAt = Clock.seconds + Daemon.retrySeconds
      return false
    }
  }

  /// Makes room for the wanted number of slots, and ends those beyond it that train nothing.
  private func retireSlots() {
    while slots.count < slotCount { slots.append(nil) }
    for index in slots.indices.dropFirst(slotCount) {
      guard let slot = slots[index], slot.trials.isEmpty else { continue }
      slot.stop()
      slots[index] = nil
    }
  }

  /// Takes what a slot has sent, or its end.
  func hear(_ slot: SlotProcess, _ results: inout [TrialResult]) {
    let hearing = slot.hear(&results)
    takeNews(of: slot)
    guard case .ended = hearing else { return }
    let index = Int(slot.index.rawValue)
    let status = slot.end()
    slots[index] = nil
    guard let victim = slot.trials.first else { return }
    var others = slot.trials[...]
    if goesOn(slot, status: status) {
      log.write(
        "Trial \(victim.trial.key.abbreviated) goes on: slot \(slot.index.rawValue) was killed.")
    } else if slot.overdue == nil || slot.overdue == victim.trial.key {
      others = others.dropFirst()
      results.append(failure(of: victim, in: slot, status: status))
      if slot.overdue != nil {
        forgetCheckpoint(of: victim.trial.key)
      } else {
        abandon(victim.trial.key, status: status)
      }
    }
    waiting.putBack(others)
  }

  private func failure(of trial: HeldTrial, in slot: SlotProcess, status: Int32) -> TrialResult {
    let seconds = max(0, Clock.seconds - slot.began)
    let outcome: TrialOutcome
    if slot.overdue != nil {
      let limit = trial.common.shard.limits.timeSeconds ?? 0
      outcome = .failed(.time, "It took longer than its limit of \(limit) s.")
    } else {
      let kills = Machine.outOfMemoryKills
      outcome = SlotDeath.outcome(
        status: status, log: directory.slotLog(Int(slot.index.rawValue)),
        memoryRanOut: kills != outOfMemoryKills)
      outOfMemoryKills = kills
    }
    log.write("Trial \(trial.trial.key.abbreviated) in slot \(slot.index.rawValue): \(outcome)")
    return TrialResult(
      key: trial.trial.key, attempt: trial.trial.attempt, outcome: outcome, wallSeconds: seconds,
      startedMicroseconds: Clock.microsecondsSince1970 - Int64(seconds * 1e6), slot: slot.index)
  }
}
