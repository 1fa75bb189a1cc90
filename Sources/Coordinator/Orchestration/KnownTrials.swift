import Protocol

/// The trials that workers may answer for, by what the catalog and what the workers call them.
struct KnownTrials: Sendable {
  private var trials: [TrialKey: TrialID] = [:]
  private var keys: [TrialID: TrialKey] = [:]

  mutating func insert(_ trial: TrialID, _ key: TrialKey) {
    trials[key] = trial
    keys[trial] = key
  }

  mutating func remove(_ key: TrialKey) {
    if let trial = trials.removeValue(forKey: key) { keys[trial] = nil }
  }

  subscript(key: TrialKey) -> TrialID? { trials[key] }

  subscript(trial: TrialID) -> TrialKey? { keys[trial] }
}
