package import Protocol

/// A trial that misses its outcome, or what is to be kept of it.
package struct PendingTrial: Hashable, Sendable {
  /// Its row.
  package let id: TrialID
  /// The greatest number that an attempt at it had; 0 for none.
  package let lastAttempt: UInt32
  /// How many attempts failed since the last retry.
  package let failedAttempts: UInt32

  /// Puts a pending trial together.
  package init(id: TrialID, lastAttempt: UInt32 = 0, failedAttempts: UInt32 = 0) {
    self.id = id
    self.lastAttempt = lastAttempt
    self.failedAttempts = failedAttempts
  }

  /// The number of the next attempt.
  package var nextAttempt: AttemptNumber { AttemptNumber(lastAttempt + 1) }
}

/// An attempt that a node holds, as far as the catalog knows.
package struct OpenAttempt: Hashable, Sendable {
  /// Which try at which trial.
  package let id: AttemptID
  /// The trial's key.
  package let key: TrialKey
  /// The node that holds it.
  package let node: NodeName
  /// Whether a slot trains it.
  package let isRunning: Bool

  /// Puts an open attempt together.
  package init(id: AttemptID, key: TrialKey, node: NodeName, isRunning: Bool) {
    self.id = id
    self.key = key
    self.node = node
    self.isRunning = isRunning
  }
}

/// What a sweep misses.
package struct PendingTrials: Hashable, Sendable {
  /// The trials without an outcome, or without what is to be kept of them, in grid order, each once.
  package var trials: [PendingTrial] = []
  /// Their open attempts, in the order of the trials.
  package var open: [OpenAttempt] = []
}

/// A trial of the catalog with all that determines its numbers.
package struct StoredTrial: Hashable, Sendable {
  /// Its row.
  package let id: TrialID
  /// Its identity.
  package let key: TrialKey
  /// All that determines its numbers.
  package let specification: TrialSpecification
  /// The revision of the numeric profile that its key was made for.
  package let numericsRevision: UInt32

  /// What the key is the digest of, one fact a line, as it was when the trial was planned.
  package var keyText: String {
    let text = specification.keyText
    guard numericsRevision != specification.numerics.revision else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("numerics ")
        ? "numerics \(specification.numerics.rawValue) revision \(numericsRevision)" : String(line)
    }
    return lines.joined(separator: "\n")
  }
}

extension StoredTrial {
  /// Whether the key is the digest of what is said of the trial.
  var isNamedRightly: Bool { TrialKey(ofText: keyText) == key }
}

/// Where a trial stands in a sweep.
package struct TrialPlace: Hashable, Sendable {
  /// The sweep's name.
  package let sweep: String
  /// The cell's place in grid order, from 0.
  package let position: Int
  /// The cell's value on every axis, in the order of the sweep's axes.
  package let values: [ParameterValue]
  /// The replicate.
  package let replicate: UInt32
}

/// All that the catalog knows of one trial.
package struct TrialRecord: Hashable, Sendable {
  /// Identity and specification.
  package let trial: StoredTrial
  /// What came of it; `nil` while it has none.
  package let outcome: TrialOutcome?
  /// The attempt whose result counts; `nil` while it has none.
  package let countedAttempt: AttemptNumber?
  /// Training steps taken.
  package let steps: Int64?
  /// Its measures, by name.
  package let measures: [MeasureValue]
  /// The tries at it, by number.
  package let attempts: [AttemptRecord]
  /// The cells that it fills, by sweep and position.
  package let places: [TrialPlace]
  /// What happened to it, oldest first.
  package let events: [EventRecord]
}
