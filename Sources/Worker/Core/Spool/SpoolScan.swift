import Glibc
import Protocol

/// What a spool file holds, found by reading it from its start to the last good record.
struct SpoolScan {
  /// Where a record begins, and which trial it is about.
  struct Entry {
    var offset: Int
    var trial: TrialAttempt
    /// Whether it is a part of what the trial keeps; its result follows.
    var isPart = false
  }

  var header: SpoolHeader
  var entries: [Entry] = []
  /// Where the last good record ends.
  var endOffset = SpoolHeader.byteCount
  /// The bytes after it, which are none: a write that was cut, or damage.
  var damagedByteCount = 0

  private static let pieceBytes = 1 << 20

  /// What a file holds that has just been made.
  init(empty header: SpoolHeader) { self.header = header }

  /// Reads a file; `nil` when its header is damaged.
  init?(_ file: Descriptor) throws(SystemError) {
    let first = try file.read(at: 0, countMax: SpoolHeader.byteCount)
    guard let header = SpoolHeader(bytes: first[...]) else { return nil }
    self.header = header
    var buffer: [UInt8] = []
    var isAtEnd = false
    while true {
      let whole = takeRecords(from: buffer[...])
      buffer.removeFirst(whole.byteCount)
      if isAtEnd || whole.isDamaged { break }
      let piece = try file.read(
        at: endOffset + buffer.count, countMax: SpoolScan.pieceBytes)
      isAtEnd = piece.isEmpty
      buffer += piece
    }
    // Parts whose result was cut off belong to a trial that will be trained again.
    while let last = entries.last, last.isPart {
      endOffset = last.offset
      entries.removeLast()
    }
    let size = lseek(file.number, 0, SEEK_END)
    guard size >= 0 else { throw SystemError("lseek") }
    damagedByteCount = max(0, Int(size) - endOffset)
  }

  /// Takes the whole records at the start of some bytes.
  private mutating func takeRecords(
    from bytes: ArraySlice<UInt8>
  ) -> (byteCount: Int, isDamaged: Bool) {
    var rest = bytes
    while rest.count >= SpoolRecord.headerByteCount {
      guard let count = SpoolRecord.byteCount(of: rest.prefix(SpoolRecord.headerByteCount)) else {
        return (bytes.count - rest.count, true)
      }
      guard rest.count >= count else { break }
      guard let record = SpoolRecord(rest.prefix(count)),
        record.sequence == header.firstSequence + UInt64(entries.count),
        let entry = SpoolScan.entry(of: record, at: endOffset)
      else { return (bytes.count - rest.count, true) }
      entries.append(entry)
      endOffset += count
      rest = rest.dropFirst(count)
    }
    return (bytes.count - rest.count, false)
  }

  private static func entry(of record: SpoolRecord, at offset: Int) -> Entry? {
    let content = record.framePayload.dropFirst(8)
    var reader = ByteReader(content, subject: "a record")
    // A payload that is neither ends the good part of the file like any other damage.
    if KeptPart.isPart(content) {
      guard let part = try? KeptPart(from: &reader), reader.remaining == 0 else { return nil }
      return Entry(offset: offset, trial: part.trial, isPart: true)
    }
    guard let result = try? TrialResult(from: &reader), reader.remaining == 0 else { return nil }
    return Entry(offset: offset, trial: TrialAttempt(key: result.key, attempt: result.attempt))
  }
}

extension Descriptor {
  /// The bytes at a place of a file, fewer than `countMax` only at its end.
  func read(at offset: Int, countMax: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: countMax)
    var filled = 0
    while filled < countMax {
      let count = bytes.withUnsafeMutableBytes {
        pread(
          number, $0.baseAddress?.advanced(by: filled), countMax - filled, off_t(offset + filled))
      }
      if count == 0 { break }
      if count < 0 {
        guard errno == EINTR else { throw SystemError("reading") }
        continue
      }
      filled += count
    }
    bytes.removeLast(countMax - filled)
    return bytes
  }

  /// Writes all bytes at a place of a file.
  func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(
          number, $0.baseAddress?.advanced(by: written), $0.count - written,
          off_t(offset + written))
      }
      if count < 0 {
        guard errno == EINTR else { throw SystemError("writing") }
        continue
      }
      written += count
    }
  }
}
