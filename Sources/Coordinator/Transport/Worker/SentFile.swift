import Glibc

/// A file of the user as it is sent to nodes.
package struct SentFile: Hashable, Sendable {
  /// Where it is on this machine.
  package let path: String
  /// Its SHA-256 in 64 hexadecimal digits: its name on a node.
  package let digest: String
  /// Its size in bytes.
  package let byteCount: Int

  /// Says what is to be sent; nothing is read.
  package init(path: String, digest: String, byteCount: Int) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
  }
}

/// What is sent to a node whole: in pieces, so that it is never in memory at once.
protocol NodeContent: Sendable {
  /// How messages call it.
  var name: String { get }
  /// Its size in bytes.
  var byteCount: Int { get }
  /// The bytes from a position on, a piece of at most 256 KiB; none where they cannot be read.
  func piece(from position: Int) -> [UInt8]
}

extension WorkerFile: NodeContent {
  var name: String { "the worker program" }
}

extension SentFile: NodeContent {
  var name: String { "a data file" }

  /// A file that became shorter ends early: the node says that not all of it came.
  func piece(from position: Int) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: min(256 << 10, byteCount - position))
    var count = pread(descriptor, &bytes, bytes.count, off_t(position))
    while count < 0 && errno == EINTR {
      count = pread(descriptor, &bytes, bytes.count, off_t(position))
    }
    return Array(bytes.prefix(max(count, 0)))
  }
}

extension SentFile {
  /// Makes the file known below the work directory of this machine, where the worker looks for it:
  /// by a link, so that it is read where it is.
  /// - Parameter folder: The folder for such files.
  /// - Throws: `transport.data-file`.
  func link(in folder: String) throws(TransportError) {
    func failure(_ step: String) -> TransportError {
      TransportError(
        .dataFile, "\(step) for the data file '\(path)': \(String(cString: strerror(errno))).",
        remedy: "Look at the work directory of this machine.")
    }
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/\(part)"
      guard mkdir(made, 0o700) == 0 || errno == EEXIST || access(made, F_OK) == 0 else {
        throw failure("making \(made)")
      }
    }
    let place = "\(folder)/\(digest)"
    var status = stat()
    // A copy that another machine sent through a shared work directory is as good.
    if lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size == off_t(byteCount)
    {
      return
    }
    let temporary = "\(place).\(getpid()).new"
    unlink(temporary)
    guard symlink(path, temporary) == 0, rename(temporary, place) == 0 else {
      throw failure("linking \(place)")
    }
  }
}
