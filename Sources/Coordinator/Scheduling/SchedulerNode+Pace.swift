import Protocol

// What the slots of a node do, as far as its results tell.
extension SchedulerNode {
  /// A trial has ended that took so long: its slot goes on with the next one.
  mutating func slotBecameFree(trialSeconds: Double, at time: Double) {
    let began = time - trialSeconds
    // The slot is the one whose beginning fits best.
    if let slot = begins.indices.min(by: { abs(begins[$0] - began) < abs(begins[$1] - began) }) {
      begins.remove(at: slot)
    }
    fillSlots(at: time)
  }

  /// Slots without a trial begin what is there.
  mutating func fillSlots(at time: Double) {
    emptySlots()
    guard connection == .ready else { return }
    while begins.count < min(usableSlots, holdings.count) { begins.append(time) }
  }

  /// No more slots are busy than there are trials.
  mutating func emptySlots() {
    let busy = min(usableSlots, holdings.count)
    if begins.count > busy { begins.removeLast(begins.count - busy) }
  }
}

/// How quickly a node gets through trials from one moment on: plain numbers, made for one decision.
struct NodePace {
  let index: Int
  let slots: Int
  /// The mean time of its trials, in seconds.
  let trialSeconds: Double
  /// How much longer than the mean its last trial may well take, in seconds: trials differ, and a
  /// long one that a slow node begins late is what everybody waits for.
  let reserveSeconds: Double
  /// When the first trial that is sent now can begin there, in seconds from now.
  let delaySeconds: Double
  /// What it holds and is to get from other nodes, without what it was asked to give back.
  let stock: Int
  /// How long its busy slots still need for what they train, in seconds.
  let busySeconds: [Double]

  init(
    _ node: SchedulerNode, index: Int, typicalSeconds: Double, policy: SchedulerPolicy,
    at time: Double
  ) {
    self.index = index
    slots = node.usableSlots
    trialSeconds = node.meanSeconds.value ?? typicalSeconds
    reserveSeconds = node.meanSeconds.deviation * policy.reserveDeviations
    delaySeconds = policy.pauseSeconds(latencySeconds: node.latencySeconds)
    stock = node.holdings.count + node.expected - (node.wave?.count ?? 0)
    let mean = trialSeconds
    busySeconds = node.begins.map { begin in
      // One that has taken longer than the mean will, by experience, take longer still.
      let passed = max(0, time - begin)
      return max(mean - passed, (passed - mean) / 2)
    }
  }

  /// Trials in each second.
  var rate: Double { Double(slots) / trialSeconds }

  /// The time until everything that it holds is trained.
  var drainSeconds: Double {
    let queued = max(0, stock - busySeconds.count)
    guard slots > 0 else { return queued > 0 ? .infinity : 0 }
    let rounds = (queued + slots - 1) / slots
    let busy = busySeconds.reduce(0, +) / Double(slots)
    return busy + Double(rounds) * trialSeconds + reserveSeconds
  }

  /// How many trials it can have trained after so many seconds; what has begun is its own.
  func trained(within wholeSeconds: Double) -> Int {
    guard slots > 0 else { return 0 }
    let seconds = wholeSeconds - reserveSeconds
    let rounds = seconds / trialSeconds
    // Far from the end the steps of single trials do not matter.
    if rounds > 16 {
      let busy = busySeconds.reduce(0) { $0 + min($1, seconds) }
      let lost = busy + min(delaySeconds, seconds) * Double(slots - busySeconds.count)
      let whole = (Double(slots) * seconds - lost) / trialSeconds
      return max(busySeconds.count, Int(min(whole + Double(busySeconds.count) * 0.5, 1e9)))
    }
    var count = 0
    for busy in busySeconds {
      count += seconds < busy ? 1 : 1 + Int((seconds - busy) / trialSeconds + 1e-9)
    }
    let idle = slots - busySeconds.count
    if idle > 0, seconds > delaySeconds {
      count += idle * Int((seconds - delaySeconds) / trialSeconds + 1e-9)
    }
    return count
  }
}
