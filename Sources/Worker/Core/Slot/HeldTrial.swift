import Protocol

/// A trial that the worker holds and has not finished.
struct HeldTrial {
  /// The trial under the latest attempt number that was assigned.
  var trial: TrialAttempt
  /// Itself as it was assigned.
  let entry: Shard.Entry
  /// What it shares with the trials of its shard.
  let common: SharedPart

  /// The parts of a shard that its trials share, once in memory however many hold it.
  final class SharedPart {
    /// The shard without its trials.
    let shard: Shard

    init(_ shard: Shard) {
      var shard = shard
      shard.entries = []
      self.shard = shard
    }
  }

  /// The trial as a slot takes it.
  var message: ToSlot {
    var shard = common.shard
    shard.entries = [entry]
    return .train(shard)
  }
}

/// The trials that no slot has yet, in the order in which they are to be trained.
struct WaitingTrials {
  private var trials: [HeldTrial] = []
  private var firstIndex = 0
  private var attempts: [TrialKey: AttemptNumber] = [:]

  var count: Int { trials.count - firstIndex }
  var isEmpty: Bool { count == 0 }
  var first: HeldTrial? { firstIndex < trials.count ? trials[firstIndex] : nil }
  /// Every trial, in order.
  var all: ArraySlice<HeldTrial> { trials[firstIndex...] }

  /// The attempt under which a trial waits.
  func attempt(at key: TrialKey) -> AttemptNumber? { attempts[key] }

  mutating func append(_ trial: HeldTrial) {
    trials.append(trial)
    attempts[trial.trial.key] = trial.trial.attempt
  }

  /// Puts trials that were taken already before all others.
  mutating func putBack(_ returned: some Collection<HeldTrial>) {
    trials.replaceSubrange(..<firstIndex, with: returned)
    firstIndex = 0
    for trial in returned { attempts[trial.trial.key] = trial.trial.attempt }
  }

  mutating func takeFirst() -> HeldTrial? {
    guard let first else { return nil }
    firstIndex += 1
    attempts[first.trial.key] = nil
    if firstIndex > 1024, firstIndex > trials.count / 2 {
      trials.removeSubrange(..<firstIndex)
      firstIndex = 0
    }
    return first
  }

  /// Gives a trial that waits a later attempt number.
  mutating func renumber(_ trial: TrialAttempt) {
    guard let index = all.firstIndex(where: { $0.trial.key == trial.key }) else { return }
    trials[index].trial = trial
    attempts[trial.key] = trial.attempt
  }

  /// Takes out those of some trials that wait under just these attempts.
  mutating func remove(_ unwanted: [TrialAttempt]) -> [TrialAttempt] {
    let found = unwanted.filter { attempts[$0.key] == $0.attempt }
    guard !found.isEmpty else { return [] }
    for trial in found { attempts[trial.key] = nil }
    trials = all.filter { attempts[$0.trial.key] != nil }
    firstIndex = 0
    // The same trial may have been named twice.
    var seen: Set<TrialAttempt> = []
    return found.filter { seen.insert($0).inserted }
  }
}
