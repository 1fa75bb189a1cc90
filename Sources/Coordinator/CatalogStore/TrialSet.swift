import Protocol

/// A set of trials of one catalog, a bit a row.
struct TrialSet {
  private var words: [UInt64] = []

  /// Adds a trial; false when it was there.
  mutating func insert(_ trial: TrialID) -> Bool {
    let position = Int(trial.rawValue)
    precondition(position >= 0, "rows of trials are numbered from 1")
    while words.count <= position / 64 { words.append(0) }
    let bit: UInt64 = 1 << (position % 64)
    let isNew = words[position / 64] & bit == 0
    words[position / 64] |= bit
    return isNew
  }
}
