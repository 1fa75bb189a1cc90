import ArgumentParser
import CatalogStore
import Glibc
import Protocol
import Scheduling

/// How a sweep stands when a command that drove it ends.
struct SweepEnd {
  let sweep: SweepRecord
  let counts: SweepCounts
  let reason: EndReason

  /// Tells it, and ends the command with the status that fits.
  func tell(asJSON isJSON: Bool) throws {
    if isJSON { Output.json(json) } else { Output.say(words) }
    if reason == .stopped { throw ExitCode(ExitStatus.stopped.rawValue) }
    if counts.failed > 0 || counts.unkept > 0 { throw ExitCode(ExitStatus.someFailed.rawValue) }
  }

  private var words: String {
    let name = sweep.definition.name
    var words = "Sweep '\(name)': \(counts.completed) of \(counts.trials) trials completed"
    if counts.completedByCap > 0 { words += " (\(counts.completedByCap) of them not converged)" }
    if counts.diverged > 0 { words += ", \(counts.diverged) diverged" }
    if counts.failed > 0 { words += ", \(counts.failed) failed" }
    if counts.unfinished > 0 {
      words += ", \(counts.unfinished) to go; 'phasegrid resume \(name)' goes on"
    }
    if counts.unkept > 0 {
      words +=
        ", \(counts.unkept) without what is to be kept of them;"
        + " 'phasegrid resume \(name)' trains them again for it"
    }
    return words + "."
  }

  /// The counts, and what this process used.
  private var json: JSONValue {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
    return [
      "sweep": .string(sweep.definition.name), "ending": .string(reason.rawValue),
      "counts": counts.json,
      "coordinator": [
        "cpuSeconds": .real(seconds),
        // Linux counts in kibibytes.
        "peakMemoryBytes": .integer(Int64(usage.ru_maxrss) * 1024),
      ],
    ]
  }
}
