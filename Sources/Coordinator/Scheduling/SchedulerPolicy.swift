package import Protocol

/// The numbers that decide how trials are dealt out; none depends on the study.
package struct SchedulerPolicy: Hashable, Sendable {
  /// After how many failed attempts a trial is set aside.
  package var failuresMax: UInt32 = 3
  /// How often a worker may be gone that had begun a trial before the trial is suspected: from then
  /// on it is handed out alone, and each further time is a failed attempt of it.
  package var deathsMax: UInt32 = 2
  /// How often a trial that was never seen in a slot is sent again to a node that comes back with
  /// nothing, before it is taken to have begun there.
  package var againMax = 2
  /// How long results are gathered for a commit before the next trials go out, in seconds.
  package var commitSeconds = 0.05
  /// How many pauses of the network and of the commit a node's stock must outlast.
  package var pausesHeld = 4.0
  /// The least work that a node holds for each slot beyond the trial that runs, in seconds: a
  /// coordinator that is busy for a moment leaves no slot idle.
  package var holdSecondsMin = 0.5
  /// The most work that a node holds for each slot beyond the trial that runs, in seconds, however
  /// far away it is: what a lost node holds is missing until its lease ends.
  package var holdSecondsMax = 4.0
  /// The least trials that a node holds for each slot: one that runs and one that is ready.
  package var holdTrialsMin = 2
  /// The most trials that a node holds for each slot.
  package var holdTrialsMax = 512
  /// The most trials that a node holds; half of what a worker takes.
  package var holdTrialsNodeMax = Limits.trialsPerListMax / 2
  /// How many more trials for each slot a node may hold for each trial that it has trained: the
  /// first few do not tell how long the others take.
  package var growth = 8
  /// Enough work for so long is held by each node, in seconds, because the coordinator will be
  /// gone; 0 when it stays.
  package var holdSeconds = 0.0
  /// The most trials that a node holds when it is given work for ``holdSeconds``, with room for
  /// what it was told to forget and has not.
  package var holdTrialsLongMax = Limits.trialsPerListMax / 4 * 3
  /// How long a trial takes as long as none has ended, in seconds.
  package var expectedTrialSeconds = 1.0
  /// By how many standard deviations the last trial of a node is taken to be longer than the mean.
  package var reserveDeviations = 2.0
  /// For how long the time of the end that was worked out is believed, in seconds: working it out
  /// asks every node.
  package var outlookSeconds = 0.01
  /// How long a silent node keeps what it holds, in seconds, when it holds work for a moment; see
  /// ``silenceSecondsMax``.
  package var leaseSeconds = 120.0
  /// A time without any event, ticks included, in which the coordinator itself was away: no lease
  /// ends in it and no trial grows late, in seconds.
  package var absenceSecondsMin = 5.0
  /// The first pause before a lost node is connected again, in seconds; doubled each time.
  package var reconnectSecondsFirst = 0.2
  /// The longest pause before a lost node is connected again, in seconds.
  package var reconnectSecondsMax = 60.0
  /// The pause before a node is connected again whose fault only a person can mend, in seconds.
  package var refusedSeconds = 60.0
  /// After how many failed connections in a row a node that never answered is given up, when no
  /// other node can be used.
  package var connectFailuresMax = 4
  /// After how many failed trials in a row a node is given single trials only, while another node
  /// succeeds.
  package var failedInARowMax = 5
  /// The first pause before a node on which everything fails gets a trial, in seconds; doubled each
  /// time up to ``refusedSeconds``.
  package var suspectSecondsFirst = 1.0

  /// How many trials must have ended before their mean says that one is late, or that a node was
  /// given too many.
  package var trialsKnownMin = 3
  /// A trial is late that has run for so many times the mean of its node.
  package var copyFactor = 2.0
  /// A trial is late that is so many standard deviations beyond the mean of its node.
  package var copyDeviations = 4.0
  /// How much later than usual a trial must be, or how much sooner its copy must end, for a copy to
  /// be worth it, in seconds: short trials are not copied.
  package var copySecondsMin = 2.0
  /// How long a node is silent before idle slots get copies of what it holds, in seconds, be its
  /// lease ever so long.
  package var copySilenceSeconds = 120.0
  /// How often it is looked for late trials, in seconds.
  package var copyPauseSeconds = 0.5

  /// The numbers as documented at each property.
  package init() {}

  /// How long a silent node keeps what it holds, in seconds: what it was given for
  /// ``holdSeconds`` outlasts them.
  package var silenceSecondsMax: Double { leaseSeconds + max(0, holdSeconds) }

  /// The pause before a node is connected again after failures in a row.
  ///
  /// It doubles each time and differs between nodes by up to a half, so that nodes lost together do
  /// not come back together. The difference is a function of the name and the count: a schedule can
  /// be replayed.
  package func reconnectSeconds(_ node: NodeName, failures: Int) -> Double {
    guard failures > 0 else { return 0 }
    let doubled = reconnectSecondsFirst * Double(1 << min(failures - 1, 20))
    return min(doubled, reconnectSecondsMax) * spread(node, failures)
  }

  /// The pause before a node is connected again that only a person can mend.
  func refusedPauseSeconds(_ node: NodeName, failures: Int) -> Double {
    refusedSeconds * spread(node, failures)
  }

  /// How long a node on which everything fails gets nothing.
  func suspectSeconds(failedInARow: Int) -> Double {
    let doublings = max(0, min(failedInARow - failedInARowMax, 20))
    return min(suspectSecondsFirst * Double(1 << doublings), refusedSeconds)
  }

  /// The time from the end of a trial on a node to the arrival of the next one there, when none is
  /// ready, in seconds.
  func pauseSeconds(latencySeconds: Double) -> Double { latencySeconds + commitSeconds }

  /// How many trials a node with so many slots should hold for ``holdSeconds``.
  func holdTrialsLong(slots: Int, trialSeconds: Double) -> Int {
    let forEachSlot = 1 + Int(min((holdSeconds / trialSeconds).rounded(.up), 1e6))
    return min(slots * forEachSlot, holdTrialsLongMax)
  }

  /// How many trials a node with so many slots should hold, whose trials take so long.
  func holdTrials(slots: Int, trialSeconds: Double?, pauseSeconds: Double, trained: Int) -> Int {
    guard let trialSeconds else { return slots * holdTrialsMin }
    let seconds = min(max(pausesHeld * pauseSeconds, holdSecondsMin), holdSecondsMax)
    let wanted = 1 + Int(min((seconds / trialSeconds).rounded(.up), 1e6))
    let forEachSlot = min(max(wanted, holdTrialsMin), holdTrialsMax)
    let grown = slots * holdTrialsMin + growth * trained
    return max(min(slots * forEachSlot, grown, holdTrialsNodeMax), 1)
  }

  /// Between 1 and 1.5.
  private func spread(_ node: NodeName, _ failures: Int) -> Double {
    let mixed = CRC32C.checksum(Array("\(node.rawValue) \(failures)".utf8))
    return 1 + Double(mixed % 1000) / 2000
  }
}
