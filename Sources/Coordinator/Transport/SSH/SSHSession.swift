import CLibSSH
import Foundation
import Glibc
import Synchronization

/// How the bytes of a session travel.
enum SSHRoute: Sendable {
  /// A connection of our own to the host.
  case direct
  /// A socket that leads there already: a forwarded channel of another session.
  case socket(Int32)
  /// A program whose standard streams lead there.
  case command(String)
}

/// One logged-in connection to a node, on a thread of its own.
///
/// libssh allows different sessions on different threads, and never one session on two at once: so
/// the thread owns everything of libssh, waits for the socket and for requests at one place, and
/// asynchronous code talks to it by messages.
final class SSHSession: Sendable {
  /// What asynchronous code asks of the thread.
  enum Request: Sendable {
    case start(SSHChannel, command: String, CheckedContinuation<TransportError?, Never>)
    case forward(
      host: String, port: UInt16, local: Int32, CheckedContinuation<TransportError?, Never>)
    case write(Int, [UInt8])
    case endInput(Int)
    case close(Int)
    case end
  }

  private struct Shared {
    var requests: [Request] = []
    var channelCount = 0
    /// A second descriptor of the session's socket, to end a step that blocks.
    var socket: Int32?
    var hasEnded = false
    var hostKey = ""
  }

  let settings: SSHHostSettings
  private let shared = Mutex(Shared())
  /// Rings where the thread waits.
  private let bell: (ringing: Int32, heard: Int32)

  private init(settings: SSHHostSettings) throws(TransportError) {
    self.settings = settings
    let (ringing, heard) = try SSHSocket.pair()
    for end in [ringing, heard] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    bell = (ringing, heard)
  }

  deinit {
    Glibc.close(bell.ringing)
    Glibc.close(bell.heard)
  }

  /// Connects and logs in.
  /// - Throws: ``TransportError`` of the kinds `ssh.…`.
  static func open(
    _ settings: SSHHostSettings, over route: SSHRoute
  ) async throws(TransportError) -> SSHSession {
    let session = try SSHSession(settings: settings)
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let thread = Thread { session.live(over: route) { continuation.resume(returning: $0) } }
        thread.name = "ssh \(settings.alias)"
        thread.start()
      }
    } onCancel: {
      session.close()
    }
    if let failure { throw failure }
    return session
  }

  /// Starts a command.
  /// - Throws: `ssh.channel`, `ssh.lost`.
  func start(_ command: String) async throws(TransportError) -> SSHChannel {
    let number = shared.withLock { shared in
      shared.channelCount += 1
      return shared.channelCount
    }
    let channel = SSHChannel(number: number, session: self)
    let failure = await withCheckedContinuation {
      ask(.start(channel, command: command, $0))
    }
    if let failure { throw failure }
    return channel
  }

  /// Opens a connection from the node to somewhere else.
  /// - Returns: A socket that leads there; the caller's to close.
  /// - Throws: `ssh.channel`, `ssh.lost`.
  func forward(host: String, port: UInt16) async throws(TransportError) -> Int32 {
    let (ours, theirs) = try SSHSocket.pair()
    let failure = await withCheckedContinuation {
      ask(.forward(host: host, port: port, local: theirs, $0))
    }
    if let failure {
      Glibc.close(ours)
      throw failure
    }
    return ours
  }

  /// Ends the connection and with it every channel.
  func close() {
    shared.withLock { shared in
      // A step of the login that blocks ends when its socket does.
      if let socket = shared.socket { shutdown(socket, Int32(SHUT_RDWR)) }
    }
    ask(.end)
  }

  /// The fingerprint of the host's key, as `ssh-keygen -l` prints it.
  var hostKey: String { shared.withLock { $0.hostKey } }

  /// Whether the connection has ended.
  var hasEnded: Bool { shared.withLock { $0.hasEnded } }

  /// The error of whoever comes too late.
  func lost() -> TransportError {
    TransportError(
      .sshLost, "The connection to \(settings.subject) has ended.",
      remedy: "It is opened again by itself; look at the machine and the network if it is not.")
  }

  /// Hands a request to the thread, or answers it when there is none any more.
  func ask(_ request: Request) {
    let isTaken = shared.withLock { shared in
      guard !shared.hasEnded else { return false }
      shared.requests.append(request)
      return true
    }
    if isTaken { wake() } else { refuse(request) }
  }

  /// Makes the thread look around.
  func wake() {
    // One that is not answered yet is enough: a full socket is no loss.
    var stroke: UInt8 = 1
    _ = Glibc.send(bell.ringing, &stroke, 1, Int32(MSG_NOSIGNAL))
  }

  private func refuse(_ request: Request) {
    switch request {
    case .start(_, _, let continuation): continuation.resume(returning: lost())
    case .forward(_, _, let local, let continuation):
      Glibc.close(local)
      continuation.resume(returning: lost())
    case .write, .endInput, .close, .end: break
    }
  }

  private func take() -> [Request] {
    var strokes = [UInt8](repeating: 0, count: 64)
    while Glibc.read(bell.heard, &strokes, strokes.count) == strokes.count {}
    return shared.withLock { shared in
      defer { shared.requests = [] }
      return shared.requests
    }
  }

  /// The thread's life: the login, then the loop, then nothing of libssh is left.
  private func live(over route: SSHRoute, opened: (TransportError?) -> Void) {
    defer {
      let late = shared.withLock { shared in
        shared.hasEnded = true
        if let socket = shared.socket { Glibc.close(socket) }
        shared.socket = nil
        defer { shared.requests = [] }
        return shared.requests
      }
      for request in late { refuse(request) }
    }
    guard let libssh = ssh_new() else {
      return opened(lost())
    }
    defer { ssh_free(libssh) }
    do throws(TransportError) {
      let socket = try self.socket(for: route)
      let isCancelled = shared.withLock { shared in
        shared.socket = dup(socket)
        return shared.requests.contains { if case .end = $0 { true } else { false } }
      }
      guard !isCancelled else {
        Glibc.close(socket)
        return opened(lost())
      }
      // From here on libssh closes the socket.
      let hostKey = try SSHLogin(session: libssh, settings: settings).perform(on: socket)
      shared.withLock { $0.hostKey = hostKey }
    } catch {
      ssh_disconnect(libssh)
      return opened(error)
    }
    opened(nil)
    SSHSessionLoop(session: libssh, bell: bell.heard, lost: lost()).run(take: take)
    ssh_disconnect(libssh)
  }

  private func socket(for route: SSHRoute) throws(TransportError) -> Int32 {
    switch route {
    case .socket(let socket): socket
    case .command(let command):
      try ProxyProgram.start(command, subject: settings.subject)
    case .direct:
      try SSHSocket.connect(
        host: settings.hostName, port: settings.port,
        timeoutSeconds: settings.connectTimeoutSeconds ?? SSHLogin.timeoutSeconds,
        subject: settings.subject)
    }
  }
}
