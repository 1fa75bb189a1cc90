import Orchestration
import Synchronization

/// Shows a person how a sweep goes: one line that is rewritten on a terminal, plain lines elsewhere.
final class ProgressDisplay: ProgressListener {
  private struct Shown {
    var last = Progress()
    var lastSeconds = -Double.infinity
    var hasLine = false
    var hasBegun = false
  }

  private let shown = Mutex(Shown())
  private let isTerminal: Bool
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant

  /// How often a plain line is written, in seconds.
  private static let plainSeconds = 10.0
  /// How often the line on a terminal is rewritten, in seconds.
  private static let terminalSeconds = 0.2

  init(isTerminal: Bool) {
    self.isTerminal = isTerminal
    began = clock.now
  }

  func progress(_ progress: Progress) {
    let passed = began.duration(to: clock.now).components
    let seconds = Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
    shown.withLock { shown in
      let pause = isTerminal ? ProgressDisplay.terminalSeconds : ProgressDisplay.plainSeconds
      // The last line must be right, however soon it comes after the one before.
      let isEnd = progress.done == progress.total && progress.done != shown.last.done
      guard seconds - shown.lastSeconds >= pause || isEnd else { return }
      // A plain log does not repeat a line that says nothing new.
      guard isTerminal || progress.done != shown.last.done || !shown.hasBegun else { return }
      shown.lastSeconds = seconds
      shown.last = progress
      shown.hasBegun = true
      let line = ProgressDisplay.line(progress)
      Output.write(isTerminal ? "\r\u{1b}[K" + line : line + "\n", to: 2)
      shown.hasLine = isTerminal
    }
  }

  func notice(_ text: String) {
    shown.withLock { shown in
      if shown.hasLine { Output.write("\r\u{1b}[K", to: 2) }
      shown.hasLine = false
      Output.say(text)
    }
  }

  /// Leaves the terminal's line.
  func finish() {
    shown.withLock { shown in
      if shown.hasLine { Output.write("\n", to: 2) }
      shown.hasLine = false
    }
  }

  /// One line: done and total, rate, failures, time left.
  static func line(_ progress: Progress) -> String {
    let share = progress.total == 0 ? 100 : progress.done * 100 / progress.total
    var parts = ["\(progress.done)/\(progress.total) trials (\(share) %)"]
    if let rate = progress.perSecond { parts.append("\(Numeral.decimal(rate)) a second") }
    if progress.running > 0 { parts.append("\(progress.running) running") }
    if progress.diverged > 0 { parts.append("\(progress.diverged) diverged") }
    if progress.failed > 0 { parts.append("\(progress.failed) failed") }
    if progress.nodesReady < progress.nodes, progress.done < progress.total {
      parts.append("\(progress.nodesReady) of \(progress.nodes) nodes")
    }
    if progress.done < progress.total, let left = progress.remainingSeconds {
      parts.append("\(Numeral.duration(left)) left")
    }
    return parts.joined(separator: ", ")
  }
}
