import Protocol

/// What a recorder has taken down, as a checkpoint has it.
struct RecordedThings: Hashable, Sendable {
  /// What was asked for, in the words of a shard.
  let asked: [String]
  /// The last step.
  var step: UInt64 = 0
  /// The steps of the points of the curve.
  var steps: [UInt32] = []
  /// The losses at them.
  var losses: [Float] = []
  /// Parameters and matrices.
  var things: [KeptThing] = []
  /// The bytes of all of it.
  var byteCount = 0
  /// Why nothing more is taken down; `nil` while it is.
  var refusal: String?

  /// A size beyond every bound: what is larger counts as this.
  static let byteCountMax = 1 << 40
  /// More steps than any training takes.
  static let stepMax: UInt64 = 1 << 56

  /// Nothing yet.
  init(asked: [String]) { self.asked = asked }

  /// Appends all of it.
  func encode(to writer: inout CheckpointWriter) {
    writer.write { writer in
      writer.writeList(asked) { $1.write($0) }
      writer.write(step)
      writer.write(UInt64(min(byteCount, RecordedThings.byteCountMax)))
      writer.write(refusal != nil)
      if let refusal { writer.write(refusal) }
      writer.write(UInt32(steps.count))
      for (step, loss) in zip(steps, losses) {
        writer.write(step)
        writer.write(loss.bitPattern)
      }
      writer.write(UInt32(things.count))
    }
    for thing in things {
      writer.write { writer in
        writer.write(thing.kind.rawValue)
        writer.write(thing.name)
        writer.write(thing.step)
        writer.write(UInt32(thing.bytes.count))
      }
      writer.write(thing.bytes)
    }
  }

  /// Reads what was recorded.
  /// - Throws: ``FrameError`` `frame.malformed`.
  init(from reader: inout ByteReader) throws(FrameError) {
    asked = try reader.readList(countMax: Limits.keptThingsMax) { reader throws(FrameError) in
      try reader.readText()
    }
    step = try reader.read()
    guard step <= RecordedThings.stepMax, let count = Int(exactly: try reader.read(UInt64.self)),
      count <= RecordedThings.byteCountMax
    else { throw reader.malformed("more than can be kept") }
    byteCount = count
    refusal = try reader.readFlag() ? try reader.readText() : nil
    let points = try reader.readList(countMax: Limits.keptPointsMax) {
      reader throws(FrameError) in
      (try reader.read(UInt32.self), Float(bitPattern: try reader.read()))
    }
    steps = points.map(\.0)
    losses = points.map(\.1)
    things = try reader.readList(countMax: Limits.keptThingsMax) { reader throws(FrameError) in
      guard let kind = KeptThing.Kind(rawValue: try reader.readText()) else {
        throw reader.malformed("a thing of an unknown kind")
      }
      let (name, step) = (try reader.readText(), try reader.read(UInt64.self))
      let count = Int(try reader.read(UInt32.self))
      return KeptThing(
        kind: kind, name: name, step: step, bytes: Array(try reader.readRaw(count)))
    }
  }
}

/// How far a recorder was at the end of a stage: all that it takes down comes behind what it has.
struct RecorderMark: Hashable, Sendable {
  /// The last step.
  var step: UInt64 = 0
  /// The points of the curve.
  var pointCount = 0
  /// Parameters and matrices.
  var thingCount = 0
  /// The bytes of all of it.
  var byteCount = 0
  /// Whether it had refused to take down more.
  var isRefused = false

  /// The beginning.
  init() {}

  /// Where a recorder is that has taken this down.
  init(of recorded: RecordedThings) {
    step = recorded.step
    pointCount = recorded.steps.count
    thingCount = recorded.things.count
    byteCount = min(recorded.byteCount, RecordedThings.byteCountMax)
    isRefused = recorded.refusal != nil
  }

  /// Appends it.
  func encode(to writer: inout ByteWriter) {
    writer.write(step)
    for count in [pointCount, thingCount, byteCount] { writer.write(UInt64(count)) }
    writer.write(isRefused)
  }

  /// Reads it.
  /// - Throws: ``FrameError`` `frame.malformed`.
  init(from reader: inout ByteReader) throws(FrameError) {
    step = try reader.read()
    guard step <= RecordedThings.stepMax else { throw reader.malformed("a step beyond all") }
    var counts: [Int] = []
    for _ in 0..<3 {
      guard let count = Int(exactly: try reader.read(UInt64.self)),
        count <= RecordedThings.byteCountMax
      else {
        throw reader.malformed("a count that cannot be")
      }
      counts.append(count)
    }
    (pointCount, thingCount, byteCount) = (counts[0], counts[1], counts[2])
    isRefused = try reader.readFlag()
  }
}

extension RecordedThings {
  /// What had been recorded at a mark; `nil` where less is here.
  func upTo(_ mark: RecorderMark) -> RecordedThings? {
    guard mark.pointCount <= steps.count, mark.thingCount <= things.count,
      !mark.isRefused || refusal != nil
    else { return nil }
    var result = self
    result.step = mark.step
    result.steps = Array(steps.prefix(mark.pointCount))
    result.losses = Array(losses.prefix(mark.pointCount))
    result.things = Array(things.prefix(mark.thingCount))
    result.byteCount = mark.byteCount
    if !mark.isRefused { result.refusal = nil }
    return result
  }
}
