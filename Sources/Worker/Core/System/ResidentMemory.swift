import Glibc
import Kernel

/// The memory of this process that lies in the machine's.
enum ResidentMemory {
  /// Begins anew to look for the most: what an earlier trial took is not counted any more.
  static func beginPeak() {
    UnusedMemory.giveBack()
    do throws(SystemError) {
      try Descriptor.open("/proc/self/clear_refs", O_WRONLY).writeAll([UInt8(ascii: "5")])
    } catch {
      // Where the system has no such file, the peak is that of the process since its start.
    }
  }

  /// The most bytes since ``beginPeak()``.
  static var peakBytes: UInt64 {
    if let status = TextFile.read("/proc/self/status"), let bytes = peak(in: status) {
      return bytes
    }
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return UInt64(max(0, usage.ru_maxrss)) << 10
  }

  /// The high-water mark in the text of `/proc/PID/status`, in bytes.
  static func peak(in status: String) -> UInt64? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let words = line?.split { $0 == " " || $0 == "\t" } ?? []
    guard words.count == 3, words[2] == "kB" else { return nil }
    return UInt64(words[1]).map { $0 << 10 }
  }
}
