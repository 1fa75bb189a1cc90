import Protocol

/// What is known of a trial that has no outcome yet.
struct TrialStanding: Hashable, Sendable {
  /// Where it is.
  enum Place: Hashable, Sendable {
    /// In a queue, under this ticket.
    case waiting(ticket: Int)
    /// On the node at this index.
    case held(Int)
    /// On two nodes: the second has a copy of what takes long on the first.
    case heldTwice(Int, copy: Int)
  }

  var place: Place
  /// The highest number that an attempt of it is known to have.
  var attempts: UInt32
  /// How many of its attempts failed.
  var failures: UInt32
  /// How often a worker was gone that had begun it.
  var deaths: UInt32
  /// Where it failed or its worker was gone, the latest last.
  var avoids: [NodeName] = []
  /// Whether nobody wants it any more: what a slot trains of it may end, nothing else.
  var isCancelled = false

  /// So many nodes are remembered.
  static let avoidsMax = 8
  /// A worker that answers for an attempt so far beyond what was handed out is not believed.
  private static let strideMax: UInt32 = 1000

  /// The indexes of the nodes that hold it.
  var holders: [Int] {
    switch place {
    case .waiting: []
    case .held(let index): [index]
    case .heldTwice(let first, let copy): [first, copy]
    }
  }

  /// The number of the next attempt.
  var nextAttempt: AttemptNumber { AttemptNumber(attempts == .max ? attempts : attempts + 1) }

  /// Remembers that it failed on a node.
  mutating func avoid(_ name: NodeName) {
    avoids.removeAll { $0 == name }
    avoids.append(name)
    if avoids.count > TrialStanding.avoidsMax { avoids.removeFirst() }
  }

  /// An attempt of this number exists, whoever handed it out: it is not used again.
  mutating func note(_ attempt: AttemptNumber) {
    let number = attempt.rawValue
    if number > attempts, number - attempts <= TrialStanding.strideMax { attempts = number }
  }
}
