import Foundation
import Glibc
import Synchronization

/// One machine of its own in namespaces: network, mounts, processes, host name.
///
/// Its first process is a shell; when that is killed, everything on the machine is.
final class NamespaceMachine: Sendable {
  let node: SSHNode
  private let holder = Mutex<Int32?>(nil)

  init(node: SSHNode) { self.node = node }

  /// Where the node's folder is inside the machine.
  static let folderInside = "/run/node"

  /// Writes the program of the first process.
  func write() throws {
    let sshd = try SystemCommand.require("sshd")
    let inside = NamespaceMachine.folderInside
    // The folder of the laboratory may lie below what is covered here; /run is where its parts
    // are found afterwards.
    let text = """
      set -eu
      mount --make-rprivate /
      echo '\(node.name)' >/proc/sys/kernel/hostname
      mount -t tmpfs -o mode=0755 tmpfs '\(node.directory)/stage'
      cd '\(node.directory)/stage'
      mkdir -p sshd lock .\(inside.dropFirst(4))/etc .\(inside.dropFirst(4))/home
      mount --bind '\(node.settings)' .\(inside.dropFirst(4))/etc
      mount --bind '\(node.home)' .\(inside.dropFirst(4))/home
      mount --rbind '\(node.directory)/stage' /run
      cd /
      mount -t proc proc /proc
      mount -t tmpfs -o mode=1777 tmpfs /dev/shm
      mount -t tmpfs -o mode=1777 tmpfs /tmp
      mount --bind \(inside)/home '\(node.homeInside)'
      '\(sshd)' -f \(inside)/etc/sshd_config -E \(inside)/etc/sshd.log
      while :; do
        sleep 1000000 &
        wait
      done

      """
    try ServerFiles.write(text, to: node.directory + "/init")
    try FileManager.default.createDirectory(
      atPath: node.directory + "/stage", withIntermediateDirectories: true)
  }

  /// The number of its first process while it is on.
  var first: Int32? {
    guard let holder = holder.withLock({ $0 }) else { return nil }
    return ProcessTable.living().first { $0.parent == holder }?.identifier
  }

  /// Turns it on; its network is not there yet.
  /// - Returns: its first process.
  func boot() async throws -> Int32 {
    let log = open(node.directory + "/boot.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { for descriptor in [log, nothing] { close(descriptor) } }
    let tag = [SSHNode.environmentName: node.directory]
    let identifier = try SystemCommand.spawn(
      try SystemCommand.require("unshare"),
      ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--"]
        + ["/bin/sh", node.directory + "/init"],
      environment: SystemCommand.plainEnvironment.merging(tag) { $1 },
      streams: (nothing, log, log))
    holder.withLock { $0 = identifier }
    while waitpid(identifier, nil, WNOHANG) == 0 {
      // The child comes after the namespaces.
      if let first { return first }
      try await Task.sleep(for: .milliseconds(1))
    }
    throw LaboratoryError("\(node.name) does not boot: \(bootLog)")
  }

  /// Takes its power away.
  func powerOff() {
    guard let identifier = holder.withLock({ $0 }) else { return }
    let ended = [first, identifier].compactMap { $0 }
    for process in ended { kill(process, SIGKILL) }
    ProcessTable.waitForEnd(of: ended)
    holder.withLock { $0 = nil }
  }

  /// Every process on it but its first one and what that does.
  var processes: [ProcessEntry] {
    guard let first, let space = namespace(of: first) else { return [] }
    return ProcessTable.living().filter { entry in
      entry.identifier != first && namespace(of: entry.identifier) == space
        && !(entry.parent == first && entry.arguments == ["sleep", "1000000"])
    }
  }

  /// Runs a program on it, around SSH.
  func run(_ program: String, _ arguments: [String]) async throws -> SystemCommand.Ending {
    guard let first else { throw LaboratoryError("\(node.name) is off.") }
    let spaces = ["--target", "\(first)", "--mount", "--uts", "--ipc", "--net", "--pid"]
    return try await SystemCommand.ending(of: "nsenter", spaces + ["--", program] + arguments)
  }

  var bootLog: String {
    // It is for a message; there may have been no reason to write one.
    (try? ServerFiles.text(of: node.directory + "/boot.log")) ?? ""
  }

  private func namespace(of process: Int32) -> String? {
    // A process may have ended.
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/pid")
  }
}
