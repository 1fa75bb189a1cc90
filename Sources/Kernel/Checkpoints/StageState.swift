import Protocol

/// What a stage of a training is at: between two of its steps, or at its end.
struct StageState: Hashable, Sendable {
  /// Where a stage is, or why it ended.
  enum Phase: UInt8, Hashable, Sendable {
    /// NaN or Inf appeared.
    case diverged = 0
    /// Its rule was met.
    case rule = 1
    /// All steps were taken.
    case steps = 2
    /// The bound on steps was reached.
    case cap = 3
    /// It goes on.
    case training = 4
  }

  /// The most bytes of what a study carries.
  private static let memoryBytesMax = 64 << 20
  /// The most blocks of an optimiser, the parameters among them.
  static let blocksMax = 16

  /// What the stage trains, so that no other goes on from here.
  var fingerprint: UInt32
  /// Where it is.
  var phase: Phase
  /// Steps taken.
  var steps: UInt64
  /// The size of the last step.
  var stepSize: Double
  /// The loss before the first step.
  var firstLoss: Double
  /// The loss at the end.
  var lastLoss: Double
  /// The greatest eigenvalue that the optimiser found last, near which it begins to look.
  var curvature: Double
  /// What the study carries.
  var memory: [UInt8]
  /// How far the recorder was at the end; nothing is to be said of a stage that goes on.
  var mark: RecorderMark
  /// The parameters, and of a stage that goes on the optimiser's blocks.
  var blocks: [[UInt8]]

  /// How the training ended; `nil` for one that goes on.
  var ending: TrainingEnding? {
    let stop: StopReason?
    switch phase {
    case .training: return nil
    case .diverged: stop = nil
    case .rule: stop = .rule
    case .steps: stop = .steps
    case .cap: stop = .cap
    }
    return TrainingEnding(stop: stop, steps: steps, firstLoss: firstLoss, lastLoss: lastLoss)
  }

  /// Appends everything but the blocks.
  func encodeHead(to writer: inout ByteWriter) {
    writer.write(fingerprint)
    writer.write(phase.rawValue)
    writer.write(steps)
    for number in [stepSize, firstLoss, lastLoss, curvature] { writer.write(number) }
    writer.write(UInt32(memory.count))
    writer.writeRaw(memory)
    mark.encode(to: &writer)
  }

  /// Reads a stage.
  /// - Throws: ``FrameError`` `frame.malformed`.
  init(from reader: inout ByteReader) throws(FrameError) {
    fingerprint = try reader.read()
    guard let phase = Phase(rawValue: try reader.read()) else {
      throw reader.malformed("a stage that neither goes on nor has ended")
    }
    self.phase = phase
    steps = try reader.read()
    stepSize = try reader.readDouble()
    firstLoss = try reader.readDouble()
    lastLoss = try reader.readDouble()
    curvature = try reader.readDouble()
    let memoryCount = Int(try reader.read(UInt32.self))
    guard memoryCount <= StageState.memoryBytesMax else {
      throw reader.malformed("a study's memory of \(memoryCount) bytes")
    }
    memory = Array(try reader.readRaw(memoryCount))
    mark = try RecorderMark(from: &reader)
    blocks = try reader.readList(countMax: StageState.blocksMax) { reader throws(FrameError) in
      guard let count = Int(exactly: try reader.read(UInt64.self)) else {
        throw reader.malformed("a block without end")
      }
      return Array(try reader.readRaw(count))
    }
  }

  init(fingerprint: UInt32, phase: Phase, steps: UInt64, firstLoss: Double) {
    self.fingerprint = fingerprint
    self.phase = phase
    self.steps = steps
    self.firstLoss = firstLoss
    (stepSize, lastLoss, curvature) = (0, firstLoss, 0)
    memory = []
    mark = RecorderMark()
    blocks = []
  }
}

extension StageState.Phase {
  init(_ stop: StopReason?) {
    switch stop {
    case nil: self = .diverged
    case .rule: self = .rule
    case .steps: self = .steps
    case .cap: self = .cap
    }
  }
}
