import Glibc

/// The system's load average over one minute, and what of it is a process's own.
enum LoadAverage {
  /// The time over which it is averaged, in seconds.
  static let averageSeconds = 60.0

  /// How many processes have run or wanted to run lately; `nil` where the system does not say.
  static var current: Double? { TextFile.read("/proc/loadavg").flatMap(minute(in:)) }

  /// The first number of `/proc/loadavg`.
  static func minute(in text: String) -> Double? {
    guard let load = text.split(whereSeparator: \.isWhitespace).first.flatMap({ Double($0) }),
      load.isFinite, load >= 0
    else { return nil }
    return load
  }
}

/// What our own slots have added to the load average.
///
/// The system's average follows what runs only slowly, and so does this one: a slot that has just
/// begun or ended is counted on both sides alike.
struct OwnLoad {
  /// The part of the load average that is our own.
  private(set) var value = 0.0
  private var seconds: Double

  /// Nothing has run until now, a time on the worker's clock, in seconds.
  init(seconds: Double) { self.seconds = seconds }

  /// Takes in that so many processes have run since the time before.
  mutating func advance(to now: Double, running count: Int) {
    let kept = exp(-max(0, now - seconds) / LoadAverage.averageSeconds)
    value = value * kept + Double(count) * (1 - kept)
    seconds = max(now, seconds)
  }
}

/// Whether trials may begin beside what others do on the machine.
struct LoadGate {
  /// How often the load is looked at, in seconds; the system computes it no oftener.
  static let lookSeconds = 5.0

  /// The load average of others above which no trial is begun.
  let limit: Double
  /// Whether the load was above the limit when it was last looked at.
  private(set) var isShut = false
  /// When it is to be looked at next, on the worker's clock, in seconds.
  private(set) var lookAt = -Double.infinity

  /// A gate that has not looked yet.
  init(limit: Double) { self.limit = limit }

  /// Takes in the load of others; `nil` where nobody knows it, which holds nothing up.
  /// - Returns: Words for the log when the gate opens or shuts.
  mutating func look(at now: Double, load: Double?) -> String? {
    lookAt = now + LoadGate.lookSeconds
    let shuts = load.map { $0 > limit } ?? false
    guard shuts != isShut else { return nil }
    isShut = shuts
    let words = load.map { "the load of others is \(hundredths($0))" } ?? "the load is unknown"
    return shuts
      ? "No trial is begun: \(words), above the limit of \(limit)."
      : "Trials are begun again: \(words); the limit is \(limit)."
  }

  private func hundredths(_ load: Double) -> Double { (load * 100).rounded() / 100 }
}
