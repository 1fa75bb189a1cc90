import CatalogStore
import Protocol

/// The sweep's counts, kept up to date without asking the catalog.
struct Tally: Sendable {
  private var total = 0
  private var completed = 0
  private var diverged = 0
  private var failed = 0
  /// Those of the above whose training kept less than is asked for.
  private var unkept = 0
  private var meter = RateMeter()

  init() {}

  init(_ counts: SweepCounts) { recount(counts) }

  /// Takes over what the catalog says.
  mutating func recount(_ counts: SweepCounts) {
    total = counts.trials
    completed = counts.completed
    diverged = counts.diverged
    failed = counts.failed
    unkept = counts.unkept
  }

  /// A trial with a result was trained again for what is to be kept of it.
  mutating func countKept() { unkept = max(0, unkept - 1) }

  mutating func count(_ outcome: TrialOutcome, hasKept: Bool = true) {
    if !hasKept { unkept += 1 }
    switch outcome {
    case .completed: completed += 1
    case .diverged: diverged += 1
    case .failed: failed += 1
    }
  }

  mutating func progress(running: Int, nodesReady: Int, nodes: Int, at seconds: Double) -> Progress
  {
    var progress = Progress()
    progress.total = total
    progress.completed = completed
    progress.diverged = diverged
    progress.failed = failed
    progress.done = completed + diverged + failed - unkept
    progress.running = running
    progress.nodesReady = nodesReady
    progress.nodes = nodes
    meter.mark(done: progress.done, at: seconds)
    progress.perSecond = meter.perSecond
    progress.remainingSeconds = meter.perSecond.map { Double(total - progress.done) / $0 }
    return progress
  }
}
