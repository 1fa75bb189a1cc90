import Glibc
import Kernel
import Protocol

extension Daemon {
  /// Where the checkpoints are.
  var checkpoints: CheckpointFolder { CheckpointFolder(path: directory.path) }

  /// Takes note of what a slot has said beside its results.
  func takeNews(of slot: SlotProcess) {
    for remark in slot.takeRemarks() { log.write(remark) }
    guard slot.checkpoint != nil, let key = slot.trials.first?.trial.key else { return }
    checkpointed.insert(key)
  }

  /// Removes the checkpoints of trials whose results are in the spool.
  ///
  /// A failed attempt's is left for the next one, if that can go on from it: ``abandon(_:status:)``.
  func forgetCheckpoints(of results: [TrialResult]) {
    for result in results {
      client?.delivery.end(result.key)
      guard checkpointed.contains(result.key) else { continue }
      if case .failed(let reason, _) = result.outcome, reason != .refused { continue }
      forgetCheckpoint(of: result.key)
    }
  }

  /// Whether the trial of a slot that has died is trained on, in another slot and as the same attempt.
  ///
  /// So it is when the slot was killed from outside and had come further than where it began: a trial
  /// does not go round in circles. Where memory ran out somebody has to know.
  func goesOn(_ slot: SlotProcess, status: Int32) -> Bool {
    slot.overdue == nil && slot.checkpoint != nil && Daemon.isFromOutside(status)
      && Machine.outOfMemoryKills == outOfMemoryKills
  }

  /// Removes the checkpoint of a trial whose slot has died by its own fault.
  ///
  /// The trial might die of it again. One that was killed from outside goes on in its next attempt.
  func abandon(_ key: TrialKey, status: Int32) {
    if !Daemon.isFromOutside(status) { forgetCheckpoint(of: key) }
  }

  private static func isFromOutside(_ status: Int32) -> Bool {
    [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGPWR].contains(status & 0x7f)
  }

  /// Removes the checkpoint of a trial, if there is one.
  func forgetCheckpoint(of key: TrialKey) {
    guard checkpointed.remove(key) != nil else { return }
    checkpoints.remove(key)
  }

  /// Takes a part of a checkpoint from a coordinator, for a trial that will be assigned.
  /// - Throws: ``Refusal`` for a part out of its turn.
  func take(_ part: CheckpointPart, from client: ClientConnection) throws(Refusal) {
    let arrival: CheckpointCollector.Arrival?
    do throws(FrameError) {
      arrival = try client.arriving.add(part)
    } catch {
      throw Refusal(words: error.message)
    }
    guard let arrival, !running.contains(where: { $0.key == arrival.key }) else { return }
    do {
      let new = try TrialCheckpoint(arrival.bytes)
      guard new.key == arrival.key else { return }
      let name = checkpoints.file(of: arrival.key)
      // What is here and damaged is no reason to do without the new one.
      let old = try? CheckpointFolder.bytes(name).map { try TrialCheckpoint($0) }
      guard old.map({ $0.progress < new.progress }) ?? true else { return }
      try CheckpointFolder.replace(name) { file throws(SystemError) in
        try file.writeAll(arrival.bytes)
      }
      checkpointed.insert(arrival.key)
    } catch {
      let words = (error as? any Diagnosable)?.message ?? "\(error)"
      log.write("A checkpoint of trial \(arrival.key.abbreviated) is not taken: \(words)")
    }
  }

  /// When a checkpoint can be delivered next, on the worker's clock, in seconds; `nil` for never.
  var deliveryDue: Double? {
    guard let client, client.isAttached else { return nil }
    if client.delivery.isUnderWay { return client.unsent.isEmpty ? Clock.seconds : nil }
    return nextDelivery(client)?.due
  }

  /// Sends parts of checkpoints where nothing else waits to be sent.
  func sendCheckpoints() {
    guard let client, client.isAttached, client.unsent.isEmpty else { return }
    if !client.delivery.isUnderWay, let next = nextDelivery(client), next.due <= Clock.seconds {
      beginDelivery(next.slot, client)
    }
    guard let part = client.delivery.next() else { return }
    client.send(.checkpoint(part))
    do throws(SystemError) {
      try client.unsent.flush(to: client.descriptor)
    } catch {
      dropClient()
    }
  }

  private func nextDelivery(_ client: ClientConnection) -> (due: Double, slot: SlotProcess)? {
    let candidates = slots.compactMap { slot -> (due: Double, slot: SlotProcess)? in
      guard let slot, let checkpoint = slot.checkpoint, let key = slot.trials.first?.trial.key,
        let due = client.delivery.due(key, progress: checkpoint.progress, began: slot.began)
      else { return nil }
      return (due, slot)
    }
    return candidates.min { $0.due < $1.due }
  }

  private func beginDelivery(_ slot: SlotProcess, _ client: ClientConnection) {
    guard let checkpoint = slot.checkpoint, let key = slot.trials.first?.trial.key else { return }
    var bytes: [UInt8] = []
    if checkpoint.byteCount <= Limits.checkpointBytesMax {
      do throws(WorkerError) {
        bytes = try CheckpointFolder.bytes(checkpoints.file(of: key)) ?? []
      } catch {
        log.write(error.message)
      }
    }
    // The file may be newer than the slot's word: its own is what counts.
    client.delivery.begin(key, progress: checkpoint.progress, bytes, now: Clock.seconds)
  }
}
