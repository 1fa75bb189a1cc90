import Glibc
import Protocol

/// The life of a slot: a process that trains the trials that its daemon sends it, one at a time.
///
/// A process of its own, so that a crash costs one attempt and OpenBLAS reads the environment that
/// the numeric profile asks for.
enum SlotProgram {
  /// Trains until the daemon closes the stream.
  /// - Parameters:
  ///   - slot: Which slot of the daemon's.
  ///   - files: The folder with the files of users; `nil` for none.
  ///   - checkpoints: The folder with the checkpoints of trials; `nil` for none.
  /// - Throws: ``WorkerError`` or ``FrameError`` when the daemon cannot be understood.
  static func run(slot: SlotIndex, files: String?, checkpoints: String?) throws {
    try dieWithDaemon()
    signal(SIGPIPE, SIG_IGN)
    SlotLimits.setLasting()
    let runner = try TrialRunner(slot: slot, files: TrialFiles(folder: files))
    let input = Descriptor(STDIN_FILENO)
    let output = Descriptor(STDOUT_FILENO)
    if let checkpoints, let seconds = CheckpointPace.wantedSeconds {
      let folder = CheckpointFolder(path: checkpoints)
      runner.checkpoints = SlotCheckpoints(
        file: { folder.file(of: $0) }, leastSeconds: seconds
      ) { key, notice in
        // A daemon that hears nothing any more is about to end this process.
        try? output.writeAll(frame(of: notice, on: key))
      }
    }
    var decoder = FrameDecoder<ToSlot>(awaitsMagic: false)
    var memoryLimit: UInt64?
    while true {
      while let message = try decoder.next() {
        guard case .train(let shard) = message, let entry = shard.entries.first else { continue }
        emptyLog()
        if shard.limits.memoryBytes != memoryLimit {
          memoryLimit = shard.limits.memoryBytes
          SlotLimits.setMemory(memoryLimit)
        }
        // Each result is written before the next trial begins: whatever that one does, this one is
        // with the daemon.
        let result = runner.run(entry, of: shard)
        let trial = TrialAttempt(key: result.key, attempt: result.attempt)
        for part in result.kept.parts(of: trial) {
          try output.writeAll(FrameEncoder.frame(FromSlot.part(part)))
        }
        try output.writeAll(frame(of: result))
      }
      var bytes: [UInt8] = []
      guard case .bytes = try input.read(into: &bytes, countMax: 64 << 10) else { return }
      decoder.append(bytes)
    }
  }

  private static func frame(of notice: CheckpointFile.Notice, on key: TrialKey) -> [UInt8] {
    switch notice {
    case .kept(let progress, let byteCount):
      FrameEncoder.frame(FromSlot.checkpoint(key, progress: progress, byteCount: byteCount))
    case .remark(let words): FrameEncoder.frame(FromSlot.remark(words))
    }
  }

  /// The frame of a result; one that no frame can hold is a failure that says so.
  private static func frame(of result: TrialResult) -> [UInt8] {
    var payload = ByteWriter()
    result.encode(to: &payload)
    // A record's number is sent before it.
    if payload.bytes.count > Limits.frameBytesMax - MemoryLayout<UInt64>.size {
      var failure = result
      failure.measures = []
      failure.outcome = .failed(
        .refused,
        "The result has \(payload.bytes.count) bytes; the bound is \(Limits.frameBytesMax).")
      return FrameEncoder.frame(FromSlot.finished(failure))
    }
    return FrameEncoder.frame(
      kind: FromSlot.finished(result).kind, payload: payload.bytes)
  }

  /// Ends this process when its daemon ends, however that ends: the stream from it hangs up then.
  private static func dieWithDaemon() throws(SystemError) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    // Small, because it counts towards a trial's memory.
    pthread_attr_setstacksize(&attributes, 256 << 10)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let error = pthread_create(
      &thread, &attributes,
      { _ in
        var stream = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
        while poll(&stream, 1, -1) < 0 || stream.revents == 0 {}
        _exit(EXIT_FAILURE)
      }, nil)
    pthread_attr_destroy(&attributes)
    // Without it a slot could outlive its daemon and train for nobody.
    guard error == 0 else { throw SystemError("starting a thread", number: error) }
  }

  /// Forgets what the trial before wrote to standard error.
  private static func emptyLog() {
    var status = stat()
    guard fstat(STDERR_FILENO, &status) == 0, status.st_size > 0 else { return }
    _ = ftruncate(STDERR_FILENO, 0)
    lseek(STDERR_FILENO, 0, SEEK_SET)
  }
}
