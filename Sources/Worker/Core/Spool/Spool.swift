import Glibc
import Protocol

/// The results that no coordinator has acknowledged, in a file that survives the worker.
///
/// A record is written before it is sent, and goes only when the catalog has it. Records have
/// numbers without gaps; a number never comes twice in the life of a spool.
final class Spool {
  /// What came of opening a spool file.
  struct Opening {
    /// The spool; `nil` when there is no readable one.
    let spool: Spool?
    /// What was wrong with the file, for the log.
    let notes: [String]
  }

  /// The acknowledged bytes at which a file is worth being written anew without them.
  static let compactionBytes = 1 << 20

  /// The spool's own identity.
  let id: UniqueID
  /// The catalog that its results are for.
  let catalog: UniqueID
  /// The number of the next record.
  private(set) var nextSequence: UInt64
  /// The last record that may be forgotten.
  private(set) var acknowledged: UInt64

  private let path: String
  private var file: Descriptor
  private var endOffset: Int
  /// The records after `acknowledged`, from `firstIndex` on.
  private var entries: [SpoolScan.Entry]
  private var firstIndex = 0
  private var attempts: [TrialKey: AttemptNumber] = [:]
  private var isSynchronized = true
  private var compactionBytesMin = Spool.compactionBytes

  /// Opens the spool file at a path, cutting off what a crash left half written at its end.
  ///
  /// A file whose header is damaged is set aside under a new name: nothing is ever overwritten.
  /// - Throws: ``WorkerError`` `worker.spool` when it cannot be read or cut.
  static func open(at path: String) throws(WorkerError) -> Opening {
    guard access(path, F_OK) == 0 || errno != ENOENT else { return Opening(spool: nil, notes: []) }
    do throws(SystemError) {
      let file = try Descriptor.open(path, O_RDWR | O_NOFOLLOW)
      guard let scan = try SpoolScan(file) else {
        let aside = try setAside(path)
        return Opening(
          spool: nil,
          notes: ["The spool's header is damaged: the file was set aside as \(aside)."])
      }
      var notes: [String] = []
      if scan.damagedByteCount > 0 {
        guard ftruncate(file.number, off_t(scan.endOffset)) == 0 else {
          throw SystemError("cutting \(path)")
        }
        notes.append(
          "The spool's last \(scan.damagedByteCount) bytes were no whole record and were cut off;"
            + " \(scan.entries.count) records are good.")
      }
      return Opening(spool: Spool(path: path, file: file, scan: scan), notes: notes)
    } catch {
      throw failure(path, error)
    }
  }

  /// Begins a new spool for a catalog.
  /// - Throws: ``WorkerError`` `worker.spool`.
  static func create(at path: String, catalog: UniqueID) throws(WorkerError) -> Spool {
    let header = SpoolHeader(spool: .random(), catalog: catalog, firstSequence: 1)
    do throws(SystemError) {
      let file = try replaceFile(path, with: [header.bytes])
      return Spool(path: path, file: file, scan: SpoolScan(empty: header))
    } catch {
      throw failure(path, error)
    }
  }

  private init(path: String, file: Descriptor, scan: SpoolScan) {
    self.path = path
    self.file = file
    id = scan.header.spool
    catalog = scan.header.catalog
    entries = scan.entries
    endOffset = scan.endOffset
    acknowledged = scan.header.firstSequence - 1
    nextSequence = scan.header.firstSequence + UInt64(scan.entries.count)
    for entry in entries { note(entry.trial) }
  }

  /// Whether every record was acknowledged.
  var isAcknowledged: Bool { acknowledged + 1 == nextSequence }

  /// The highest attempt at a trial among the records that nobody has acknowledged.
  func attempt(at key: TrialKey) -> AttemptNumber? { attempts[key] }

  /// Appends results, all of them or, when that fails, none.
  /// - Throws: ``WorkerError`` `worker.spool`, for instance because the disk is full.
  func append(_ results: [TrialResult]) throws(WorkerError) {
    var bytes: [UInt8] = []
    var added: [SpoolScan.Entry] = []
    func add(_ trial: TrialAttempt, isPart: Bool, _ encode: (inout ByteWriter) -> Void) {
      var payload = ByteWriter()
      encode(&payload)
      let sequence = nextSequence + UInt64(added.count)
      added.append(
        SpoolScan.Entry(offset: endOffset + bytes.count, trial: trial, isPart: isPart))
      bytes += SpoolRecord.bytes(sequence: sequence, payload: payload.bytes)
    }
    for result in results {
      let trial = TrialAttempt(key: result.key, attempt: result.attempt)
      for part in result.kept.parts(of: trial) {
        add(trial, isPart: true) { part.encode(to: &$0) }
      }
      add(trial, isPart: false) { result.encode(to: &$0) }
    }
    do throws(SystemError) {
      try file.write(bytes, at: endOffset)
    } catch {
      // Half a batch must not stay; should this fail too, the next batch is written over it.
      _ = ftruncate(file.number, off_t(endOffset))
      throw Spool.failure(path, error)
    }
    endOffset += bytes.count
    nextSequence += UInt64(added.count)
    entries += added
    for entry in added { note(entry.trial) }
    isSynchronized = false
  }

  private func note(_ trial: TrialAttempt) {
    attempts[trial.key] = max(trial.attempt, attempts[trial.key] ?? trial.attempt)
  }

