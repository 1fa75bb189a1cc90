import Glibc
package import Protocol
import Transport

/// This machine as a node of a sweep.
package enum LocalNode {
  /// This machine's worker for one catalog.
  ///
  /// Its directory is `$PHASEGRID_WORK_DIRECTORY`, else `~/.cache/phasegrid`, and in it one folder
  /// for each machine and catalog: homes are often one file system for many machines.
  /// - Parameters:
  ///   - catalog: The catalog that the worker serves.
  ///   - slots: How many trials it trains at once.
  /// - Returns: The node, called `local`.
  /// - Throws: ``TransportError`` `transport.no-worker`.
  package static func make(catalog: UniqueID, slots: Int) throws -> SweepNode {
    let launcher = LocalLauncher(
      program: try WorkerProgram.find(),
      directory: "\(workDirectory)/\(machineName)/\(catalog)")
    return SweepNode(launcher: launcher, slots: slots)
  }

  private static var workDirectory: String {
    if let named = getenv("PHASEGRID_WORK_DIRECTORY") { return String(cString: named) }
    if let home = getenv("HOME") { return String(cString: home) + "/.cache/phasegrid" }
    return "/tmp/phasegrid-\(getuid())"
  }

  /// A name for this machine that says nothing about it.
  private static var machineName: String {
    var name = utsname()
    uname(&name)
    let host = withUnsafeBytes(of: name.nodename) { Array($0.prefix { $0 != 0 }) }
    return String(hexadecimal(of: SHA256.digest(host)).prefix(12))
  }
}
