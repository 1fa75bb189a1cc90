import Glibc
import Protocol

/// This machine, as far as its nodes and its user's files are concerned.
enum LocalNode {
  /// The directory of this machine's worker for one catalog.
  ///
  /// Homes are often one file system for many machines, so each machine has a folder of its own.
  /// - Parameters:
  ///   - catalog: The catalog that the worker serves.
  ///   - workDirectory: As a cluster file says it; `nil` for `$PHASEGRID_WORK_DIRECTORY`, else
  ///     `~/.cache/phasegrid`.
  /// - Returns: An absolute path.
  static func directory(of catalog: UniqueID, below workDirectory: String?) -> String {
    "\(self.workDirectory(named: workDirectory))/\(machineName)/\(catalog)"
  }

  /// Where everything of ours is on this machine.
  /// - Parameter name: As a cluster file says it; `nil` for `$PHASEGRID_WORK_DIRECTORY`, else
  ///   `~/.cache/phasegrid`.
  /// - Returns: An absolute path.
  static func workDirectory(named name: String?) -> String {
    expanded(name) ?? standardWorkDirectory
  }

  /// The user's home directory.
  static var home: String? { getenv("HOME").map { String(cString: $0) } }

  /// The user's name on this machine.
  static var userName: String {
    if let entry = getpwuid(getuid()) { return String(cString: entry.pointee.pw_name) }
    return getenv("USER").map { String(cString: $0) } ?? "\(getuid())"
  }

  /// This machine's name on the network.
  static var hostName: String {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: name.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func expanded(_ path: String?) -> String? {
    guard let path, path == "~" || path.hasPrefix("~/") else { return path }
    return (home ?? "") + path.dropFirst()
  }

  private static var standardWorkDirectory: String {
    if let named = getenv("PHASEGRID_WORK_DIRECTORY") { return String(cString: named) }
    if let home { return home + "/.cache/phasegrid" }
    return "/tmp/phasegrid-\(getuid())"
  }

  /// A name for this machine that says nothing about it.
  private static var machineName: String {
    String(hexadecimal(of: SHA256.digest(hostName.utf8)).prefix(12))
  }
}
