import Glibc

/// What the system lets a slot use.
enum SlotLimits {
  /// The most bytes of a slot's log: a trial that writes without end fills no disk.
  static let logBytesMax: rlim_t = 1 << 20

  /// The limits that hold as long as the slot lives.
  static func setLasting() {
    // The image of a crashed trial would be large, and nobody would look at it.
    set(RLIMIT_CORE, soft: 0)
    set(RLIMIT_FSIZE, soft: logBytesMax)
    // Writing beyond it is an error then and not the end.
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Lets the process write larger files while a body does.
  static func withLargeFiles<Failure: Error>(
    _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    set(RLIMIT_FSIZE, soft: .max)
    defer { set(RLIMIT_FSIZE, soft: logBytesMax) }
    try body()
  }

  /// Limits the memory that the process may have of its own; `nil` for what the machine gives.
  static func setMemory(_ bytes: UInt64?) {
    set(RLIMIT_DATA, soft: bytes.map { rlim_t($0) } ?? .max)
  }

  private static func set(_ resource: __rlimit_resource, soft: rlim_t) {
    var limit = rlimit()
    // These calls fail only for arguments that are none.
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(soft, limit.rlim_max)
    setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
  }
}
