import Glibc

/// Starts this very program again, whatever has become of its file since.
enum OwnProgram {
  static let path = "/proc/self/exe"

  /// The standard streams of a process that is started.
  struct Streams {
    var input: Int32
    var output: Int32
    var words: Int32
  }

  /// Starts a process; descriptors other than its streams are not inherited.
  ///
  /// `posix_spawn` and not `fork`: OpenBLAS may have threads already.
  static func spawn(
    _ arguments: [String], environment: [String], streams: Streams
  ) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, streams.input, 0)
    posix_spawn_file_actions_adddup2(&actions, streams.output, 1)
    posix_spawn_file_actions_adddup2(&actions, streams.words, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Whoever started the worker may have blocked signals; its slots must be stoppable all the same.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let error = withStrings(["phasegrid-worker"] + arguments) { arguments in
      withStrings(environment) { environment in
        posix_spawn(&process, path, &actions, &attributes, arguments, environment)
      }
    }
    guard error == 0 else { throw SystemError("starting \(path)", number: error) }
    return process
  }

  /// Becomes this program anew, with another environment: libraries read theirs when they load.
  static func restart(_ arguments: [String], environment: [String]) -> SystemError {
    withStrings(["phasegrid-worker"] + arguments) { arguments in
      withStrings(environment) { environment in
        _ = execve(path, arguments, environment)
      }
    }
    return SystemError("starting \(path) again")
  }

  /// Opens `/dev/null` in place of a standard stream that is closed, so that no file or pipe takes
  /// its number.
  static func fillStandardStreams() {
    var number: Int32 = 0
    while number >= 0 && number <= 2 {
      guard fcntl(number, F_GETFD) < 0 else {
        number += 1
        continue
      }
      number = open("/dev/null", O_RDWR)
    }
  }

  private static func withStrings<Answer>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Answer
  ) -> Answer {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return body(pointers)
  }
}
