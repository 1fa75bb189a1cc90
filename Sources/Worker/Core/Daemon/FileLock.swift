import Glibc

/// A file that one process at a time holds locked; the system lets go of it when that process ends.
final class FileLock {
  private let file: Descriptor
  private let path: String

  /// Takes the lock and writes the process's number into the file, for people.
  /// - Returns: `nil` when another process has it.
  static func take(_ path: String) throws(SystemError) -> FileLock? {
    // A worker that ends removes its lock file: then the file that was locked here is not the one
    // that the next process will find, and the new one must be locked instead.
    while true {
      let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
      guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
        if errno == EWOULDBLOCK { return nil }
        throw SystemError("locking \(path)")
      }
      let lock = FileLock(file, path)
      guard lock.isInPlace else { continue }
      _ = ftruncate(file.number, 0)
      // What is written is only for people who look.
      _ = try? file.write(Array("\(getpid())\n".utf8)[...])
      return lock
    }
  }

  private init(_ file: Descriptor, _ path: String) {
    self.file = file
    self.path = path
  }

  /// Whether the locked file is the one that others would find.
  var isInPlace: Bool {
    var locked = stat()
    var found = stat()
    return fstat(file.number, &locked) == 0 && lstat(path, &found) == 0
      && locked.st_ino == found.st_ino && locked.st_dev == found.st_dev
  }
}
