import Glibc
import Protocol

/// What the worker says of the machine that it runs on.
enum Machine {
  /// The machine's own identity, the same for every worker on it.
  ///
  /// The system's own identity is confidential (machine-id(5)), so it is hashed together with a
  /// word of ours. Where there is none, the identity of the running system stands in: it changes
  /// with every start of the machine.
  static var identity: String {
    for path in ["/etc/machine-id", "/var/lib/dbus/machine-id", "/proc/sys/kernel/random/boot_id"] {
      guard let text = TextFile.read(path) else { continue }
      let digits = text.filter(\.isHexDigit)
      guard digits.count == 32 else { continue }
      let digest = SHA256.digest("phasegrid machine \(digits)".utf8)
      return hexadecimal(of: digest.prefix(8))
    }
    return "unknown"
  }

  /// The logical processors that this process may use.
  static var processors: UInt16 {
    let allowed = TextFile.read("/proc/self/status").flatMap(processors(inStatus:))
    return allowed ?? UInt16(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// Counts what `Cpus_allowed_list` of a process's status lists, for instance `0-3,8`.
  static func processors(inStatus status: String) -> UInt16? {
    processorNumbers(inStatus: status).map { UInt16(clamping: $0.count) }
  }

  /// The logical processors that `Cpus_allowed_list` of a process's status lists; `nil` for none.
  static func processorNumbers(inStatus status: String) -> [Int]? {
    let name = "Cpus_allowed_list:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    var numbers: [Int] = []
    for range in line.dropFirst(name.count).filter({ !$0.isWhitespace }).split(separator: ",") {
      let ends = range.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first >= 0, last >= first,
        last <= Int(UInt16.max)
      else { return nil }
      numbers += first...last
    }
    return numbers.isEmpty ? nil : numbers
  }

  /// Whether the processor has what OpenBLAS's Haswell kernels and our own products need.
  static var hasFusedVectors: Bool {
    guard let text = TextFile.read("/proc/cpuinfo", countMax: 8 << 20) else { return true }
    guard let flags = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") }) else {
      return true
    }
    let words = flags.split(separator: " ")
    return words.contains("avx2") && words.contains("fma")
  }

  /// How many processes the system has killed since it started because memory ran out.
  static var outOfMemoryKills: UInt64? {
    guard let text = TextFile.read("/proc/vmstat") else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
    return line.flatMap { UInt64($0.dropFirst(9)) }
  }
}
