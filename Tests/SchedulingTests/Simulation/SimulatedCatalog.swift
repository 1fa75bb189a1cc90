import Protocol
import Scheduling

/// What the catalog would hold: it is written before anything is sent, and survives every fault.
struct SimulatedCatalog {
  enum Outcome: Hashable {
    case counted, failed, cancelled
  }

  /// An attempt that has no end yet.
  struct Open: Hashable {
    var attempt: AttemptNumber
    var node: NodeName
    var hasBegun = false
  }

  struct Trial {
    var outcome: Outcome?
    /// The numbers of its attempts, whoever gave them.
    var used: Set<UInt32> = []
    /// The last number that the scheduler gave.
    var handedLast: UInt32 = 0
    var failures: UInt32 = 0
    /// How often a worker died that trained it.
    var deaths = 0
    var open: [Open] = []
    /// Attempts that answered: what comes twice is noticed.
    var answered: Set<UInt32> = []
    /// Whether a node answered for an attempt that it was not given.
    var isLiedAbout = false
    var countedTimes = 0

    /// The trial as an event says it.
    func pending(_ id: TrialID, held: Open? = nil) -> PendingTrial {
      PendingTrial(
        trial: id, attempts: used.max() ?? 0, failures: failures,
        hasBegun: held?.hasBegun ?? false, held: held?.attempt)
    }
  }

  private(set) var trials: [Trial]

  init(trialCount: Int) {
    trials = Array(repeating: Trial(), count: trialCount)
  }

  /// The trials, numbered from 1.
  subscript(id: TrialID) -> Trial {
    get { trials[Int(id.rawValue) - 1] }
    set { trials[Int(id.rawValue) - 1] = newValue }
  }

  func isKnown(_ id: TrialID) -> Bool { (1...trials.count).contains(Int(id.rawValue)) }

  var ids: [TrialID] { (1...trials.count).map { TrialID(Int64($0)) } }

  /// Records that an attempt is handed out.
  /// - Returns: What is wrong with it; `nil` when nothing is.
  mutating func assign(
    _ assignment: Assignment, to node: NodeName, asCopy: Bool
  ) -> String? {
    let trial = self[assignment.trial]
    let number = assignment.attempt.rawValue
    let words = "trial \(assignment.trial.rawValue), attempt \(number), on \(node)"
    if let outcome = trial.outcome { return "\(words): handed out although it is \(outcome)" }
    if !trial.used.isDisjoint(with: [number]) { return "\(words): the number was used before" }
    if number <= trial.handedLast { return "\(words): after attempt \(trial.handedLast)" }
    if trial.open.count != (asCopy ? 1 : 0) {
      return "\(words): handed out \(asCopy ? "as a copy " : "")beside \(trial.open)"
    }
    if trial.open.contains(where: { $0.node == node }) { return "\(words): a copy on one node" }
    self[assignment.trial].used.insert(number)
    self[assignment.trial].handedLast = number
    self[assignment.trial].open.append(Open(attempt: assignment.attempt, node: node))
    return nil
  }

  /// Closes an attempt.
  /// - Returns: Whether a node was believed to hold it.
  @discardableResult
  mutating func close(_ assignment: Assignment, on node: NodeName) -> Bool {
    let count = self[assignment.trial].open.count
    self[assignment.trial].open.removeAll {
      $0.attempt == assignment.attempt && $0.node == node
    }
    return self[assignment.trial].open.count < count
  }

  mutating func noteRunning(_ assignment: Assignment, on node: NodeName) {
    for index in self[assignment.trial].open.indices
    where self[assignment.trial].open[index].attempt == assignment.attempt
      && self[assignment.trial].open[index].node == node
    {
      self[assignment.trial].open[index].hasBegun = true
    }
  }

  /// Records an answer; the first result counts, whichever attempt it is of.
  mutating func record(_ assignment: Assignment, isCompleted: Bool) {
    let number = assignment.attempt.rawValue
    self[assignment.trial].open.removeAll { $0.attempt == assignment.attempt }
    self[assignment.trial].used.insert(number)
    let isNew = self[assignment.trial].answered.insert(number).inserted
    guard isCompleted else {
      if isNew { self[assignment.trial].failures += 1 }
      return
    }
    if self[assignment.trial].outcome != .counted {
      self[assignment.trial].outcome = .counted
      self[assignment.trial].countedTimes += 1
    }
  }
}
