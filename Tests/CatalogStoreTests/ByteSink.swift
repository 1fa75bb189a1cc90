import Synchronization

/// Collects bytes that are handed over on another thread.
final class ByteSink: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func append(_ more: [UInt8]) {
    bytes.withLock { $0.append(contentsOf: more) }
  }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
