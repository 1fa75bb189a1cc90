import Glibc
import Synchronization

/// A process of ours with three streams: standard input, output and error.
///
/// It runs in a process group of its own, so that Ctrl-C at the terminal reaches only the program
/// that the user sees: Foundation's own class cannot do that.
final class ChildProcess: Sendable {
  /// The parent's ends; each is closed by whoever reads or writes it.
  let input: Int32
  let output: Int32
  let error: Int32
  let processIdentifier: pid_t

  /// Starts a program.
  /// - Parameters:
  ///   - path: Where the program is.
  ///   - arguments: What it is told, without its own name.
  /// - Throws: `transport.spawn`.
  init(path: String, arguments: [String]) throws(TransportError) {
    let pipes = try ChildProcess.makePipes(3)
    defer { for end in [pipes[0].read, pipes[1].write, pipes[2].write] { Glibc.close(end) } }
    do throws(TransportError) {
      processIdentifier = try ChildProcess.spawn(
        path: path, arguments: arguments,
        streams: [pipes[0].read, pipes[1].write, pipes[2].write])
    } catch {
      for end in [pipes[0].write, pipes[1].read, pipes[2].read] { Glibc.close(end) }
      throw error
    }
    input = pipes[0].write
    output = pipes[1].read
    error = pipes[2].read
  }

  /// Starts a program on three descriptors that stay the caller's.
  ///
  /// It gets default signals and a process group of its own, and nothing else that is open here.
  /// - Throws: `transport.spawn`.
  static func spawn(
    path: String, arguments: [String], streams: [Int32]
  ) throws(TransportError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var identifier = pid_t()
    let status = posix_spawn(&identifier, path, &actions, &attributes, words, environ)
    guard status == 0 else {
      throw TransportError(
        .spawn, "Starting \(path): \(String(cString: strerror(status))).",
        remedy: "Check that the file is there and may be executed.")
    }
    return identifier
  }

  /// Waits for the end of the process; blocks.
  /// - Returns: The exit status, or 128 and the number of the signal.
  func waitForExit() -> Int32 {
    var status: Int32 = 0
    while waitpid(processIdentifier, &status, 0) < 0 {
      guard errno == EINTR else { return 255 }
    }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }

  private static func makePipes(
    _ count: Int
  ) throws(TransportError) -> [(read: Int32, write: Int32)] {
    var pipes: [(read: Int32, write: Int32)] = []
    for _ in 0..<count {
      var ends: [Int32] = [0, 0]
      // Sockets, because they can be marked as not to be inherited when they are made: a process
      // that another thread starts at this moment must not keep them open.
      let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
        let reason = String(cString: strerror(errno))
        for pipe in pipes {
          Glibc.close(pipe.read)
          Glibc.close(pipe.write)
        }
        throw TransportError(
          .spawn, "Making a pipe: \(reason).", remedy: "Close programs that hold many files.")
      }
      pipes.append((ends[0], ends[1]))
    }
    return pipes
  }
}

/// Reads a descriptor piece by piece until it ends; blocks.
func readToEnd(_ descriptor: Int32, each: ([UInt8]) -> Void) {
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 {
      each(Array(buffer[..<count]))
    } else if count == 0 || errno != EINTR {
      return
    }
  }
}

/// Writes all bytes to a socket; blocks.
/// - Returns: Whether all were taken.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    // Without a signal when nobody reads any more: that is the link's news, not this program's end.
    let count = rest.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno != EINTR {
      return false
    }
  }
  return true
}
