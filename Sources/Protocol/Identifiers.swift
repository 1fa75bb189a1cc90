/// The row of a sweep in the catalog.
public struct SweepID: Hashable, Sendable, Comparable {
  /// The row's number, from 1.
  public let rawValue: Int64

  /// Wraps a row number.
  public init(_ rawValue: Int64) { self.rawValue = rawValue }

  /// The order of rows.
  public static func < (left: SweepID, right: SweepID) -> Bool { left.rawValue < right.rawValue }
}

/// The row of a trial in the catalog: short, and valid in that catalog only.
///
/// What identifies a trial everywhere is its ``TrialKey``.
public struct TrialID: Hashable, Sendable, Comparable {
  /// The row's number, from 1.
  public let rawValue: Int64

  /// Wraps a row number.
  public init(_ rawValue: Int64) { self.rawValue = rawValue }

  /// The order of rows.
  public static func < (left: TrialID, right: TrialID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of one try at a trial, from 1; it grows and fences off late answers.
public struct AttemptNumber: Hashable, Sendable, Comparable {
  /// The number, from 1.
  public let rawValue: UInt32

  /// Wraps a number.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The order of tries.
  public static func < (left: AttemptNumber, right: AttemptNumber) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What a user calls a node: its entry in the cluster file, `local` for this machine.
public struct NodeName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The name as the cluster file gives it.
  public let rawValue: String

  /// Wraps a name.
  public init(_ rawValue: String) { self.rawValue = rawValue }

  /// The name itself.
  public var description: String { rawValue }

  /// Alphabetical order.
  public static func < (left: NodeName, right: NodeName) -> Bool { left.rawValue < right.rawValue }
}

/// One core's worth of a node, from 0.
public struct SlotIndex: Hashable, Sendable, Comparable {
  /// The position, from 0.
  public let rawValue: UInt16

  /// Wraps a position.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// The order of slots.
  public static func < (left: SlotIndex, right: SlotIndex) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A trial under one attempt number: what a worker holds and answers for.
public struct TrialAttempt: Hashable, Sendable {
  /// Which trial.
  public let key: TrialKey
  /// Which try at it.
  public let attempt: AttemptNumber

  /// Pairs a trial with the number of a try.
  public init(key: TrialKey, attempt: AttemptNumber) {
    self.key = key
    self.attempt = attempt
  }
}
