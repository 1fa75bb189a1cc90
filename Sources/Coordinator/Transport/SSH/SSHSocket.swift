import Glibc

/// Sockets for SSH sessions, opened here and not by libssh: their options must be set before the
/// login, and a forwarded channel takes the place of one.
enum SSHSocket {
  /// A silent peer is noticed after `keepIdleSeconds + keepCount * keepIntervalSeconds`.
  static let keepIdleSeconds: Int32 = 5
  /// The pause between two questions to a silent peer.
  static let keepIntervalSeconds: Int32 = 2
  /// How many questions may stay unanswered.
  static let keepCount: Int32 = 3
  /// How long sent bytes may stay unacknowledged, in milliseconds.
  static let unacknowledgedMilliseconds: Int32 = 10_000

  /// Connects to a host; blocks.
  /// - Returns: A socket that is the caller's to close.
  /// - Throws: `ssh.host-name`, `ssh.unreachable`.
  static func connect(
    host: String, port: UInt16, timeoutSeconds: Double, subject: String
  ) throws(TransportError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &list)
    guard status == 0 else {
      throw TransportError(
        .sshHostName,
        "Connecting to \(subject): the name '\(host)' cannot be resolved: "
          + String(cString: gai_strerror(status)) + ".",
        remedy: "Check the spelling, the network, and 'HostName' in the ssh configuration.")
    }
    defer { freeaddrinfo(list) }
    let deadline = monotonicSeconds() + timeoutSeconds
    var reason = "it has no address"
    var next = list
    while let address = next?.pointee {
      next = address.ai_next
      switch connect(to: address, until: deadline) {
      case .success(let descriptor): return descriptor
      case .failure(let failure): reason = failure.words
      }
    }
    throw TransportError(
      .sshUnreachable, "Connecting to \(subject), port \(port): \(reason).",
      remedy: "Check that the machine is on, that sshd listens there, and that no firewall is"
        + " between; 'ssh \(host)' from a terminal shows the same.")
  }

  private struct Failure: Error {
    var words: String
  }

  private static func connect(
    to address: addrinfo, until deadline: Double
  ) -> Result<Int32, Failure> {
    let type = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.ai_family, type, address.ai_protocol)
    func fail(_ number: Int32) -> Result<Int32, Failure> {
      if descriptor >= 0 { close(descriptor) }
      return .failure(Failure(words: String(cString: strerror(number))))
    }
    guard descriptor >= 0 else { return fail(errno) }
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
      guard errno == EINPROGRESS else { return fail(errno) }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let milliseconds = Int32(clamping: Int((deadline - monotonicSeconds()) * 1000))
      guard poll(&waiting, 1, max(0, milliseconds)) > 0 else { return fail(ETIMEDOUT) }
      var number: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
      guard number == 0 else { return fail(number) }
    }
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
    watch(descriptor)
    return .success(descriptor)
  }

  /// Lets the system notice a peer that is gone.
  private static func watch(_ descriptor: Int32) {
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
      var value = value
      // A system without the option notices later, by our own heartbeat.
      setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    let tcp = Int32(IPPROTO_TCP)
    set(tcp, TCP_NODELAY, 1)
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(tcp, TCP_KEEPIDLE, keepIdleSeconds)
    set(tcp, TCP_KEEPINTVL, keepIntervalSeconds)
    set(tcp, TCP_KEEPCNT, keepCount)
    set(tcp, TCP_USER_TIMEOUT, unacknowledgedMilliseconds)
  }

  /// Has what has come acknowledged without the usual wait; holds for a moment only.
  static func acknowledgeAtOnce(_ descriptor: Int32) {
    var value: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Two sockets that are connected with each other.
  /// - Throws: `transport.spawn` when there are no descriptors left.
  static func pair() throws(TransportError) -> (ours: Int32, theirs: Int32) {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw TransportError(
        .spawn, "Making a pair of sockets: \(String(cString: strerror(errno))).",
        remedy: "Raise the limit of open files ('ulimit -n').")
    }
    return (ends[0], ends[1])
  }

  /// Seconds on a clock that never goes back.
  static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