  /// Forgets records up to this one; what is forgotten already stays so.
  /// - Precondition: The record exists.
  func acknowledge(through sequence: UInt64) {
    precondition(sequence < nextSequence, "a record that was never written is acknowledged")
    while acknowledged < sequence {
      let trial = entries[firstIndex].trial
      if attempts[trial.key] == trial.attempt { attempts[trial.key] = nil }
      firstIndex += 1
      acknowledged += 1
    }
    if firstIndex > 4096, firstIndex > entries.count / 2 {
      entries.removeSubrange(..<firstIndex)
      firstIndex = 0
    }
  }

  /// Goes on after a record that the catalog has and this file has lost.
  ///
  /// A machine that lost power may have lost records that were sent already; their numbers must not
  /// come again.
  /// - Throws: ``WorkerError`` `worker.spool`.
  func skip(to sequence: UInt64) throws(WorkerError) {
    acknowledge(through: nextSequence - 1)
    let before = nextSequence
    (acknowledged, nextSequence) = (sequence, sequence + 1)
    do {
      try compact()
    } catch {
      // The file still goes on from where it was, and its numbers may have no gap.
      (acknowledged, nextSequence) = (before - 1, before)
      throw error
    }
  }

  /// The frames of records in order, ready to be sent.
  /// - Parameters:
  ///   - sequence: The first record.
  ///   - bytesMax: About how many bytes to read; one record is read however long it is.
  /// - Returns: The frames, and the number of the record after them.
  /// - Throws: ``WorkerError`` `worker.spool` when the file does not hold what was written to it.
  func frames(
    from sequence: UInt64, bytesMax: Int
  ) throws(WorkerError) -> (bytes: [UInt8], next: UInt64) {
    var index = firstIndex + Int(sequence - acknowledged) - 1
    guard index < entries.count else { return ([], sequence) }
    let start = entries[index].offset
    var end = start
    repeat {
      index += 1
      end = index < entries.count ? entries[index].offset : endOffset
    } while index < entries.count && end - start < bytesMax
    var rest: ArraySlice<UInt8>
    do throws(SystemError) {
      rest = try file.read(at: start, countMax: end - start)[...]
    } catch {
      throw Spool.failure(path, error)
    }
    var frames: [UInt8] = []
    frames.reserveCapacity(rest.count + 1024)
    var next = sequence
    while !rest.isEmpty {
      guard let count = SpoolRecord.byteCount(of: rest.prefix(SpoolRecord.headerByteCount)),
        rest.count >= count, let record = SpoolRecord(rest.prefix(count)), record.sequence == next
      else {
        throw Spool.failure(path, SystemError("record \(next) has changed", number: EIO))
      }
      frames += FrameEncoder.frame(kind: record.frameKind, payload: Array(record.framePayload))
      rest = rest.dropFirst(count)
      next += 1
    }
    return (frames, next)
  }

  /// Makes what was appended survive a loss of power, if that is not so yet.
  ///
  /// Not done for every record: what is lost with the power is trained again.
  func synchronize() {
    guard !isSynchronized else { return }
    // A failure shows in the next write; there is nothing else to do about it.
    _ = fdatasync(file.number)
    isSynchronized = true
  }

  /// Writes the file anew without the acknowledged records, when they are most of it.
  /// - Throws: ``WorkerError`` `worker.spool`; the old file stays in use.
  func compactIfWorthwhile() throws(WorkerError) {
    let start = firstIndex < entries.count ? entries[firstIndex].offset : endOffset
    guard start >= compactionBytesMin, start >= endOffset - start else { return }
    // On a full disk it is tried again when it would free more.
    compactionBytesMin = start + Spool.compactionBytes
    try compact()
    compactionBytesMin = Spool.compactionBytes
  }

  private func compact() throws(WorkerError) {
    let start = firstIndex < entries.count ? entries[firstIndex].offset : endOffset
    let header = SpoolHeader(spool: id, catalog: catalog, firstSequence: acknowledged + 1)
    do throws(SystemError) {
      let rest = try file.read(at: start, countMax: endOffset - start)
      file = try Spool.replaceFile(path, with: [header.bytes, rest])
    } catch {
      throw Spool.failure(path, error)
    }
    entries.removeSubrange(..<firstIndex)
    firstIndex = 0
    let shift = start - SpoolHeader.byteCount
    for index in entries.indices { entries[index].offset -= shift }
    endOffset -= shift
  }

  /// Puts a new file in the place of another one, whole or not at all.
  private static func replaceFile(
    _ path: String, with pieces: [[UInt8]]
  ) throws(SystemError) -> Descriptor {
    let temporary = path + ".new"
    let file = try Descriptor.open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW)
    var offset = 0
    for piece in pieces {
      try file.write(piece, at: offset)
      offset += piece.count
    }
    guard fdatasync(file.number) == 0, rename(temporary, path) == 0 else {
      throw SystemError("replacing \(path)")
    }
    return file
  }

  private static func setAside(_ path: String) throws(SystemError) -> String {
    var number = 1
    while access("\(path).damaged-\(number)", F_OK) == 0 { number += 1 }
    let aside = "\(path).damaged-\(number)"
    guard rename(path, aside) == 0 else { throw SystemError("renaming \(path)") }
    return aside
  }

  private static func failure(_ path: String, _ error: SystemError) -> WorkerError {
    WorkerError(
      .spool, "The spool '\(path)' cannot be used: \(error.words).",
      remedy: "Free space on its disk, or look for a fault of it; nothing that was written is lost."
    )
  }
}
