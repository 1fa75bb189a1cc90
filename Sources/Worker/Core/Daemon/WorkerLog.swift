import Glibc

/// What a daemon has to say, for people: one dated line each, in a file that stays small.
final class WorkerLog {
  /// The size at which the file begins anew, in bytes.
  static let bytesMax = 1 << 20

  let file: Descriptor
  private var byteCount: Int

  init(_ path: String) throws(SystemError) {
    file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
    byteCount = max(0, Int(lseek(file.number, 0, SEEK_END)))
  }

  func write(_ text: String) {
    let line = Array("\(Clock.text) \(text)\n".utf8)
    if byteCount + line.count > WorkerLog.bytesMax, ftruncate(file.number, 0) == 0 {
      byteCount = 0
    }
    // A log that cannot be written stops nothing.
    byteCount += (try? file.write(line[...])) ?? 0
  }
}
