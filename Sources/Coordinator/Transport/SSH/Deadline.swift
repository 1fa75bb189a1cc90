import Dispatch
import Synchronization

/// Does something once after a time, unless it is cancelled before.
final class Deadline: Sendable {
  private enum State {
    case waiting, passed, cancelled
  }

  private let state = Mutex(State.waiting)

  /// A deadline that begins now.
  init(seconds: Double, whenPassed action: @escaping @Sendable () -> Void) {
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak self] in
      let isDue = self?.state.withLock { state in
        guard state == .waiting else { return false }
        state = .passed
        return true
      }
      if isDue == true { action() }
    }
  }

  /// Takes it back.
  func cancel() {
    state.withLock { if $0 == .waiting { $0 = .cancelled } }
  }

  /// Whether it has passed without being cancelled.
  var hasPassed: Bool { state.withLock { $0 == .passed } }
}
