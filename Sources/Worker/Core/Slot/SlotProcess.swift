import Glibc
import Protocol

/// A slot as its daemon sees it: a process, the trials in it, and two streams.
final class SlotProcess {
  /// The most trials inside a slot, however short they are.
  static let depthMax = 16
  /// A slot is given as many trials as it is likely to train in this time, in seconds.
  static let depthSeconds = 0.02

  let index: SlotIndex
  /// How the process computes; what OpenBLAS reads when it is loaded is fixed by it.
  let profile: NumericProfile
  let process: pid_t
  let output: Descriptor
  private(set) var input: Descriptor?

  /// The trials inside, the running one first.
  private(set) var trials: [HeldTrial] = []
  /// When the first of them began, on the worker's clock, in seconds.
  private(set) var began = 0.0
  /// Since when it has trained nothing, on the worker's clock, in seconds; `nil` while it trains.
  private(set) var idleSince: Double?
  /// How far it steps back behind other processes; `nil` when that could not be set.
  private var nice: Int32?
  /// The trial for whose time limit the process was killed.
  private(set) var overdue: TrialKey?
  /// About how long its trials have taken lately, in seconds; `nil` before the first.
  private var trialSeconds: Double?
  private var decoder = FrameDecoder<FromSlot>(awaitsMagic: false)
  /// What has come of what the running trial keeps.
  private var parts = KeptPartCollector()
  private var unsent = OutputQueue()
  private var remarks: [String] = []
  /// The newest checkpoint of the running trial, by its steps and bytes.
  private(set) var checkpoint: (progress: UInt64, byteCount: UInt64)?

  /// Starts the process.
  init(
    _ index: SlotIndex, profile: NumericProfile, nice: Int32, log: String, files: String,
    checkpoints: String
  ) throws(SystemError) {
    self.index = index
    self.profile = profile
    let toSlot = try Descriptor.pipe()
    let fromSlot = try Descriptor.pipe()
    try toSlot.writing.doNotBlock()
    try fromSlot.reading.doNotBlock()
    let words = try Descriptor.open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW)
    var environment = NumericsCheck.environment(for: profile)
    // A crash is told by the signal; its image is not examined on the node.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process = try OwnProgram.spawn(
      ["slot", "\(index.rawValue)", "--files", files, "--checkpoints", checkpoints],
      environment: Environment.entries(changing: environment),
      streams: .init(
        input: toSlot.reading.number, output: fromSlot.writing.number, words: words.number))
    input = toSlot.writing
    output = fromSlot.reading
    idleSince = Clock.seconds
    setNice(nice)
    // What could not be set now cannot be set in another process either.
    self.nice = nice
  }

  /// Sets how far the process steps back behind others, if the system lets it.
  func setNice(_ wanted: Int32) {
    guard wanted != nice else { return }
    do throws(SystemError) {
      try Niceness.set(wanted, of: process)
      nice = wanted
    } catch {
      nice = nil  // Another process takes its place once it trains nothing.
    }
  }

  /// Whether a trial of this profile can be trained in this process, as nice as it is.
  func suits(_ profile: NumericProfile, _ nice: Int32) -> Bool {
    profile.openBLASCoreType == self.profile.openBLASCoreType && nice == self.nice
  }

  /// How many trials should be inside.
  ///
  /// Short trials follow each other without waiting for the daemon; a long one leaves those behind
  /// it where they can still be taken back.
  var depth: Int {
    guard let trialSeconds else { return 1 }
    return max(
      1, min(SlotProcess.depthMax, Int(SlotProcess.depthSeconds / max(trialSeconds, 1e-9))))
  }

  /// When the running trial exceeds its time limit; `nil` without a limit.
  var deadline: Double? {
    guard overdue == nil, let limit = trials.first?.common.shard.limits.timeSeconds else {
      return nil
    }
    return began + limit
  }

  func send(_ trial: HeldTrial) {
    if trials.isEmpty { began = Clock.seconds }
    idleSince = nil
    trials.append(trial)
    unsent.append(FrameEncoder.frame(trial.message))
  }

  /// Gives a trial that is inside a later attempt number, under which its result will be reported.
  func renumber(_ trial: TrialAttempt) -> Bool {
    guard let index = trials.firstIndex(where: { $0.trial.key == trial.key }) else { return false }
    trials[index].trial = trial
    return true
  }

  /// Whether bytes wait for the process to take them.
  var hasUnsent: Bool { !unsent.isEmpty }

  func flush() {
    guard let input else { return }
    // A slot that has died takes nothing; its end is noticed where its results come from.
    do throws(SystemError) { try unsent.flush(to: input) } catch { self.input = nil }
  }

  /// What came of reading from a slot.
  enum Hearing {
    /// It lives.
    case alive
    /// It has ended, or says what no slot says.
    case ended
  }

  /// Takes the results that the process has sent.
  func hear(_ results: inout [TrialResult]) -> Hearing {
    do {
      while true {
        var bytes: [UInt8] = []
        let reading = try output.read(into: &bytes, countMax: 64 << 10)
        decoder.append(bytes)
        while let message = try decoder.next() {
          guard case .finished(var result) = message else {
            try take(message)
            continue
          }
          guard let first = trials.first, first.trial.key == result.key else { return .ended }
          trials.removeFirst()
          checkpoint = nil
          began = Clock.seconds
          if trials.isEmpty { idleSince = began }
          trialSeconds = max(result.wallSeconds, (trialSeconds ?? 0) / 2)
          result.kept = try parts.take(
            for: TrialAttempt(key: result.key, attempt: result.attempt))
          result.attempt = first.trial.attempt
          results.append(result)
        }
        switch reading {
        case .bytes(let count): if count < 64 << 10 { return .alive }
        case .nothingYet: return .alive
        case .end: return .ended
        }
      }
    } catch {
      return .ended
    }
  }

  /// Takes what is no result.
  private func take(_ message: FromSlot) throws(FrameError) {
    switch message {
    case .finished: break
    case .part(let part): try parts.add(part)
    case .checkpoint(let key, let progress, let byteCount):
      guard trials.first?.trial.key == key else { return }
      checkpoint = (progress, byteCount)
    case .remark(let words): remarks.append(words)
    }
  }

  /// The remarks that have come, once.
  func takeRemarks() -> [String] {
    defer { remarks = [] }
    return remarks
  }

  /// Kills the process because its running trial takes too long.
  func killOverdue() {
    overdue = trials.first?.trial.key
    kill(process, SIGKILL)
  }

  /// Ends the process, and waits until it is gone.
  /// - Returns: Its status as `waitpid` gives it.
  func end() -> Int32 {
    var status: Int32 = 0
    // One that has closed its stream is about to be gone; one that is not is in the way.
    for _ in 0..<200 {
      if waitpid(process, &status, WNOHANG) == process { return status }
      usleep(500)
    }
    kill(process, SIGKILL)
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  /// Ends a process that trains nothing.
  func stop() {
    kill(process, SIGKILL)
    _ = end()
  }
}
