import Glibc

/// The locks that a daemon holds and the socket at which it listens.
final class Meeting {
  private(set) var listener: Descriptor
  private let place: MeetingPlace
  /// `nil` where the directory's file system cannot lock.
  private let directoryLock: FileLock?
  private var lock: FileLock
  private var identity: SocketIdentity?

  /// Which file a socket's path leads to.
  private struct SocketIdentity: Equatable {
    var device: dev_t
    var inode: ino_t

    init?(_ path: String) {
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      (device, inode) = (status.st_dev, status.st_ino)
    }
  }

  /// Takes the locks of a directory and listens.
  ///
  /// The directory itself is locked too, where that works: two daemons that were started with
  /// different runtime directories would not see each other's other lock.
  /// - Returns: `nil` when another daemon has them.
  /// - Throws: ``WorkerError`` `worker.runtime-directory` or `worker.start`.
  init?(for directory: WorkerDirectory, at place: MeetingPlace) throws(WorkerError) {
    try place.prepare()
    var directoryLock: FileLock?
    do throws(SystemError) {
      directoryLock = try FileLock.take(directory.lock)
      if directoryLock == nil { return nil }
    } catch {
      // Some network file systems lock nothing; the local lock remains.
      guard [ENOLCK, EOPNOTSUPP, ENOSYS].contains(error.number) else {
        throw Meeting.failure(directory, error)
      }
    }
    do throws(SystemError) {
      guard let lock = try FileLock.take(place.lock) else { return nil }
      self.lock = lock
      listener = try LocalSocket.listen(at: place.socket)
    } catch {
      throw Meeting.failure(directory, error)
    }
    self.directoryLock = directoryLock
    self.place = place
    identity = SocketIdentity(place.socket)
  }

  /// Makes lock and socket anew when they are gone: a runtime directory vanishes when its user logs
  /// out, and old files in `/tmp` are cleaned away.
  func restore(_ log: WorkerLog) {
    let found = SocketIdentity(place.socket)
    guard !lock.isInPlace || found == nil || found != identity else { return }
    do {
      try place.prepare()
      if !lock.isInPlace {
        guard let taken = try FileLock.take(place.lock) else { return }
        lock = taken
      }
      listener = try LocalSocket.listen(at: place.socket)
      identity = SocketIdentity(place.socket)
      log.write("The socket had vanished; listening at \(place.socket) again.")
    } catch {
      log.write("The socket has vanished and cannot be made again: \(error)")
    }
  }

  /// Removes lock and socket.
  func remove() {
    unlink(place.socket)
    unlink(place.lock)
  }

  private static func failure(_ directory: WorkerDirectory, _ error: SystemError) -> WorkerError {
    WorkerError(
      .start, "The worker of '\(directory.path)' cannot be started: \(error.words).",
      remedy: "Look at that file and at the permissions above it.")
  }
}
