import CLibSSH
import Glibc

/// What a session's thread does once it is logged in: it waits for the socket, for requests and for
/// the local ends of forwarded connections, and moves bytes.
///
/// Confined to that thread.
final class SSHSessionLoop {
  /// How long a node may take to open a channel, in seconds.
  static let openSeconds = 20.0

  private let session: OpaquePointer
  private let bell: Int32
  private let lost: TransportError
  private var entries: [SSHChannelEntry] = []
  private var isEnding = false

  init(session: OpaquePointer, bell: Int32, lost: TransportError) {
    self.session = session
    self.bell = bell
    self.lost = lost
  }

  /// Works until it is told to end or the connection is gone.
  /// - Parameter take: Fetches the requests that have come.
  func run(take: () -> [SSHSession.Request]) {
    // It makes libssh handle what has come even while no channel is asked for anything.
    let event = ssh_event_new()
    defer { ssh_event_free(event) }
    ssh_event_add_session(event, session)
    defer { ssh_event_remove_session(event, session) }
    var arrived = ssh_counter_struct()
    withUnsafeMutablePointer(to: &arrived) { counter in
      ssh_set_counters(session, counter, nil)
      defer { ssh_set_counters(session, nil, nil) }
      while true {
        for request in take() { handle(request) }
        if isEnding { break }
        let before = counter.pointee.in_bytes
        ssh_event_dopoll(event, 0)
        let isMoving = step()
        entries.removeAll { $0.hasEnded }
        if session.isBroken { break }
        // Any call of libssh takes in what has come, for whichever channel it is: nothing may be
        // left unseen before the wait.
        if !isMoving, counter.pointee.in_bytes == before { wait() }
      }
    }
    let failure: TransportError? = isEnding ? nil : connectionFailure
    for entry in entries { entry.abandon(failure ?? lost) }
  }

  private var connectionFailure: TransportError {
    TransportError(
      .sshLost, "\(lost.message.dropLast()): \(session.lastSSHError).", remedy: lost.remedy)
  }

  private func handle(_ request: SSHSession.Request) {
    switch request {
    case .start(let channel, let command, let continuation):
      open(.command(channel, command), continuation)
    case .forward(let host, let port, let local, let continuation):
      let flags = fcntl(local, F_GETFL)
      _ = fcntl(local, F_SETFL, flags | O_NONBLOCK)
      open(.forward(local, host: host, port: port), continuation)
    case .write(let number, let bytes): entry(number)?.unsent.append(bytes)
    case .endInput(let number): entry(number)?.wantsEnd = true
    case .close(let number): entry(number)?.wantsClose = true
    case .end: isEnding = true
    }
  }

  private func entry(_ number: Int) -> SSHChannelEntry? {
    entries.first { $0.number == number }
  }

  private func open(
    _ purpose: SSHChannelEntry.Purpose, _ continuation: CheckedContinuation<TransportError?, Never>
  ) {
    guard let channel = ssh_channel_new(session) else {
      if case .forward(let local, _, _) = purpose { close(local) }
      continuation.resume(returning: lost)
      return
    }
    entries.append(
      SSHChannelEntry(
        session: session, channel: channel, purpose: purpose, opened: continuation,
        deadline: SSHSocket.monotonicSeconds() + SSHSessionLoop.openSeconds, lost: lost))
  }

  /// Moves whatever can be moved.
  /// - Returns: Whether anything was.
  private func step() -> Bool {
    var isMoving = false
    for entry in entries where entry.step() { isMoving = true }
    return isMoving
  }

  private func wait() {
    var polls = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
    let isWriting = ssh_get_poll_flags(session) & SSH_WRITE_PENDING != 0
    polls.append(
      pollfd(
        fd: ssh_get_fd(session), events: Int16(POLLIN | (isWriting ? POLLOUT : 0)), revents: 0))
    var milliseconds: Int32 = -1
    for entry in entries {
      if let poll = entry.localPoll { polls.append(poll) }
      if entry.isOpening { milliseconds = 500 }
    }
    // A server that has not seen its last message acknowledged holds the next one back: without
    // this, opening the first channel waits for 40 ms.
    if milliseconds > 0 { SSHSocket.acknowledgeAtOnce(ssh_get_fd(session)) }
    _ = poll(&polls, nfds_t(polls.count), milliseconds)
  }
}
