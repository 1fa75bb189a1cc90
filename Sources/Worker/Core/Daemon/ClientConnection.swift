import Protocol

/// The one connection that a daemon listens to.
final class ClientConnection {
  /// The records that are read ahead of a client, and the answers that wait for it, in bytes.
  static let unsentBytesTarget = 256 << 10
  /// The bytes of answers at which nothing more is read from a client that reads nothing.
  static let unsentBytesMax = 4 << 20
  /// Records are sent together that come within this time, in seconds.
  static let gatherSeconds = 0.01
  /// A trial that runs for less is not told of before its result, in seconds.
  static let momentSeconds = 0.05
  /// The least time between two tellings of what runs, in seconds.
  static let newsSeconds = 0.25

  let descriptor: Descriptor
  var unsent = OutputQueue()
  /// Whether the first message has come and was accepted.
  var isAttached = false
  /// The next record to be sent.
  var nextSequence: UInt64 = 1
  /// The running trials that it was last told of.
  var toldRunning: Set<TrialAttempt> = []
  /// When its last bytes came, on the worker's clock, in seconds.
  var heard: Double
  /// When it was last told that the worker is there.
  var beaten: Double
  /// When records were last read for it.
  var gathered = 0.0

  /// The checkpoints that it is given.
  var delivery = CheckpointDelivery()
  /// The checkpoint that comes from it.
  var arriving = CheckpointCollector()

  private var decoder = FrameDecoder<ToWorker>(awaitsMagic: false)

  init(_ descriptor: Descriptor) {
    self.descriptor = descriptor
    heard = Clock.seconds
    beaten = heard
  }

  /// Whether more of it should be read now.
  var isHeard: Bool { unsent.count < ClientConnection.unsentBytesMax }

  func send(_ message: FromWorker) {
    unsent.append(FrameEncoder.frame(message))
  }

  /// Takes what has come.
  /// - Returns: Whether the connection goes on.
  func receive() throws(SystemError) -> Bool {
    var bytes: [UInt8] = []
    switch try descriptor.read(into: &bytes, countMax: 64 << 10) {
    case .end: return false
    case .nothingYet: break
    case .bytes:
      heard = Clock.seconds
      decoder.append(bytes)
    }
    return true
  }

  /// The next whole message.
  func next() throws(FrameError) -> ToWorker? { try decoder.next() }
}
