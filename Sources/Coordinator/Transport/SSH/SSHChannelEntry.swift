import CLibSSH
import Glibc

/// One channel as its session's thread sees it: how far it is open, and what is on its way.
///
/// Confined to that thread.
final class SSHChannelEntry {
  /// What the channel is for.
  enum Purpose {
    /// A command on the node.
    case command(SSHChannel, String)
    /// A connection from the node to somewhere else; our side of it is a local socket.
    case forward(Int32, host: String, port: UInt16)
  }

  /// How far it is open.
  private enum Phase {
    case opening
    case requesting
    case open
    case ended
  }

  /// The bytes that one call of libssh is given or gives.
  static let pieceBytesMax = 128 << 10
  /// The bytes that may wait for the local side of a forwarded connection.
  static let forwardBytesMax = 256 << 10

  let purpose: Purpose
  var unsent = ByteQueue()
  var wantsEnd = false
  var wantsClose = false

  private let session: OpaquePointer
  private let channel: OpaquePointer
  private let deadline: Double
  private let lost: TransportError
  private var opened: CheckedContinuation<TransportError?, Never>?
  private var phase = Phase.opening
  private var hasSentEnd = false
  /// Bytes for the local side of a forwarded connection.
  private var forLocal = ByteQueue()
  private var localHasEnded = false

  init(
    session: OpaquePointer, channel: OpaquePointer, purpose: Purpose,
    opened: CheckedContinuation<TransportError?, Never>, deadline: Double, lost: TransportError
  ) {
    self.session = session
    self.channel = channel
    self.purpose = purpose
    self.opened = opened
    self.deadline = deadline
    self.lost = lost
  }

  var number: Int? {
    if case .command(let channel, _) = purpose { channel.number } else { nil }
  }
  var hasEnded: Bool { phase == .ended }
  var isOpening: Bool { phase == .opening || phase == .requesting }

  /// What to wait for at the local side.
  var localPoll: pollfd? {
    guard case .forward(let local, _, _) = purpose, phase == .open else { return nil }
    let wantsMore = !localHasEnded && unsent.count < SSHChannelEntry.forwardBytesMax
    let events = (wantsMore ? POLLIN : 0) | (forLocal.isEmpty ? 0 : POLLOUT)
    return events == 0 ? nil : pollfd(fd: local, events: Int16(events), revents: 0)
  }

  /// Moves whatever can be moved.
  /// - Returns: Whether anything was.
  func step() -> Bool {
    switch phase {
    case .opening, .requesting: return stepOpening()
    case .open:
      if wantsClose {
        end(nil)
        return true
      }
      var isMoving = readLocal()
      if flush() { isMoving = true }
      if receive() { isMoving = true }
      if writeLocal() { isMoving = true }
      return isMoving
    case .ended: return false
    }
  }

  /// Ends it because its session ends.
  func abandon(_ failure: TransportError) {
    if phase != .ended { end(failure) }
  }

  private func stepOpening() -> Bool {
    let status =
      switch (phase, purpose) {
      case (.opening, .command): ssh_channel_open_session(channel)
      case (.opening, .forward(_, let host, let port)):
        ssh_channel_open_forward(channel, host, Int32(port), "127.0.0.1", 0)
      case (_, .command(_, let command)): ssh_channel_request_exec(channel, command)
      default: SSH_OK
      }
    if status == SSH_AGAIN {
      if SSHSocket.monotonicSeconds() > deadline {
        fail("it did not answer within \(Int(SSHSessionLoop.openSeconds)) s")
        return true
      }
      return false
    }
    guard status == SSH_OK else {
      fail(session.lastSSHError)
      return true
    }
    if case .command = purpose, phase == .opening {
      phase = .requesting
    } else {
      phase = .open
      opened?.resume(returning: nil)
      opened = nil
    }
    return true
  }

  private func fail(_ reason: String) {
    let what =
      switch purpose {
      case .command: "starting a command"
      case .forward(_, let host, let port): "opening a connection to \(host), port \(port), from it"
      }
    end(
      TransportError(
        .sshChannel, "\(lost.message.dropLast(" has ended.".count)), \(what): \(reason).",
        remedy: "Look at the node's sshd: AllowTcpForwarding, ForceCommand and MaxSessions can"
          + " forbid it."))
  }

