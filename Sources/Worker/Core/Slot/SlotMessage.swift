import Protocol

/// What a daemon says to a slot.
///
/// Slots and their daemon are the same program, so these kinds are nobody else's business; they are
/// frames all the same, because a slot's memory is what a crashing trial may have written to.
enum ToSlot: WireMessage {
  /// One trial to train, as a shard of one.
  case train(Shard)

  var kind: UInt16 { 201 }

  func encode(to writer: inout ByteWriter) {
    switch self {
    case .train(let shard): ToWorker.assign(shard).encode(to: &writer)
    }
  }

  init(kind: UInt16, from reader: inout ByteReader) throws(FrameError) {
    guard kind == 201,
      case .assign(let shard) = try ToWorker(kind: ToWorker.assignKind, from: &reader),
      shard.entries.count == 1
    else { throw FrameError(.unknownKind, "A slot takes one trial a frame, not kind \(kind).") }
    self = .train(shard)
  }
}

/// What a slot says to its daemon.
enum FromSlot: WireMessage {
  /// What came of a trial; trials end in the order in which they were sent.
  case finished(TrialResult)
  /// A part of what the trial keeps that ends next.
  case part(KeptPart)
  /// A checkpoint of this trial after so many steps, of so many bytes, is in its file.
  case checkpoint(TrialKey, progress: UInt64, byteCount: UInt64)
  /// Words for people.
  case remark(String)

  var kind: UInt16 {
    switch self {
    case .finished: 202
    case .part: 203
    case .checkpoint: 204
    case .remark: 205
    }
  }

  func encode(to writer: inout ByteWriter) {
    switch self {
    case .finished(let result): result.encode(to: &writer)
    case .part(let part): part.encode(to: &writer)
    case .checkpoint(let key, let progress, let byteCount):
      writer.writeRaw(key.bytes)
      writer.write(progress)
      writer.write(byteCount)
    case .remark(let words): writer.write(words)
    }
  }

  init(kind: UInt16, from reader: inout ByteReader) throws(FrameError) {
    switch kind {
    case 202: self = .finished(try TrialResult(from: &reader))
    case 203: self = .part(try KeptPart(from: &reader))
    case 204:
      guard let key = TrialKey(bytes: try reader.readRaw(TrialKey.byteCount)) else {
        throw reader.malformed("no trial key")
      }
      self = .checkpoint(key, progress: try reader.read(), byteCount: try reader.read())
    case 205: self = .remark(try reader.readText())
    default:
      throw FrameError(.unknownKind, "A daemon takes no frame of kind \(kind) from a slot.")
    }
  }
}

extension ToWorker {
  /// The kind of ``ToWorker/assign(_:)``, whose payload is a shard.
  fileprivate static let assignKind: UInt16 = 2
}
