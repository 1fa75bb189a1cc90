import Glibc

/// How far processes step back behind others.
enum Niceness {
  /// The most that can be asked for.
  static let max: UInt8 = 19

  /// How far this process steps back.
  static var own: Int32 { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }

  /// Sets how far a process steps back, before it has threads of its own that matter.
  /// - Throws: ``SystemError``, because only the superuser may let a process come forward again.
  static func set(_ nice: Int32, of process: pid_t) throws(SystemError) {
    guard setpriority(Int32(PRIO_PROCESS.rawValue), id_t(process), nice) == 0 else {
      throw SystemError("making process \(process) nice")
    }
  }

  /// Sets how far everything in this session steps back behind other sessions.
  ///
  /// Where the system groups processes by their session, it compares the nice of a process only
  /// within the session: beside people at their terminals, this is what counts.
  /// - Throws: ``SystemError``; not where the system does not group.
  static func setOfSession(_ nice: Int32) throws(SystemError) {
    guard access("/proc/self/autogroup", F_OK) == 0 else { return }
    let file = try Descriptor.open("/proc/self/autogroup", O_WRONLY)
    _ = try file.write(Array("\(nice)\n".utf8)[...])
  }
}
