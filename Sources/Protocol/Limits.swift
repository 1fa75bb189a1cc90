/// Every bound of the wire, in one place.
///
/// A peer that exceeds one breaks the rules and loses its connection, nothing else.
public enum Limits {
  /// The version of the wire; a peer with another one is refused in the handshake.
  public static let wireVersion: UInt16 = 4
  /// The bytes that stand before the first frame of a stream.
  public static let streamMagic: [UInt8] = Array("\u{0}phasegrid wire\n".utf8)
  /// The most bytes of noise (login banners, shell start-up files) before the magic bytes.
  public static let noiseBytesMax = 64 << 10
  /// The most bytes of one frame's payload.
  public static let frameBytesMax = 4 << 20
  /// The most trials in one shard, in one retraction, or in one list of a worker's own.
  public static let trialsPerListMax = 16_384
  /// The most measures of one trial.
  public static let measuresPerTrialMax = 4_096
  /// The most numbers of one measure.
  public static let numbersPerMeasureMax = 262_144
  /// The most parameters, or seeds, of one trial.
  public static let parametersPerTrialMax = 1_024
  /// The most bytes of one text.
  public static let textBytesMax = 64 << 10
  /// The most bytes that a worker keeps of what a failed attempt wrote to standard error.
  public static let failureLogBytesMax = 4 << 10
  /// The most bytes of what is kept of one trial beside its result.
  public static let keptBytesMax = 64 << 20
  /// The most bytes of one part of it.
  public static let keptPartBytesMax = 256 << 10
  /// The most things that are kept of one trial.
  public static let keptThingsMax = 1_024
  /// The most points of a curve that is kept.
  public static let keptPointsMax = 1 << 20
  /// The last step at which something can be kept.
  public static let keptStepMax = UInt64(UInt32.max)
  /// The most bytes of a checkpoint that travels; a larger one stays on its node.
  public static let checkpointBytesMax = 16 << 20
  /// The most bytes of one part of it.
  public static let checkpointPartBytesMax = 256 << 10
  /// How often each side says that it is there, in seconds.
  public static let heartbeatSeconds = 2.0
  /// How long a silent peer is believed to be there, in seconds.
  public static let silenceSecondsMax = 15.0
}

// The bounds must fit each other: a shard of the most trials must fit a frame only when its trials
// are small, so senders split by bytes; one result of the largest measure must always fit.
extension Limits {
  /// The bytes at which a sender ends a shard and begins the next one.
  public static let shardBytesTarget = frameBytesMax / 4
  /// The most parts of what is kept of one trial, with room for names and counts.
  public static let keptPartsMax = keptBytesMax / keptPartBytesMax + 8
  /// The most parts of a checkpoint.
  public static let checkpointPartsMax = checkpointBytesMax / checkpointPartBytesMax
}
