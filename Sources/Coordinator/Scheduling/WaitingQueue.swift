import Protocol

/// Trials that nobody holds, first in, first out.
///
/// A trial that got its result while it waited is skipped when its turn comes.
struct WaitingQueue: Sendable {
  private var trials: [PendingTrial] = []
  private var head = 0

  /// How many are in it, with those whose turn will be skipped.
  var count: Int { trials.count - head }

  mutating func append(_ trial: PendingTrial) { trials.append(trial) }

  mutating func popFirst() -> PendingTrial? {
    guard head < trials.count else { return nil }
    defer {
      head += 1
      if head == trials.count {
        trials.removeAll(keepingCapacity: true)
        head = 0
      } else if head > 4096, head * 2 > trials.count {
        trials.removeSubrange(..<head)
        head = 0
      }
    }
    return trials[head]
  }
}