  /// Sends what waits, as far as the node takes it.
  private func flush() -> Bool {
    var isMoving = false
    while !unsent.isEmpty, ssh_get_poll_flags(session) & SSH_WRITE_PENDING == 0 {
      let room = Int(ssh_channel_window_size(channel))
      guard room > 0 else { break }
      let piece = unsent.prefix(min(room, SSHChannelEntry.pieceBytesMax))
      let count = piece.withUnsafeBytes {
        ssh_channel_write(channel, $0.baseAddress, UInt32($0.count))
      }
      guard count > 0 else {
        if count == SSH_ERROR {
          end(lost)
          return true
        }
        break
      }
      unsent.removeFirst(Int(count))
      if case .command(let face, _) = purpose { face.sent(Int(count)) }
      isMoving = true
    }
    if unsent.isEmpty, localHasEnded {
      // SSH sessions never close one direction alone: whoever used the connection has gone.
      end(nil)
      return true
    }
    if unsent.isEmpty, wantsEnd, !hasSentEnd {
      hasSentEnd = true
      ssh_channel_send_eof(channel)
      isMoving = true
    }
    return isMoving
  }

  /// Takes what has come.
  private func receive() -> Bool {
    var isMoving = false
    while phase == .open, wantsMore, let bytes = read(fromErrors: false) {
      isMoving = true
      switch purpose {
      case .command(let face, _): face.output.put(bytes)
      case .forward: forLocal.append(bytes)
      }
    }
    if case .command(let face, _) = purpose {
      while let bytes = read(fromErrors: true) {
        isMoving = true
        face.complained(bytes)
      }
    }
    // A channel that is full is looked at again when somebody has taken from it.
    guard phase == .open, wantsMore, ssh_channel_poll(channel, 0) <= 0 else { return isMoving }
    // A channel of a broken session looks as if the command had ended; the loop knows better.
    guard !session.isBroken else { return isMoving }
    if ssh_channel_is_eof(channel) != 0, case .command(let face, _) = purpose {
      face.output.finish()
    }
    if ssh_channel_is_closed(channel) != 0 || ssh_channel_is_eof(channel) != 0 && isForward {
      guard forLocal.isEmpty else { return isMoving }
      end(nil)
      return true
    }
    return isMoving
  }

  private var isForward: Bool { number == nil }

  private var wantsMore: Bool {
    switch purpose {
    case .command(let face, _): face.output.byteCount < SSHChannel.unreadBytesMax
    case .forward: forLocal.count < SSHChannelEntry.forwardBytesMax
    }
  }

  private func read(fromErrors: Bool) -> [UInt8]? {
    var count: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: SSHChannelEntry.pieceBytesMax) {
      buffer, used in
      count = ssh_channel_read_nonblocking(
        channel, buffer.baseAddress, UInt32(buffer.count), fromErrors ? 1 : 0)
      used = max(0, Int(count))
    }
    return count > 0 ? bytes : nil
  }

  /// Takes what the local side of a forwarded connection has written.
  private func readLocal() -> Bool {
    guard case .forward(let local, _, _) = purpose, !localHasEnded,
      unsent.count < SSHChannelEntry.forwardBytesMax
    else { return false }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: SSHChannelEntry.pieceBytesMax) {
      buffer, used in
      count = Glibc.read(local, buffer.baseAddress, buffer.count)
      used = max(0, count)
    }
    if count > 0 {
      unsent.append(bytes)
    } else if count == 0 || errno != EAGAIN && errno != EINTR {
      localHasEnded = true
    } else {
      return false
    }
    return true
  }

  /// Gives the local side of a forwarded connection what has come for it.
  private func writeLocal() -> Bool {
    guard case .forward(let local, _, _) = purpose, !forLocal.isEmpty else { return false }
    let piece = forLocal.prefix(SSHChannelEntry.pieceBytesMax)
    let count = piece.withUnsafeBytes {
      Glibc.send(local, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count > 0 {
      forLocal.removeFirst(count)
      return true
    }
    guard errno == EAGAIN || errno == EINTR else {
      end(lost)
      return true
    }
    return false
  }

  private func end(_ failure: TransportError?) {
    phase = .ended
    switch purpose {
    case .command(let face, _): face.ended(failure)
    case .forward(let local, _, _): Glibc.close(local)
    }
    opened?.resume(returning: failure ?? lost)
    opened = nil
    ssh_channel_close(channel)
    ssh_channel_free(channel)
  }
}

/// Bytes that wait to be written, first in, first out.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var isEmpty: Bool { head == bytes.count }
  var count: Int { bytes.count - head }

  mutating func append(_ more: [UInt8]) {
    if isEmpty {
      bytes = more
      head = 0
    } else {
      bytes += more
    }
  }

  func prefix(_ count: Int) -> ArraySlice<UInt8> {
    bytes[head..<min(bytes.count, head + count)]
  }

  mutating func removeFirst(_ count: Int) {
    head += count
    if head > 1 << 20, head * 2 > bytes.count {
      bytes.removeSubrange(..<head)
      head = 0
    }
  }
}
