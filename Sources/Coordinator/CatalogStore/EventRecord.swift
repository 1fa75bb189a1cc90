package import Protocol

/// What kind of thing happened.
package struct EventKind: RawRepresentable, Hashable, Sendable {
  /// The dashed name in the catalog.
  package let rawValue: String

  /// Takes a dashed name.
  package init(rawValue: String) { self.rawValue = rawValue }

  /// Two results of one trial differ: a node computes wrongly, or a study is not deterministic.
  package static let determinismFault = EventKind(rawValue: "determinism-fault")
  /// A result came for a trial that the catalog does not know.
  package static let unknownTrial = EventKind(rawValue: "unknown-trial")
  /// The catalog was brought to a newer schema.
  package static let migrated = EventKind(rawValue: "migrated")
  /// Results of another catalog were taken over.
  package static let imported = EventKind(rawValue: "imported")
  /// A node was attached to.
  package static let nodeAttached = EventKind(rawValue: "node-attached")
  /// A node was given up.
  package static let nodeLost = EventKind(rawValue: "node-lost")
}

/// Something that happened, for people.
package struct EventRecord: Hashable, Sendable {
  /// When, in microseconds since 1970.
  package let timeMicroseconds: Int64
  /// What kind of thing.
  package let kind: EventKind
  /// The sweep that it is about.
  package let sweep: SweepID?
  /// The node that it is about.
  package let node: NodeName?
  /// The trial that it is about.
  package let trial: TrialID?
  /// What happened, in words.
  package let text: String
}
