import Glibc
import Synchronization

/// One command on a node, with its three streams.
package final class SSHChannel: Sendable {
  /// So many bytes may wait to be sent before a writer has to wait.
  static let unsentBytesMax = 1 << 20
  /// So many bytes are read ahead of whoever takes them.
  static let unreadBytesMax = 4 << 20
  /// So many bytes of standard error are kept.
  static let complaintBytesMax = 4 << 10

  /// What a writer and the session's thread share.
  private struct Unsent {
    var byteCount = 0
    var isClosed = false
    var writer: CheckedContinuation<Void, Never>?
  }

  /// What a command has complained of, and why it was cut off.
  private struct Heard {
    var complaints: [UInt8] = []
    var failure: TransportError?
  }

  let number: Int
  let output: ByteMailbox
  private let session: SSHSession
  private let unsent = Mutex(Unsent())
  private let heard = Mutex(Heard())

  init(number: Int, session: SSHSession) {
    self.number = number
    self.session = session
    output = ByteMailbox { session.wake() }
  }

  /// The next piece of standard output; `nil` at its end.
  package func read() async -> [UInt8]? { await output.next() }

  /// Sends bytes without waiting.
  package func send(_ bytes: [UInt8]) {
    let isOpen = unsent.withLock { unsent in
      unsent.byteCount += bytes.count
      return !unsent.isClosed
    }
    if isOpen { session.ask(.write(number, bytes)) }
  }

  /// Sends bytes, after a wait while many others are on their way.
  /// - Throws: `ssh.lost` when the connection or the command has ended.
  package func write(_ bytes: [UInt8]) async throws(TransportError) {
    await withCheckedContinuation { continuation in
      let mustWait = unsent.withLock { unsent in
        guard unsent.byteCount >= SSHChannel.unsentBytesMax, !unsent.isClosed else { return false }
        unsent.writer = continuation
        return true
      }
      if !mustWait { continuation.resume() }
    }
    guard !unsent.withLock({ $0.isClosed }) else { throw failure ?? session.lost() }
    send(bytes)
  }

  /// Ends standard input once everything has been sent.
  package func endInput() { session.ask(.endInput(number)) }

  /// Ends the command's streams; what it does then is its own affair.
  package func close() { session.ask(.close(number)) }

  /// The last of what the command wrote to standard error.
  package var complaints: String {
    String(decoding: heard.withLock { $0.complaints }, as: UTF8.self)
  }

  /// Why the streams ended, when it was not by the command's own end.
  package var failure: TransportError? { heard.withLock { $0.failure } }
}

// What the session's thread does with it.
extension SSHChannel {
  func sent(_ count: Int) {
    let writer = unsent.withLock { unsent -> CheckedContinuation<Void, Never>? in
      unsent.byteCount -= count
      guard unsent.byteCount < SSHChannel.unsentBytesMax else { return nil }
      defer { unsent.writer = nil }
      return unsent.writer
    }
    writer?.resume()
  }

  func complained(_ bytes: [UInt8]) {
    heard.withLock { heard in
      heard.complaints = (heard.complaints + bytes).suffix(SSHChannel.complaintBytesMax)
    }
  }

  func ended(_ failure: TransportError?) {
    heard.withLock { $0.failure = $0.failure ?? failure }
    let writer = unsent.withLock { unsent in
      unsent.isClosed = true
      defer { unsent.writer = nil }
      return unsent.writer
    }
    writer?.resume()
    output.finish()
  }
}
