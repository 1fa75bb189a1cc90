import Protocol

/// The first bytes of a spool file; `docs/WIRE.md` has the layout byte by byte.
struct SpoolHeader: Hashable, Sendable {
  /// The bytes of a header.
  static let byteCount = 64
  /// The version of the layout of the file: from 2 on there are parts among the results.
  static let version: UInt16 = 2
  static let magic = Array("PGSPOOL\n".utf8)

  /// The spool's own identity, kept when it is compacted.
  var spool: UniqueID
  /// The catalog that its results are for.
  var catalog: UniqueID
  /// The number of the first record of the file.
  var firstSequence: UInt64

  /// Puts a header together.
  init(spool: UniqueID, catalog: UniqueID, firstSequence: UInt64) {
    self.spool = spool
    self.catalog = catalog
    self.firstSequence = firstSequence
  }

  /// The header as it stands in the file.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writeRaw(SpoolHeader.magic)
    writer.write(SpoolHeader.version)
    writer.writeRaw([UInt8](repeating: 0, count: 6))
    writer.writeRaw(spool.bytes)
    writer.writeRaw(catalog.bytes)
    writer.write(firstSequence)
    writer.write(UInt32(0))
    writer.write(CRC32C.checksum(writer.bytes))
    return writer.bytes
  }

  /// Reads a header; `nil` for anything else, another version among it.
  init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count == SpoolHeader.byteCount, bytes.starts(with: SpoolHeader.magic) else {
      return nil
    }
    var reader = ByteReader(bytes.dropFirst(SpoolHeader.magic.count), subject: "a spool")
    // The count was checked: what can be wrong is the content.
    guard let version = try? reader.read(UInt16.self), (1...SpoolHeader.version).contains(version),
      (try? reader.readRaw(6)) != nil,
      let spool = (try? reader.readRaw(UniqueID.byteCount)).flatMap({ UniqueID(bytes: $0) }),
      let catalog = (try? reader.readRaw(UniqueID.byteCount)).flatMap({ UniqueID(bytes: $0) }),
      let firstSequence = try? reader.read(UInt64.self), firstSequence > 0,
      (try? reader.read(UInt32.self)) != nil,
      let sum = try? reader.read(UInt32.self), sum == CRC32C.checksum(bytes.dropLast(4))
    else { return nil }
    self.init(spool: spool, catalog: catalog, firstSequence: firstSequence)
  }
}

/// One record of a spool file: a length, a checksum, its number, and a result or a part of what its
/// trial keeps.
struct SpoolRecord {
  /// The bytes before a record's payload.
  static let headerByteCount = 16

  var sequence: UInt64
  /// Its number and its content in the wire's layout: the payload of the frame that carries it.
  var framePayload: ArraySlice<UInt8>

  /// The kind of the frame that carries it: ``FromWorker/part(_:_:)`` or ``FromWorker/record(_:_:)``.
  var frameKind: UInt16 { KeptPart.isPart(framePayload.dropFirst(8)) ? 106 : 102 }

  /// The bytes of a record.
  static func bytes(sequence: UInt64, payload: [UInt8]) -> [UInt8] {
    var numbered = ByteWriter()
    numbered.write(sequence)
    numbered.writeRaw(payload)
    var length = ByteWriter()
    length.write(UInt32(payload.count))
    var record = length
    record.write(checksum(length: length.bytes[...], numbered: numbered.bytes[...]))
    record.writeRaw(numbered.bytes)
    return record.bytes
  }

  /// The whole length of the record that begins with these bytes; `nil` when it cannot be one.
  static func byteCount(of header: ArraySlice<UInt8>) -> Int? {
    var reader = ByteReader(header, subject: "a record")
    guard let length = try? reader.read(UInt32.self), length <= Limits.frameBytesMax else {
      return nil  // Too short, or a length that nobody wrote.
    }
    return headerByteCount + Int(length)
  }

  /// Reads a whole record; `nil` when its checksum does not fit.
  init?(_ bytes: ArraySlice<UInt8>) {
    let numbered = bytes.dropFirst(8)
    var reader = ByteReader(bytes.dropFirst(4), subject: "a record")
    guard let sum = try? reader.read(UInt32.self), let sequence = try? reader.read(UInt64.self),
      sum == SpoolRecord.checksum(length: bytes.prefix(4), numbered: numbered)
    else { return nil }  // Too short, or damaged.
    self.sequence = sequence
    framePayload = numbered
  }

  private static func checksum(length: ArraySlice<UInt8>, numbered: ArraySlice<UInt8>) -> UInt32 {
    var sum = CRC32C()
    sum.update(length)
    sum.update(numbered)
    return sum.value
  }
}
