import Glibc

/// The signals by which a process is asked to end, as bytes from a pipe.
///
/// They stay ignored in every process that is started from here: a system that stops all processes
/// of a worker at once must not make a trial's failure out of it.
enum EndingSignals {
  /// What the system sends when it stops, and what a person sends.
  static let numbers = [SIGTERM, SIGINT]

  /// Begins to take the signals in.
  ///
  /// The system keeps a signal that is ignored and blocked for the thread that waits for it. Called
  /// before any other thread is started, because threads inherit what is blocked.
  /// - Returns: Where a byte comes for each signal.
  static func open() throws(SystemError) -> Descriptor {
    let pipe = try Descriptor.pipe()
    try pipe.reading.doNotBlock()
    var signals = all
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    for number in numbers { signal(number, SIG_IGN) }
    // The thread lives as long as the process, and so does its end of the pipe.
    let writing = dup(pipe.writing.number)
    guard writing >= 0, fcntl(writing, F_SETFD, FD_CLOEXEC) == 0 else { throw SystemError("dup") }
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 256 << 10)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let error = pthread_create(
      &thread, &attributes,
      { writing in
        let pipe = Descriptor(Int32(truncatingIfNeeded: Int(bitPattern: writing)))
        var signals = EndingSignals.all
        var number: Int32 = 0
        while true {
          guard sigwait(&signals, &number) == 0 else { continue }
          // A pipe that is full says enough already.
          _ = try? pipe.write([UInt8(truncatingIfNeeded: number)])
        }
      }, UnsafeMutableRawPointer(bitPattern: Int(writing)))
    pthread_attr_destroy(&attributes)
    guard error == 0 else { throw SystemError("starting a thread", number: error) }
    return pipe.reading
  }

  private static var all: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    return signals
  }
}
