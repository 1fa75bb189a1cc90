extension SlotRequest {
  func encode(to writer: inout ByteWriter) {
    switch self {
    case .free: writer.write(UInt8(0))
    case .count(let count):
      writer.write(UInt8(1))
      writer.write(count)
    case .collectOnly: writer.write(UInt8(2))
    }
  }

  init(from reader: inout ByteReader) throws(FrameError) {
    switch try reader.read(UInt8.self) {
    case 0: self = .free
    case 1: self = .count(try reader.read())
    case 2: self = .collectOnly
    default: throw reader.malformed("an unknown wish for slots")
    }
  }
}

extension Attach {
  func encode(to writer: inout ByteWriter) {
    writer.writeRaw(catalog.bytes)
    writer.write(spool != nil)
    if let spool { writer.writeRaw(spool.bytes) }
    writer.write(committed)
    slots.encode(to: &writer)
    writer.write(nice)
    writer.write(loadLimit != nil)
    if let loadLimit { writer.write(loadLimit) }
    writer.write(leaseSeconds)
  }

  init(from reader: inout ByteReader) throws(FrameError) {
    catalog = try UniqueID(from: &reader)
    spool = try reader.readFlag() ? try UniqueID(from: &reader) : nil
    committed = try reader.read()
    slots = try SlotRequest(from: &reader)
    nice = try reader.read()
    loadLimit = try reader.readFlag() ? try reader.readDouble() : nil
    leaseSeconds = try reader.read()
  }
}

extension Attached {
  func encode(to writer: inout ByteWriter) {
    writer.write(release)
    writer.write(machine)
    writer.write(processors)
    writer.write(slots)
    writer.writeRaw(spool.bytes)
    writer.write(nextSequence)
    writer.writeList(held) { held, writer in
      held.trial.encode(to: &writer)
      writer.write(held.isRunning)
    }
  }

  init(from reader: inout ByteReader) throws(FrameError) {
    release = try reader.readText()
    machine = try reader.readText()
    processors = try reader.read()
    slots = try reader.read()
    spool = try UniqueID(from: &reader)
    nextSequence = try reader.read()
    held = try reader.readList(countMax: Limits.trialsPerListMax) { reader throws(FrameError) in
      Held(trial: try TrialAttempt(from: &reader), isRunning: try reader.readFlag())
    }
  }
}

extension UniqueID {
  init(from reader: inout ByteReader) throws(FrameError) {
    guard let id = UniqueID(bytes: try reader.readRaw(UniqueID.byteCount)) else {
      throw reader.malformed("an identifier that is none")
    }
    self = id
  }
}

extension TrialKey {
  init(from reader: inout ByteReader) throws(FrameError) {
    guard let key = TrialKey(bytes: try reader.readRaw(TrialKey.byteCount)) else {
      throw reader.malformed("a trial key that is none")
    }
    self = key
  }
}

extension TrialAttempt {
  func encode(to writer: inout ByteWriter) {
    writer.writeRaw(key.bytes)
    writer.write(attempt.rawValue)
  }

  init(from reader: inout ByteReader) throws(FrameError) {
    key = try TrialKey(from: &reader)
    attempt = AttemptNumber(try reader.read())
  }

  static func list(from reader: inout ByteReader) throws(FrameError) -> [TrialAttempt] {
    try reader.readList(countMax: Limits.trialsPerListMax) { reader throws(FrameError) in
      try TrialAttempt(from: &reader)
    }
  }
}
