package import Protocol

/// The numbers that decide how trials are dealt out; none depends on the study.
package struct SchedulerPolicy: Hashable, Sendable {
  /// After how many failed attempts a trial is set aside.
  package var failuresMax: UInt32 = 3
  /// How much work a node holds for each slot, in seconds: more than any pause of the network, less
  /// than a user wants to see stuck on a slow machine.
  package var holdSeconds = 2.0
  /// The least trials that a node holds for each slot: one that runs and one that is ready.
  package var holdTrialsMin = 2
  /// The most trials that a node holds for each slot.
  package var holdTrialsMax = 512
  /// The trials that a node holds for each slot until the first have told how long they take.
  package var holdTrialsUnknown = 4
  /// How long a silent node keeps what it holds, in seconds.
  package var leaseSeconds = 120.0
  /// The first pause before a lost node is connected again, in seconds; doubled each time.
  package var reconnectSecondsFirst = 0.2
  /// The longest pause before a lost node is connected again, in seconds.
  package var reconnectSecondsMax = 60.0
  /// After how many failed connections in a row a node that never answered is given up, when no
  /// other node can be used.
  package var connectFailuresMax = 4

  /// The numbers as documented at each property.
  package init() {}

  /// The pause before a node is connected again after failures in a row.
  ///
  /// It doubles each time and differs between nodes by up to a half, so that nodes lost together do
  /// not come back together. The difference is a function of the name and the count: a schedule can
  /// be replayed.
  package func reconnectSeconds(_ node: NodeName, failures: Int) -> Double {
    guard failures > 0 else { return 0 }
    let doubled = reconnectSecondsFirst * Double(1 << min(failures - 1, 20))
    let mixed = CRC32C.checksum(Array("\(node.rawValue) \(failures)".utf8))
    return min(doubled, reconnectSecondsMax) * (1 + Double(mixed % 1000) / 2000)
  }
}
