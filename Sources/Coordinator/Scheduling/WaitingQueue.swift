import Protocol

/// Trials that nobody holds, first in, first out.
///
/// A trial that got its result or was cancelled while it waited is skipped when its turn comes: the
/// ticket of its entry is not the one that it waits under.
struct WaitingQueue: Sendable {
  /// A place in the queue.
  struct Entry: Hashable, Sendable {
    var trial: TrialID
    /// No two entries of a scheduler have the same.
    var ticket: Int
  }

  private var entries: [Entry] = []
  private var head = 0

  /// How many are in it, with those whose turn will be skipped.
  var count: Int { entries.count - head }

  /// What is in it, in order.
  var waiting: ArraySlice<Entry> { entries[head...] }

  mutating func append(_ entry: Entry) { entries.append(entry) }

  mutating func popFirst() -> Entry? {
    guard head < entries.count else { return nil }
    defer {
      head += 1
      if head == entries.count {
        entries.removeAll(keepingCapacity: true)
        head = 0
      } else if head > 4096, head * 2 > entries.count {
        entries.removeSubrange(..<head)
        head = 0
      }
    }
    return entries[head]
  }

  /// Keeps the entries that are still meant.
  mutating func keep(_ isMeant: (Entry) -> Bool) {
    entries = entries[head...].filter(isMeant)
    head = 0
  }
}
