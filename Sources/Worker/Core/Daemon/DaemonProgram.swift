import Glibc
import Protocol

/// How a daemon comes to life and ends.
enum DaemonProgram {
  /// What a daemon answers to the one who started it, as the first line.
  enum Answer: String {
    /// It listens.
    case ready
    /// Another daemon has the directory.
    case taken
    /// It cannot; the reason follows.
    case failed
  }

  /// Starts a daemon that belongs to no session and no parent, and waits for its answer.
  ///
  /// The middle process leaves the session and ends, so that the daemon is nobody's child: what
  /// `fork` twice does, without the hazards of `fork` in a program with threads.
  static func start(_ directory: WorkerDirectory) throws(WorkerError) -> Answer {
    let text: String
    do throws(SystemError) {
      let bytes = try startMiddle(directory).readAll(countMax: 64 << 10) ?? []
      text = String(decoding: bytes, as: UTF8.self)
    } catch {
      throw failure(directory, error.words)
    }
    let lines = text.split(separator: "\n", maxSplits: 1)
    switch lines.first.flatMap({ Answer(rawValue: String($0)) }) {
    case .ready: return .ready
    case .taken: return .taken
    case .failed: throw failure(directory, lines.count > 1 ? String(lines[1]) : "no reason given")
    case nil: throw failure(directory, "it ended without a word; see \(directory.log)")
    }
  }

  /// Starts the middle process and waits for its end.
  /// - Returns: Where the daemon's answer comes from; its end is seen when the daemon closes it.
  private static func startMiddle(_ directory: WorkerDirectory) throws(SystemError) -> Descriptor {
    let answer = try Descriptor.pipe()
    let null = try Descriptor.open("/dev/null", O_RDWR)
    let middle = try OwnProgram.spawn(
      ["detach", "--directory", directory.path],
      environment: Environment.entries(changing: NumericsCheck.environment(for: .pinned)),
      streams: .init(input: null.number, output: answer.writing.number, words: null.number))
    var status: Int32 = 0
    while waitpid(middle, &status, 0) < 0 && errno == EINTR {}
    return answer.reading
  }

  /// The middle process: leaves the session, starts the daemon and ends.
  static func detach(_ directory: String) throws(WorkerError) {
    setsid()
    do throws(SystemError) {
      _ = try OwnProgram.spawn(
        ["daemon", "--directory", directory], environment: Environment.entries(changing: [:]),
        streams: .init(input: STDIN_FILENO, output: STDOUT_FILENO, words: STDERR_FILENO))
    } catch {
      print("\(Answer.failed.rawValue)\n\(error.words)")
    }
  }

  /// The daemon's own life.
  static func run(_ name: String) {
    signal(SIGHUP, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    // A limit on the size of files is a full disk, not an end.
    signal(SIGXFSZ, SIG_IGN)
    umask(0o077)
    closeInheritedDescriptors()
    var answer: Descriptor? = Descriptor(dup(STDOUT_FILENO))
    func say(_ kind: Answer, _ words: String = "") {
      // Whoever asked may have gone.
      try? answer?.writeAll(Array("\(kind.rawValue)\n\(words)".utf8))
    }
    do {
      try answer?.closeOnExec()
      let directory = try WorkerDirectory(preparing: name)
      let place = try MeetingPlace.prepared(for: directory.path)
      guard let meeting = try Meeting(for: directory, at: place) else { return say(.taken) }
      let log = try WorkerLog(directory.log)
      try leaveStreams(log)
      chdir("/")
      let opening = try Spool.open(at: directory.spool)
      for note in opening.notes { log.write(note) }
      let daemon = Daemon(
        directory: directory, log: log, meeting: meeting, spool: opening.spool,
        endingSignals: try EndingSignals.open())
      daemon.checkpointed = daemon.checkpoints.tidy(now: time(nil))
      say(.ready)
      answer = nil
      try serve(daemon)
    } catch let error as WorkerError {
      say(.failed, error.message)
    } catch let error as SystemError {
      say(.failed, error.words)
    } catch {
      say(.failed, "\(error)")
    }
  }

  private static func serve(_ daemon: Daemon) throws(WorkerError) {
    daemon.log.write("Worker \(Release.number) serves, process \(getpid()).")
    do throws(WorkerError) {
      let ending = try daemon.run()
      daemon.log.write("The worker ends: \(ending).")
      daemon.end(ending)
    } catch {
      daemon.log.write("The worker ends: \(error.message)")
      daemon.meeting.remove()
      throw error
    }
  }

  /// Points the standard streams away from whoever started the daemon.
  private static func leaveStreams(_ log: WorkerLog) throws(SystemError) {
    let null = try Descriptor.open("/dev/null", O_RDWR)
    guard dup2(null.number, STDIN_FILENO) >= 0, dup2(null.number, STDOUT_FILENO) >= 0,
      dup2(log.file.number, STDERR_FILENO) >= 0
    else { throw SystemError("dup2") }
  }

  /// Closes what a launcher left open: a channel would stay open as long as we hold it.
  private static func closeInheritedDescriptors() {
    guard let listing = opendir("/proc/self/fd") else { return }
    var numbers: [Int32] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let number = Int32(name), number > STDERR_FILENO { numbers.append(number) }
    }
    closedir(listing)
    for number in numbers { close(number) }
  }

  private static func failure(_ directory: WorkerDirectory, _ why: String) -> WorkerError {
    WorkerError(
      .start, "The worker of '\(directory.path)' could not be started: \(why).",
      remedy: "Look at \(directory.log), or name another directory.")
  }
}

extension Daemon {
  /// Stops the slots and leaves nothing behind but, unless it was released, the spool.
  ///
  /// What is in the slots then is no failure: a worker that comes after this one does not hold it.
  func end(_ ending: Ending) {
    if case .asked = ending {
      writeAt = nil
      record([])
      if let client { refuse(client, "The worker was asked to end.") }
    }
    for slot in slots.compactMap({ $0 }) { slot.stop() }
    spool?.synchronize()
    if case .released = ending { directory.remove(slotCount: slots.count) }
    meeting.remove()
  }
}
