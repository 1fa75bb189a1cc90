package import Planning
package import Protocol
package import Transport

/// A node that a sweep may use.
package struct SweepNode: Sendable {
  /// How its worker is reached.
  package var launcher: any Launcher
  /// How many of its cores are used.
  package var slots: SlotRequest
  /// How far its trials step back behind other programs, 0 to 19.
  package var nice: UInt8
  /// The load of other programs above which no trial is begun; `nil` for none.
  package var loadLimit: Double?
  /// Its entry in the cluster, for the catalog; `nil` when there is none.
  package var definition: ClusterNode?

  /// Puts a node together.
  package init(
    launcher: any Launcher, slots: SlotRequest, nice: UInt8 = 0, loadLimit: Double? = nil,
    definition: ClusterNode? = nil
  ) {
    self.launcher = launcher
    self.slots = slots
    self.nice = nice
    self.loadLimit = loadLimit
    self.definition = definition
  }

  /// Whether it trains anything, and is not only asked for what it has.
  var trains: Bool { slots != .collectOnly }

  /// The slots as far as they are known before its worker has said how many it uses.
  var knownSlots: Int? {
    switch slots {
    case .free: nil
    case .count(let count): Int(count)
    case .collectOnly: 0
    }
  }
}
