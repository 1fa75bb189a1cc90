import Protocol

// Looking ahead.
extension Scheduler {
  /// How a node gets on from this moment.
  func pace(of index: Int, _ time: Double) -> NodePace {
    NodePace(
      state.nodes[index], index: index, typicalSeconds: typicalSeconds, policy: policy, at: time)
  }

  /// How many trials a node should hold so that nobody waits for it at the end.
  mutating func share(of index: Int, _ time: Double) -> Int {
    let leftSeconds = outlook(time).endsAt - time
    return pace(of: index, time).trained(within: leftSeconds * (1 + 1e-6))
  }

  /// The present outlook; it is worked out again when a node has come or gone, and now and then.
  mutating func outlook(_ time: Double) -> Outlook {
    if let known = state.outlook, time - known.madeAt < policy.outlookSeconds { return known }
    let made = makeOutlook(time)
    state.outlook = made
    return made
  }

  /// Looks ahead to the end of everything that waits and that nodes which are there hold.
  private func makeOutlook(_ time: Double) -> Outlook {
    var paces: [NodePace] = []
    var left = state.waitingCount
    for index in state.nodes.indices where state.nodes[index].takesTrials && !isSuspect(index) {
      left += state.nodes[index].holdings.count
      paces.append(pace(of: index, time))
    }
    guard left > 0, !paces.isEmpty else { return Outlook(madeAt: time, endsAt: time) }
    func isEnough(_ seconds: Double) -> Bool {
      var count = 0
      for pace in paces {
        count += pace.trained(within: seconds)
        if count >= left { return true }
      }
      return false
    }
    var lower = 0.0
    var upper = max(1e-6, Double(left) / paces.reduce(0) { $0 + $1.rate })
    while !isEnough(upper), upper < 1e12 {
      lower = upper
      upper *= 1.5
    }
    for _ in 0..<12 {
      let middle = (lower + upper) / 2
      if isEnough(middle) { upper = middle } else { lower = middle }
    }
    return Outlook(madeAt: time, endsAt: time + upper)
  }
}
