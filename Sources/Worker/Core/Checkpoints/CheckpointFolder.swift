import Glibc
import Kernel
import Protocol

/// The checkpoints of trials in a worker's directory: one file each, called by the trial key.
struct CheckpointFolder: Sendable {
  /// Files that nobody has gone on from for so long are removed, in seconds: their trials were given
  /// up, or trained elsewhere.
  static let ageSecondsMax: Int = 7 * 24 * 3600
  /// The most bytes of the files that a worker finds when it starts; the oldest go.
  static let bytesMax = 4 << 30

  private static let prefix = "checkpoint-"
  private static let unfinished = ".new"

  /// The worker's directory.
  let path: String

  /// Where the checkpoint of a trial is.
  func file(of key: TrialKey) -> String { "\(path)/\(CheckpointFolder.prefix)\(key)" }

  /// Removes the checkpoint of a trial, if there is one, and what a slot that died has left of one.
  func remove(_ key: TrialKey) {
    unlink(file(of: key))
    unlink(file(of: key) + CheckpointFolder.unfinished)
  }

  /// The bytes of a checkpoint; `nil` where there is none.
  /// - Throws: ``WorkerError`` `worker.input-output` for one that is too large or cannot be read.
  static func bytes(_ name: String) throws(WorkerError) -> [UInt8]? {
    do throws(SystemError) {
      let file = try Descriptor.open(name, O_RDONLY | O_NOFOLLOW)
      guard let bytes = try file.readAll(countMax: TrialCheckpoint.bytesMax) else {
        throw SystemError("reading \(name)", number: EFBIG)
      }
      return bytes
    } catch {
      guard error.number != ENOENT else { return nil }
      throw WorkerError(
        .inputOutput, "The checkpoint '\(name)' cannot be read: \(error.words).",
        remedy: "Remove it; the trial is then trained from its start.")
    }
  }

  /// Puts a checkpoint in the place of the one before, whole or not at all.
  ///
  /// It is not forced to the disk: it guards against the end of a process, and a file that a loss of
  /// power leaves half written has a checksum that does not fit.
  /// - Parameters:
  ///   - name: The file's path.
  ///   - body: Writes to the file that it is given.
  /// - Throws: ``SystemError``; the checkpoint before is still there then.
  static func replace(
    _ name: String, _ body: (Descriptor) throws(SystemError) -> Void
  ) throws(SystemError) {
    let temporary = name + unfinished
    do throws(SystemError) {
      let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
      try body(file)
      guard rename(temporary, name) == 0 else { throw SystemError("renaming \(temporary)") }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Removes what is left of writing, what is old and what is too much.
  /// - Parameters:
  ///   - now: Seconds since 1970.
  ///   - bytesMax: The most bytes that stay.
  /// - Returns: The trials that have a checkpoint.
  func tidy(now: Int, bytesMax: Int = CheckpointFolder.bytesMax) -> Set<TrialKey> {
    var found: [(key: TrialKey, bytes: Int, changed: Int)] = []
    for name in names {
      var status = stat()
      let whole = "\(path)/\(name)"
      let digits = String(name.dropFirst(CheckpointFolder.prefix.count))
      guard let key = TrialKey(hexadecimal: digits), lstat(whole, &status) == 0,
        now - status.st_mtim.tv_sec <= CheckpointFolder.ageSecondsMax
      else {
        unlink(whole)
        continue
      }
      found.append((key, Int(status.st_size), status.st_mtim.tv_sec))
    }
    var bytes = 0
    var kept: Set<TrialKey> = []
    for entry in found.sorted(by: { $0.changed > $1.changed }) {
      bytes += entry.bytes
      if bytes > bytesMax { remove(entry.key) } else { kept.insert(entry.key) }
    }
    return kept
  }

  /// Removes all of them.
  func removeAll() {
    for name in names { unlink("\(path)/\(name)") }
  }

  /// The names of our files, finished or not.
  private var names: [String] {
    guard let listing = opendir(path) else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(CheckpointFolder.prefix) { names.append(name) }
    }
    return names
  }
}
