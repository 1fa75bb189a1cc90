/// A piece of what was kept of a training, as it travels: before the result, and small enough that
/// heartbeats get through between two pieces.
///
/// In a spool a part stands among the results. It begins as they do, with key and attempt, and where
/// these have their outcome it has a byte that is no outcome's.
public struct KeptPart: Hashable, Sendable {
  /// Which trial, and which try at it.
  public var trial: TrialAttempt
  /// Its place among the parts of this training, from 0.
  public var index: UInt32
  /// How many parts there are, at least 1.
  public var count: UInt32
  /// Its piece of the encoded ``KeptThings``.
  public var bytes: [UInt8]

  /// The byte in the place of an outcome.
  static let mark: UInt8 = 3

  /// Whether the bytes of a spool's record, after its number, are a part and no result.
  public static func isPart(_ record: ArraySlice<UInt8>) -> Bool {
    record.dropFirst(TrialKey.byteCount + 4).first == mark
  }

  /// Appends the part in the wire's layout, which is the spool's too.
  public func encode(to writer: inout ByteWriter) {
    writer.writeRaw(trial.key.bytes)
    writer.write(trial.attempt.rawValue)
    writer.write(KeptPart.mark)
    writer.write(index)
    writer.write(count)
    writer.write(UInt32(bytes.count))
    writer.writeRaw(bytes)
  }

  /// Reads a part in the wire's layout.
  /// - Throws: ``FrameError`` `frame.malformed`.
  public init(from reader: inout ByteReader) throws(FrameError) {
    trial = TrialAttempt(
      key: try TrialKey(from: &reader), attempt: AttemptNumber(try reader.read()))
    guard try reader.read(UInt8.self) == KeptPart.mark else {
      throw reader.malformed("a part without its mark")
    }
    index = try reader.read()
    count = try reader.read()
    let byteCount = Int(try reader.read(UInt32.self))
    guard index < count, count <= Limits.keptPartsMax, byteCount <= Limits.keptPartBytesMax else {
      throw reader.malformed("a part that is none of so many, or too large")
    }
    bytes = Array(try reader.readRaw(byteCount))
  }

  init(trial: TrialAttempt, index: UInt32, count: UInt32, bytes: [UInt8]) {
    self.trial = trial
    self.index = index
    self.count = count
    self.bytes = bytes
  }
}

extension KeptThings {
  /// The parts in which this travels; none where nothing was asked for.
  /// - Precondition: The things have at most ``Limits/keptBytesMax`` bytes.
  public func parts(of trial: TrialAttempt) -> [KeptPart] {
    guard !isEmpty else { return [] }
    var writer = ByteWriter()
    writer.writeList(asked) { $1.write($0) }
    writer.writeList(things) { thing, writer in
      writer.write(thing.kind.rawValue)
      writer.write(thing.name)
      writer.write(thing.step)
      writer.write(UInt32(thing.bytes.count))
      writer.writeRaw(thing.bytes)
    }
    let starts = Array(stride(from: 0, to: writer.bytes.count, by: Limits.keptPartBytesMax))
    precondition(starts.count <= Limits.keptPartsMax, "what is kept of a trial is bounded")
    return starts.enumerated().map { index, start in
      let end = min(start + Limits.keptPartBytesMax, writer.bytes.count)
      return KeptPart(
        trial: trial, index: UInt32(index), count: UInt32(starts.count),
        bytes: Array(writer.bytes[start..<end]))
    }
  }
}

/// Puts parts together again, those of one training after the other.
public struct KeptPartCollector: Sendable {
  private var trial: TrialAttempt?
  private var count: UInt32 = 0
  private var received: UInt32 = 0
  private var bytes: [UInt8] = []

  /// Holds nothing.
  public init() {}

  /// Takes the next part; one that does not go on with those before begins anew, and those are
  /// dropped: their result was lost with its worker.
  /// - Throws: ``FrameError`` `frame.malformed` for a part out of its turn.
  public mutating func add(_ part: KeptPart) throws(FrameError) {
    if part.index == 0 { (trial, count, received, bytes) = (part.trial, part.count, 0, []) }
    guard part.trial == trial, part.count == count, part.index == received else {
      throw FrameError(.malformed, "A part of what a trial keeps came out of its turn.")
    }
    received += 1
    bytes += part.bytes
  }

  /// Takes out what was kept of a training, when its result has come.
  /// - Returns: What the parts say; nothing when they are of another training.
  /// - Throws: ``FrameError`` `frame.malformed` for parts that are too few or make no sense.
  public mutating func take(for trial: TrialAttempt) throws(FrameError) -> KeptThings {
    defer { self = KeptPartCollector() }
    guard self.trial == trial else { return .none }
    guard received == count else {
      throw FrameError(.malformed, "A result came before all parts of what its trial keeps.")
    }
    return try KeptThings(encoded: bytes)
  }
}

extension KeptThings {
  init(encoded bytes: [UInt8]) throws(FrameError) {
    var reader = ByteReader(bytes[...], subject: "what a trial keeps")
    asked = try reader.readList(countMax: Limits.keptThingsMax) { reader throws(FrameError) in
      try reader.readText()
    }
    things = try reader.readList(countMax: Limits.keptThingsMax) { reader throws(FrameError) in
      guard let kind = KeptThing.Kind(rawValue: try reader.readText()) else {
        throw reader.malformed("a thing of an unknown kind")
      }
      let (name, step) = (try reader.readText(), try reader.read(UInt64.self))
      let count = Int(try reader.read(UInt32.self))
      let thing = KeptThing(
        kind: kind, name: name, step: step, bytes: Array(try reader.readRaw(count)))
      guard thing.isWhole else { throw reader.malformed("a thing that is none of its kind") }
      return thing
    }
    try reader.finish()
  }
}

extension KeptThing {
  /// Whether the bytes can be what the kind says; parameters are looked at by who reads them.
  fileprivate var isWhole: Bool {
    switch kind {
    case .parameters: true
    case .curve: bytes.count.isMultiple(of: 8)
    case .matrix: extents != nil
    }
  }
}
