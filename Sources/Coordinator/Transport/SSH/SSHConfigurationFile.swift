import Glibc

/// The bytes of one file of the configuration.
enum SSHConfigurationFile {
  enum Content {
    case bytes([UInt8])
    case directory
  }

  /// Reads a file; there may be none.
  ///
  /// Of a trusted one it is not asked who may write it.
  static func content(of path: String, isTrusted: Bool) throws(TransportError) -> Content? {
    // Without O_NONBLOCK a pipe would be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw unreadable(path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else {
      throw unreadable(path, reason: String(cString: strerror(errno)))
    }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: return .directory
    default:
      // The usual way to say: no configuration.
      if path == "/dev/null" { return .bytes([]) }
      throw unreadable(path, reason: "it is not a file")
    }
    if !isTrusted { try checkWriters(path, facts) }
    return .bytes(try bytes(of: descriptor, path: path))
  }

  private static func bytes(
    of descriptor: Int32, path: String
  ) throws(TransportError) -> [UInt8] {
    // One byte more than may be there shows that a file is too large.
    let countMax = SSHConfigurationReader.fileBytesMax + 1
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < countMax {
      let count = Glibc.read(descriptor, &buffer, min(buffer.count, countMax - bytes.count))
      if count < 0 {
        if errno == EINTR { continue }
        throw unreadable(path, reason: String(cString: strerror(errno)))
      }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// Refuses a file that somebody else may write, as OpenSSH does: it can name a command to start.
  private static func checkWriters(_ path: String, _ facts: stat) throws(TransportError) {
    guard facts.st_uid == 0 || facts.st_uid == getuid() else {
      throw TransportError(
        .sshConfiguration, "\(path) belongs to another user, who could have a command started.",
        remedy: "Own the file: chown \(getuid()) '\(path)'.")
    }
    let othersWrite = facts.st_mode & S_IWOTH != 0
    let groupWrites = facts.st_mode & S_IWGRP != 0
    guard !othersWrite, !groupWrites || isPrivateGroup(facts.st_gid, of: facts.st_uid) else {
      throw TransportError(
        .sshConfiguration,
        "\(path) may be written by other users, who could have a command started.",
        remedy: "Take the right away: chmod go-w '\(path)'.")
    }
  }

  /// Whether a group is the one that systems make for a single user, under the user's own name.
  private static func isPrivateGroup(_ identifier: gid_t, of user: uid_t) -> Bool {
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    var account = passwd()
    var foundAccount: UnsafeMutablePointer<passwd>?
    guard
      getpwuid_r(user, &account, &buffer, buffer.count, &foundAccount) == 0, foundAccount != nil,
      account.pw_gid == identifier
    else { return false }
    let userName = String(cString: account.pw_name)
    var entry = group()
    var foundGroup: UnsafeMutablePointer<group>?
    guard
      getgrgid_r(identifier, &entry, &buffer, buffer.count, &foundGroup) == 0, foundGroup != nil,
      String(cString: entry.gr_name) == userName
    else { return false }
    var member = entry.gr_mem
    while let name = member?.pointee {
      if String(cString: name) != userName { return false }
      member = member?.advanced(by: 1)
    }
    return true
  }

  /// The error for a file that cannot be read.
  static func unreadable(_ path: String, reason: String) -> TransportError {
    TransportError(
      .sshConfiguration, "Cannot read the ssh configuration \(path): \(reason).",
      remedy: "Make the file readable, or name another as 'sshConfig:' in the cluster file.")
  }
}
