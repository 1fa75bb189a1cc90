import Dispatch
import Glibc

/// The program of a `ProxyCommand`: the only process that reaching a node may start.
enum ProxyProgram {
  /// Starts it.
  /// - Returns: A socket that its standard input and output are connected to; the caller's to close,
  ///   which ends the program.
  /// - Throws: `transport.spawn`.
  static func start(_ command: String, subject: String) throws(TransportError) -> Int32 {
    let (ours, theirs) = try SSHSocket.pair()
    defer { close(theirs) }
    do throws(TransportError) {
      let identifier = try ChildProcess.spawn(
        path: "/bin/sh", arguments: ["-c", "exec \(command)"],
        streams: [theirs, theirs, STDERR_FILENO])
      DispatchQueue.global().async {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
      }
      return ours
    } catch {
      close(ours)
      throw TransportError(
        .spawn, "Starting the ProxyCommand of \(subject): \(error.message)", remedy: error.remedy)
    }
  }
}
