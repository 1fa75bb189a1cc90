import Glibc
import Protocol
import Synchronization

/// The right to write a catalog, held by one process at a time.
///
/// It is a lock of the operating system on the file `<catalog>.lock`, so that it ends with the
/// process, however that dies. The file stays: removing it would let two processes hold two locks.
/// What it says (process, host, start) is for people only.
package final class CatalogLock: Sendable {
  /// The file that is locked.
  package let path: String
  private let descriptor: Mutex<Int32?>

  /// Takes the lock of a catalog, which need not exist yet.
  /// - Parameter path: the catalog's file; the lock is the same whatever link leads to it.
  /// - Returns: the lock, which is given back with ``release()`` or with the object.
  /// - Throws: `catalog.locked` naming process, host and start of the holder;
  ///   `catalog.not-writable` when the lock's file cannot be made;
  ///   `catalog.lock-unsupported` on a file system without locks.
  package static func acquire(for path: String) throws(CatalogError) -> CatalogLock {
    let catalog = CatalogFile(path: path).path
    let lock = catalog + ".lock"
    let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw CatalogError(
        .notWritable, "cannot lock the catalog '\(catalog)': '\(lock)': \(describe(errno))",
        remedy: "Name a catalog in a directory that exists and that you may write to.")
    }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      let holder = code == EWOULDBLOCK ? note(in: descriptor) : nil
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw CatalogError(
          .lockUnsupported, "cannot lock the catalog '\(catalog)': \(describe(code))",
          remedy: "Put the catalog on a local file system.")
      }
      throw CatalogError(
        .locked, "cannot write the catalog '\(catalog)': \(holder ?? "another process") has it",
        remedy: "Wait until that process has ended, or stop it.")
    }
    writeNote(to: descriptor)
    return CatalogLock(path: lock, descriptor: descriptor)
  }

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = Mutex(descriptor)
  }

  deinit {
    release()
  }

  /// Gives the lock back; once is enough.
  package func release() {
    descriptor.withLock { held in
      guard let open = held else { return }
      ftruncate(open, 0)
      close(open)
      held = nil
    }
  }

  private static let noteBytesMax = 512

  private static func writeNote(to descriptor: Int32) {
    let since = TimeText.dateAndTime(microseconds: nowMicroseconds(), fractionDigits: 0)
    let note = Array("process \(getpid()) on \(hostName()), since \(since),\n".utf8)
    ftruncate(descriptor, 0)
    pwrite(descriptor, note, note.count, 0)
  }

  private static func note(in descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: noteBytesMax)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
    guard !line.isEmpty, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
    return String(validating: line, as: UTF8.self)
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "this machine" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// The time now, in microseconds since 1970.
func nowMicroseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
}
