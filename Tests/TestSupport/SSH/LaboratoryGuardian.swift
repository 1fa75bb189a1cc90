import Glibc

/// A process that cleans up after a laboratory whose tests were killed or crashed.
///
/// It waits for a word on a pipe. When the pipe ends without one, the process that held its other
/// end is gone and everything of the laboratory is still there.
final class LaboratoryGuardian: Sendable {
  private let identifier: Int32
  private let words: Int32

  /// Starts to watch.
  /// - Parameters:
  ///   - directory: the laboratory's folder, which no other process names.
  ///   - bridge: the network device that goes with it, if there is one.
  /// - Throws: `LaboratoryError` when it cannot be started.
  init(directory: String, bridge: String = "") throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw LaboratoryError.system("Making a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { for descriptor in [ends[0], nothing] { close(descriptor) } }
    let environment = ["LABORATORY": directory, "BRIDGE": bridge, "NODE": SSHNode.environmentName]
    words = ends[1]
    do {
      identifier = try SystemCommand.spawn(
        "/bin/sh", ["-c", LaboratoryGuardian.program],
        environment: SystemCommand.plainEnvironment.merging(environment) { $1 },
        streams: (ends[0], nothing, nothing))
    } catch {
      close(ends[1])
      throw error
    }
  }

  /// Lets it go, since everything was cleaned up.
  func dismiss() {
    var byte = UInt8(ascii: "\n")
    _ = write(words, &byte, 1)
    close(words)
    while waitpid(identifier, nil, 0) < 0, errno == EINTR {}
  }

  /// A server shows its settings' file on its command line, what it starts has the node's folder in
  /// its environment.
  private static let program = """
    read -r word && exit 0
    for process in /proc/[0-9]*; do
      if tr '\\0' '\\n' <"$process/environ" | grep -q "^$NODE=$LABORATORY/" ||
        tr '\\0' ' ' <"$process/cmdline" | grep -qF "$LABORATORY/"; then
        kill -KILL "${process#/proc/}"
      fi
    done
    test -z "$BRIDGE" || ip link delete "$BRIDGE"
    sleep 0.2
    rm -rf "$LABORATORY"
    """
}
