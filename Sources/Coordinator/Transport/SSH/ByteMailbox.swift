import Synchronization

/// Pieces of bytes on their way from a thread to one asynchronous reader.
final class ByteMailbox: Sendable {
  fileprivate struct State {
    /// Newest last; taken from the front.
    var pieces: [[UInt8]] = []
    var head = 0
    var byteCount = 0
    var isFinished = false
    var reader: CheckedContinuation<[UInt8]?, Never>?
  }

  private let state = Mutex(State())
  private let onTaken: @Sendable () -> Void

  /// A mailbox that says when something has been taken from it.
  init(onTaken: @escaping @Sendable () -> Void) {
    self.onTaken = onTaken
  }

  /// The bytes that nobody has taken yet.
  var byteCount: Int { state.withLock { $0.byteCount } }

  /// Adds a piece.
  func put(_ bytes: [UInt8]) {
    let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, Never>? in
      guard !state.isFinished else { return nil }
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      state.pieces.append(bytes)
      state.byteCount += bytes.count
      return nil
    }
    reader?.resume(returning: bytes)
  }

  /// Puts bytes back in front of everything: they will be read next.
  func putBack(_ bytes: [UInt8]) {
    state.withLock { state in
      guard !bytes.isEmpty else { return }
      state.pieces.replaceSubrange(..<state.head, with: [bytes])
      state.head = 0
      state.byteCount += bytes.count
    }
  }

  /// Nothing more will come; what is there can still be taken.
  func finish() {
    let reader = state.withLock { state in
      state.isFinished = true
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }

  /// The next piece; `nil` at the end, or when the reader is cancelled.
  func next() async -> [UInt8]? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (piece, isAnswered) = state.withLock { state -> ([UInt8]?, Bool) in
          if let piece = state.takeFirst() { return (piece, true) }
          if state.isFinished || Task.isCancelled { return (nil, true) }
          precondition(state.reader == nil, "a mailbox has one reader")
          state.reader = continuation
          return (nil, false)
        }
        guard isAnswered else { return }
        if piece != nil { onTaken() }
        continuation.resume(returning: piece)
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: nil)
    }
  }
}

extension ByteMailbox.State {
  fileprivate mutating func takeFirst() -> [UInt8]? {
    guard head < pieces.count else { return nil }
    let piece = pieces[head]
    pieces[head] = []
    head += 1
    byteCount -= piece.count
    if head == pieces.count {
      pieces.removeAll(keepingCapacity: true)
      head = 0
    }
    return piece
  }
}
