/// One message with its place on the wire.
public protocol WireMessage: Hashable, Sendable {
  /// The number of its kind, unique over both directions.
  var kind: UInt16 { get }
  /// Appends its payload.
  func encode(to writer: inout ByteWriter)
  /// Reads the payload of a kind.
  /// - Throws: ``FrameError`` `frame.unknown-kind` or `frame.malformed`.
  init(kind: UInt16, from reader: inout ByteReader) throws(FrameError)
}

extension ToWorker: WireMessage {
  /// The number of its kind: 1 to 99.
  public var kind: UInt16 {
    switch self {
    case .attach: 1
    case .assign: 2
    case .retract: 3
    case .acknowledge: 4
    case .heartbeat: 5
    case .release: 6
    case .checkpoint: 7
    }
  }

  /// Appends its payload.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .attach(let attach): attach.encode(to: &writer)
    case .assign(let shard): shard.encode(to: &writer)
    case .retract(let trials): writer.writeList(trials) { $0.encode(to: &$1) }
    case .acknowledge(let sequence): writer.write(sequence)
    case .heartbeat(let number): writer.write(number)
    case .release: break
    case .checkpoint(let part): part.encode(to: &writer)
    }
  }

  /// Reads the payload of a kind.
  public init(kind: UInt16, from reader: inout ByteReader) throws(FrameError) {
    switch kind {
    case 1: self = .attach(try Attach(from: &reader))
    case 2: self = .assign(try Shard(from: &reader))
    case 3: self = .retract(try TrialAttempt.list(from: &reader))
    case 4: self = .acknowledge(try reader.read())
    case 5: self = .heartbeat(try reader.read())
    case 6: self = .release
    case 7: self = .checkpoint(try CheckpointPart(from: &reader))
    default: throw FrameError(.unknownKind, "A worker takes no frame of kind \(kind).")
    }
  }
}

extension FromWorker: WireMessage {
  /// The number of its kind: 101 to 199.
  public var kind: UInt16 {
    switch self {
    case .attached: 101
    case .record: 102
    case .retracted: 103
    case .heartbeat: 104
    case .refused: 105
    case .part: 106
    case .checkpoint: 107
    }
  }

  /// Appends its payload.
  public func encode(to writer: inout ByteWriter) {
    switch self {
    case .attached(let attached): attached.encode(to: &writer)
    case .record(let sequence, let result):
      writer.write(sequence)
      result.encode(to: &writer)
    case .part(let sequence, let part):
      writer.write(sequence)
      part.encode(to: &writer)
    case .retracted(let trials): writer.writeList(trials) { $0.encode(to: &$1) }
    case .heartbeat(let number, let running):
      writer.write(number)
      writer.writeList(running) { $0.encode(to: &$1) }
    case .refused(let reason): writer.write(reason)
    case .checkpoint(let part): part.encode(to: &writer)
    }
  }

  /// Reads the payload of a kind.
  public init(kind: UInt16, from reader: inout ByteReader) throws(FrameError) {
    switch kind {
    case 101: self = .attached(try Attached(from: &reader))
    case 102: self = .record(try reader.read(), try TrialResult(from: &reader))
    case 103: self = .retracted(try TrialAttempt.list(from: &reader))
    case 104: self = .heartbeat(try reader.read(), running: try TrialAttempt.list(from: &reader))
    case 105: self = .refused(try reader.readText())
    case 106: self = .part(try reader.read(), try KeptPart(from: &reader))
    case 107: self = .checkpoint(try CheckpointPart(from: &reader))
    default: throw FrameError(.unknownKind, "A coordinator takes no frame of kind \(kind).")
    }
  }
}
