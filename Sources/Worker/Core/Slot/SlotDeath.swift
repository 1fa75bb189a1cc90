import Glibc
import Protocol

/// What the end of a slot says about the trial that it was training.
enum SlotDeath {
  /// What came of the attempt.
  /// - Parameters:
  ///   - status: As `waitpid` gives it.
  ///   - log: Where the slot's standard error went.
  ///   - memoryRanOut: Whether the system has killed processes for memory lately.
  /// - Returns: A failure, for lack of memory or for a crash, with the slot's last words.
  static func outcome(status: Int32, log: String, memoryRanOut: Bool) -> TrialOutcome {
    let words = TextFile.tail(log, countMax: Limits.failureLogBytesMax - 256)
    let end = description(of: status)
    let wasKilled = status & 0x7f == SIGKILL
    if memoryRanOut, wasKilled {
      return .failed(.memory, "The machine's memory ran out: \(end).")
    }
    let text = words.isEmpty ? "The slot ended: \(end)." : "The slot ended: \(end); \(words)"
    let isMemory = memoryWords.contains { words.contains($0) }
    return .failed(isMemory ? .memory : .crashed, text)
  }

  /// What Swift, glibc and OpenBLAS say when they get no memory.
  private static let memoryWords = [
    "failed to allocate", "Cannot allocate memory", "out of memory", "Out of memory",
    "allocate too many memory regions", "malloc failed",
  ]

  private static func description(of status: Int32) -> String {
    let signal = status & 0x7f
    guard signal != 0 else { return "exit status \((status >> 8) & 0xff)" }
    return "signal \(signal) (\(String(cString: strsignal(signal))))"
  }
}
