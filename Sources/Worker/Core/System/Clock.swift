import Glibc

/// The clocks that the worker reads.
enum Clock {
  /// Seconds on a clock that never goes back and that stands while the machine sleeps: a closed
  /// laptop uses up no trial's time limit.
  static var seconds: Double { read(CLOCK_MONOTONIC) }

  /// Processor time of this process, in seconds.
  static var processorSeconds: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Microseconds since 1970 by the machine's clock.
  static var microsecondsSince1970: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// The date and time of day in UTC, for logs.
  static var text: String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    let (year, month) = (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1)
    return "\(year)-\(two(month))-\(two(Int(parts.tm_mday)))T"
      + "\(two(Int(parts.tm_hour))):\(two(Int(parts.tm_min))):\(two(Int(parts.tm_sec)))Z"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
