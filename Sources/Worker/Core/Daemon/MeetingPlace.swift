import Glibc
import Protocol

/// Where a worker's lock and socket are: on a local file system, under a short name.
///
/// The worker's directory may be on a network file system, where sockets and locks misbehave, and
/// its path may be longer than the 107 bytes that a socket's may have.
struct MeetingPlace: Sendable, Hashable {
  /// The directory, which nobody else may enter.
  let directory: String
  let name: String

  /// Held locked by the daemon.
  var lock: String { "\(directory)/\(name).lock" }
  /// Where the daemon listens.
  var socket: String { "\(directory)/\(name).sock" }

  /// The most bytes of a socket's path.
  static let socketPathBytesMax = 107

  /// Where the daemon of a directory may be, the place for a new one first.
  ///
  /// The runtime directory is not always known (a `cron` entry, a bare remote command), and may
  /// vanish when its user logs out, so a daemon is looked for in all of them.
  /// - Parameter path: The worker's directory without symbolic links.
  /// - Returns: At least one place, unless every path is too long for a socket.
  static func candidates(for path: String) -> [MeetingPlace] {
    let user = geteuid()
    var bases = ["/run/user/\(user)", "/tmp"]
    if let given = Environment.variable("XDG_RUNTIME_DIR"), given.hasPrefix("/") {
      bases.removeAll { $0 == given }
      bases.insert(given, at: 0)
    }
    let digest = hexadecimal(of: SHA256.digest(path.utf8).prefix(8))
    return bases.map { MeetingPlace(directory: "\($0)/phasegrid-\(user)", name: digest) }
      .filter { $0.socket.utf8.count <= socketPathBytesMax }
  }

  /// Where a new daemon of a directory listens: the first place that can be used.
  /// - Throws: `worker.runtime-directory`.
  static func prepared(for path: String) throws(WorkerError) -> MeetingPlace {
    var failure = WorkerError(
      .runtimeDirectory, "Every place for lock and socket has too long a path.",
      remedy: "Set XDG_RUNTIME_DIR to a local directory of your own.")
    for place in candidates(for: path) {
      do throws(WorkerError) {
        try place.prepare()
        return place
      } catch {
        failure = error
      }
    }
    throw failure
  }

  /// Makes the directory unless it is there, and checks that it is ours alone.
  /// - Throws: `worker.runtime-directory`.
  func prepare() throws(WorkerError) {
    var why: String?
    if mkdir(directory, 0o700) != 0 && errno != EEXIST {
      why = SystemError("making it").words
    } else {
      do throws(SystemError) {
        let opened = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        why = WorkerDirectory.fault(of: opened)
      } catch {
        why = error.words
      }
    }
    guard let why else { return }
    throw WorkerError(
      .runtimeDirectory, "The place '\(directory)' for lock and socket cannot be used: \(why).",
      remedy: "Set XDG_RUNTIME_DIR to a local directory of your own, or free that name.")
  }

  /// Connects to a daemon that listens here; `nil` when none does.
  ///
  /// Only a place of our own is asked: in one of somebody else's, the listener would be theirs.
  func connect() -> Descriptor? {
    do throws(SystemError) {
      let opened = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      guard WorkerDirectory.fault(of: opened) == nil else { return nil }
      let connection = try LocalSocket.make()
      return try LocalSocket.withAddress(socket) { Glibc.connect(connection.number, $0, $1) } == 0
        ? connection : nil
    } catch {
      // No directory, no socket, nobody who listens: the same to the caller.
      return nil
    }
  }
}

/// Sockets of the local machine.
enum LocalSocket {
  /// How many connections may wait to be taken.
  static let backlog: Int32 = 16

  static func make() throws(SystemError) -> Descriptor {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard number >= 0 else { throw SystemError("making a socket") }
    let made = Descriptor(number)
    try made.closeOnExec()
    return made
  }

  /// Listens at a path, in place of a socket that a killed daemon left there.
  static func listen(at path: String) throws(SystemError) -> Descriptor {
    let made = try make()
    unlink(path)
    guard try withAddress(path, { bind(made.number, $0, $1) }) == 0 else {
      throw SystemError("binding \(path)")
    }
    guard chmod(path, 0o600) == 0, Glibc.listen(made.number, backlog) == 0 else {
      throw SystemError("listening at \(path)")
    }
    try made.doNotBlock()
    return made
  }

  /// The next connection; `nil` when none waits.
  static func accept(from listener: Descriptor) throws(SystemError) -> Descriptor? {
    let number = Glibc.accept(listener.number, nil, nil)
    guard number >= 0 else { return nil }
    let connection = Descriptor(number)
    try connection.closeOnExec()
    try connection.doNotBlock()
    return connection
  }

  static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SystemError) -> Int32 {
    let bytes = Array(path.utf8)
    guard bytes.count <= MeetingPlace.socketPathBytesMax else {
      throw SystemError("the socket path \(path)", number: ENAMETOOLONG)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
