/// How far a sweep is, at one moment.
package struct Progress: Hashable, Sendable {
  /// The trials of the sweep.
  package var total = 0
  /// The trials that have an outcome.
  package var done = 0
  /// Of those, the ones that were trained to their end.
  package var completed = 0
  /// Of those, the ones in which NaN or Inf appeared.
  package var diverged = 0
  /// Of those, the ones that failed for good.
  package var failed = 0
  /// The trials that slots train at this moment.
  package var running = 0
  /// The nodes that are connected, and all nodes.
  package var nodesReady = 0
  /// All nodes.
  package var nodes = 0
  /// Trials that ended in each second of late; `nil` until it can be told.
  package var perSecond: Double?
  /// The time until the end at that rate, in seconds; `nil` until it can be told.
  package var remainingSeconds: Double?

  /// Nothing known.
  package init() {}
}

/// Who is told how a sweep goes.
package protocol ProgressListener: Sendable {
  /// Called some times a second.
  func progress(_ progress: Progress)
  /// Called when something happened that a user wants to know: a node lost, a trial that failed.
  func notice(_ text: String)
}

/// The rate of ends over the last half minute.
struct RateMeter: Sendable {
  private var marks: [(seconds: Double, done: Int)] = []
  private static let windowSeconds = 30.0

  /// Takes in how many trials have ended by now.
  mutating func mark(done: Int, at seconds: Double) {
    if let last = marks.last, seconds - last.seconds < 0.25 { return }
    marks.append((seconds, done))
    while marks.count > 2, seconds - marks[1].seconds > RateMeter.windowSeconds {
      marks.removeFirst()
    }
  }

  /// Trials that ended in each second; `nil` until some have.
  var perSecond: Double? {
    guard let first = marks.first, let last = marks.last, last.done > first.done else { return nil }
    return Double(last.done - first.done) / (last.seconds - first.seconds)
  }
}
