@preconcurrency import Dispatch
import Glibc
import Protocol
import Synchronization

/// Turns Ctrl-C and a polite kill into a stop that loses nothing.
///
/// The first signal is handed on: nothing more is handed out, what runs is collected. The second
/// ends the program at once; even then nothing is lost, because the workers go on and spool.
package final class Shutdown: Sendable {
  /// Ends with one element when the program is asked to stop.
  package let requests: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  /// Listens to SIGINT, SIGTERM and SIGHUP from now on.
  package init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    requests = stream
    let count = SignalCount()
    sources = [SIGINT, SIGTERM, SIGHUP].map { signal in
      Glibc.signal(signal, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
      source.setEventHandler { @Sendable in
        if count.increment() > 1 { _exit(ExitStatus.stopped.rawValue) }
        continuation.yield()
        continuation.finish()
      }
      source.resume()
      return source
    }
  }
}

/// How many signals came.
private final class SignalCount: Sendable {
  private let count = Mutex(0)

  func increment() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
