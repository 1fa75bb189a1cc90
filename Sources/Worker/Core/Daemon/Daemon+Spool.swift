import Protocol

extension Daemon {
  /// Writes results to the spool; those that it cannot take now stay in memory, and no trial is
  /// started until it has taken them.
  func record(_ results: [TrialResult]) {
    unspooled += results
    guard let spool, !unspooled.isEmpty, writeAt == nil else { return }
    do throws(WorkerError) {
      try spool.append(unspooled)
      forgetCheckpoints(of: unspooled)
      unspooled = []
      if synchronizeAt == nil { synchronizeAt = Clock.seconds + Daemon.synchronizeSeconds }
    } catch {
      log.write("\(unspooled.count) results wait: \(error.message)")
      writeAt = Clock.seconds + Daemon.retrySeconds
    }
  }

  /// Whether the spool holds records that a client has not been sent.
  func hasRecords(for client: ClientConnection) -> Bool {
    guard client.isAttached, let spool else { return false }
    return client.nextSequence < spool.nextSequence
      && client.unsent.count < ClientConnection.unsentBytesTarget
  }

  /// Sends what the client has not seen, as far as it reads.
  /// - Throws: ``WorkerError`` `worker.spool`.
  func sendRecords() throws(WorkerError) {
    guard let client else { return }
    let now = Clock.seconds
    if let spool, hasRecords(for: client), now - client.gathered >= ClientConnection.gatherSeconds {
      while hasRecords(for: client) {
        let (frames, next) = try spool.frames(
          from: client.nextSequence, bytesMax: ClientConnection.unsentBytesTarget)
        client.unsent.append(frames)
        client.nextSequence = next
      }
      client.gathered = now
    }
    do throws(SystemError) {
      try client.unsent.flush(to: client.descriptor)
    } catch {
      return dropClient()
    }
    sendCheckpoints()
  }
}
