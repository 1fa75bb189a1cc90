/// Lets a bounded number of log-ins happen at the same time; the others wait for their turn.
///
/// A stock SSH server drops connections when more than ten wait to be let in.
actor LoginGate {
  private let countMax: Int
  private var count = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A gate for so many at once.
  init(countMax: Int) {
    self.countMax = countMax
  }

  /// Does something while holding one of the places.
  func pass<Value: Sendable>(
    _ body: @Sendable () async -> Value
  ) async -> Value {
    if count < countMax {
      count += 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
    let value = await body()
    // A place that is handed on stays counted.
    if waiting.isEmpty { count -= 1 } else { waiting.removeFirst().resume() }
    return value
  }
}
