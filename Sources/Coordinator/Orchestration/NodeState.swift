import Protocol
import Scheduling
import Transport

/// What the driver knows of one connected node.
struct NodeState: Sendable {
  /// The open link.
  var link: any WorkerLink
  /// The worker's answer to the greeting; `nil` until it came.
  var attached: Attached?
  /// The last record that was taken in.
  var sequence: UInt64 = 0
  /// What has come of what the next result's trial keeps.
  var parts = KeptPartCollector()
  /// What has come of the checkpoint that it delivers.
  var checkpoint = CheckpointCollector()
  /// What the worker said it holds; told to the scheduler once its spool has been taken in.
  var held: [TrialAttempt]?
  /// What its slots train, as the last heartbeat said.
  var running: [TrialAttempt] = []
  /// When the last message came, on the driver's clock, in seconds.
  var heardSeconds: Double
  /// When the last heartbeat was sent.
  var beatenSeconds: Double
  /// How many heartbeats were sent.
  var beatCount: UInt64 = 0
  /// The last heartbeat and when it was sent, until it is answered.
  var unansweredBeat: (number: UInt64, seconds: Double)?
}

/// The results that wait for the next commit.
struct ResultInbox: Sendable {
  var results: [(node: NodeName, spool: UniqueID, sequence: UInt64, result: TrialResult)] = []
  var setAside: Set<TrialID> = []
  /// When the oldest of them came.
  var sinceSeconds: Double?

  /// The bytes of what their trials keep.
  var keptBytes = 0

  /// So many are committed at once, whatever the time.
  static let countMax = 512
  /// So much of what they keep is held in memory.
  static let keptBytesMax = 16 << 20
  /// So long a result waits for others, in seconds.
  static let waitSeconds = 0.05
}
