import Glibc

/// The directory of one worker: its spool and its logs.
struct WorkerDirectory: Sendable {
  /// The path without symbolic links.
  let path: String

  /// The file with the results that no coordinator has acknowledged.
  var spool: String { path + "/spool" }
  /// What the daemon says.
  var log: String { path + "/worker.log" }
  /// Kept locked by the daemon, where the file system can lock.
  var lock: String { path + "/lock" }
  /// The files of users that trials read, each called by its SHA-256: in the work directory, which
  /// holds a folder for every machine, and in it one such directory for every catalog.
  var files: String {
    path.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/files"
  }
  /// What a slot's trial writes to standard error.
  func slotLog(_ index: Int) -> String { "\(path)/slot-\(index).log" }

  /// Makes the directory, and those above it, unless they are there, and checks that it is ours
  /// alone.
  /// - Parameter name: The path as it was given, absolute or not.
  /// - Throws: ``WorkerError`` `worker.directory`.
  init(preparing name: String) throws(WorkerError) {
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw WorkerDirectory.unusable(name, "it is no path", remedy: "Name a directory.")
    }
    let parts = name.split(separator: "/")
    var made = name.hasPrefix("/") ? "" : "."
    for part in parts {
      made += "/\(part)"
      guard mkdir(made, 0o700) == 0 || errno == EEXIST || access(made, F_OK) == 0 else {
        throw WorkerDirectory.unusable(
          name, SystemError("making \(made)").words,
          remedy: "Name a directory that can be made.")
      }
    }
    try self.init(checking: made.isEmpty ? "/" : made, name: name)
  }

  private init(checking made: String, name: String) throws(WorkerError) {
    var fault: String?
    do throws(SystemError) {
      // A symbolic link as the last part could be turned to another place while we use it.
      let directory = try Descriptor.open(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      fault = WorkerDirectory.fault(of: directory)
    } catch {
      let isOther = error.number == ELOOP || error.number == ENOTDIR
      fault = isOther ? "it is a symbolic link or no directory" : error.words
    }
    if let fault {
      throw WorkerDirectory.unusable(
        name, fault, remedy: "Name a directory of your own, or 'chmod 700' it.")
    }
    guard let real = realpath(made, nil) else {
      throw WorkerDirectory.unusable(
        name, SystemError("resolving it").words, remedy: "Name a directory of your own.")
    }
    defer { free(real) }
    path = String(cString: real)
  }

  /// What is wrong with an open directory that should be ours alone; `nil` for nothing.
  static func fault(of directory: Descriptor) -> String? {
    var status = stat()
    guard fstat(directory.number, &status) == 0 else { return SystemError("fstat").words }
    guard status.st_uid == geteuid() else {
      return "it belongs to user \(status.st_uid), not to user \(geteuid())"
    }
    guard status.st_mode & 0o077 == 0 else {
      return "others may enter it: its mode is \(String(status.st_mode & 0o7777, radix: 8))"
    }
    return nil
  }

  /// Removes our own files, and the directory if nothing else is in it.
  ///
  /// A damaged spool that was set aside stays, and so does the directory then: somebody may want to
  /// look at it.
  func remove(slotCount: Int) {
    CheckpointFolder(path: path).removeAll()
    for file in [spool, log] + (0..<slotCount).map(slotLog) + [lock] { unlink(file) }
    rmdir(path)
  }

  private static func unusable(_ name: String, _ why: String, remedy: String) -> WorkerError {
    WorkerError(
      .directory, "The worker's directory '\(name)' cannot be used: \(why).", remedy: remedy)
  }
}
