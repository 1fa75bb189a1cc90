import Glibc
import Protocol

/// Carries bytes between the standard streams and the daemon's socket, until either side ends.
///
/// This is what every launcher runs: locally as a child, elsewhere through a channel.
enum Relay {
  /// How long a daemon has to start and to answer, in seconds.
  static let startSeconds = 15.0
  /// The first and the longest pause before a daemon that does not listen is asked again, in
  /// microseconds.
  static let pauseMicroseconds: (first: UInt32, longest: UInt32) = (5_000, 500_000)

  /// Starts the daemon of a directory unless one runs, and relays to it.
  /// - Throws: ``WorkerError``.
  static func serve(_ name: String) throws(WorkerError) {
    signal(SIGPIPE, SIG_IGN)
    let directory = try WorkerDirectory(preparing: name)
    let daemon = try reach(directory)
    do throws(SystemError) {
      try relay(daemon)
    } catch {
      throw WorkerError(
        .inputOutput, "The connection to the worker of '\(directory.path)' ended: \(error.words).",
        remedy: "Connect again; the worker goes on.")
    }
  }

  private static func reach(_ directory: WorkerDirectory) throws(WorkerError) -> Descriptor {
    let places = MeetingPlace.candidates(for: directory.path)
    let deadline = Clock.seconds + startSeconds
    var pause = pauseMicroseconds.first
    while Clock.seconds < deadline {
      for place in places {
        if let daemon = place.connect() { return daemon }
      }
      // One that is just starting, or just ending, has the locks and does not listen.
      guard try DaemonProgram.start(directory) == .taken else { continue }
      usleep(pause)
      pause = min(2 * pause, pauseMicroseconds.longest)
    }
    throw WorkerError(
      .start, "The worker of '\(directory.path)' runs and cannot be reached.",
      remedy: "End the process whose number is in \(directory.lock); its results are kept.")
  }

  private static func relay(_ daemon: Descriptor) throws(SystemError) {
    let (input, output) = (Descriptor(dup(STDIN_FILENO)), Descriptor(dup(STDOUT_FILENO)))
    let flags = [input, output].map { fcntl($0.number, F_GETFL) }
    for stream in [daemon, input, output] { try stream.doNotBlock() }
    // A terminal would stay like this for the shell.
    defer {
      for (stream, flags) in zip([input, output], flags) {
        _ = fcntl(stream.number, F_SETFL, flags)
      }
    }
    var (toDaemon, fromDaemon) = (Flow(), Flow())
    fromDaemon.queue.append(Limits.streamMagic)
    while true {
      do {
        try toDaemon.queue.flush(to: daemon)
      } catch {
        toDaemon.abandon()  // It has closed the connection; why, it may have said before.
      }
      do {
        try fromDaemon.queue.flush(to: output)
      } catch {
        return  // Nobody reads any more: this is the end that was waited for.
      }
      if toDaemon.isOver || fromDaemon.isOver { return }
      var polls = [
        pollfd(fd: toDaemon.wantsMore ? input.number : -1, events: Int16(POLLIN), revents: 0),
        pollfd(
          fd: daemon.number,
          events: Int16((fromDaemon.wantsMore ? POLLIN : 0) | (toDaemon.isWaiting ? POLLOUT : 0)),
          revents: 0),
        pollfd(fd: output.number, events: fromDaemon.isWaiting ? Int16(POLLOUT) : 0, revents: 0),
      ]
      guard poll(&polls, 3, -1) >= 0 || errno == EINTR else { throw SystemError("poll") }
      if polls[0].revents != 0 { try toDaemon.take(from: input) }
      if polls[1].revents & ~Int16(POLLOUT) != 0 { try fromDaemon.take(from: daemon) }
      // A reader that has gone shows here even while nothing is to be written.
      if polls[2].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return }
    }
  }

  /// One direction.
  private struct Flow {
    static let bytesMax = 256 << 10

    var queue = OutputQueue()
    private var hasEnded = false
    private var isAbandoned = false

    var isWaiting: Bool { !queue.isEmpty }
    var wantsMore: Bool { !hasEnded && !isAbandoned && queue.count < Flow.bytesMax }
    /// Whether nothing will come any more and everything that came was passed on.
    var isOver: Bool { hasEnded && queue.isEmpty }

    /// Passes nothing on any more, because nobody takes it.
    mutating func abandon() {
      queue = OutputQueue()
      isAbandoned = true
    }

    mutating func take(from descriptor: Descriptor) throws(SystemError) {
      guard wantsMore else { return }
      var bytes: [UInt8] = []
      do throws(SystemError) {
        switch try descriptor.read(into: &bytes, countMax: 64 << 10) {
        case .bytes: queue.append(bytes)
        case .nothingYet: break
        case .end: hasEnded = true
        }
      } catch {
        // A connection that was reset has ended.
        guard error.number == ECONNRESET else { throw error }
        hasEnded = true
      }
    }
  }
}
