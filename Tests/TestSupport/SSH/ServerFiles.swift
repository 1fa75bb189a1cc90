import Foundation
import Glibc

/// The files of one server: its keys, its settings, and the program that begins its sessions.
struct ServerFiles {
  let node: SSHNode
  let options: SSHNodeOptions
  /// The folder of the settings as the server sees it.
  let folder: String
  /// Where the server listens, as it sees it.
  let listens: String

  /// Why no server can be started on this machine, or nothing when one can.
  static var reasonUnavailable: String? {
    let missing = ["sshd", "ssh", "ssh-keygen"].filter { SystemCommand.find($0) == nil }
    return missing.isEmpty ? nil : "\(missing.joined(separator: ", ")): not installed"
  }

  /// Writes everything anew, keys included.
  func write() throws {
    for path in [node.home, node.settings] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try ServerFiles.makeKey(node.identityFile, comment: node.name)
    try ServerFiles.write(
      try ServerFiles.text(of: node.identityFile + ".pub"), to: node.settings + "/authorized_keys")
    try replaceHostKey()
    try ServerFiles.write(LoginShell.noise, to: node.settings + "/noise")
    try ServerFiles.write(
      try options.loginShell.entrance(home: node.homeInside, folder: folder),
      to: node.settings + "/enter", mode: 0o755)
    try ServerFiles.write(serverSettings, to: node.settings + "/sshd_config")
  }

  /// Gives the server another key, which it reads when it is started.
  func replaceHostKey() throws {
    let path = node.settings + "/host_key"
    for file in [path, path + ".pub"] where access(file, F_OK) == 0 {
      try FileManager.default.removeItem(atPath: file)
    }
    try ServerFiles.makeKey(path, comment: node.name)
  }

  /// The line of a known hosts file that trusts the server's present key.
  func knownHostsLine() throws -> String {
    let key = try ServerFiles.text(of: node.settings + "/host_key.pub")
    return "\(node.knownHostName) \(key.split(separator: " ").prefix(2).joined(separator: " "))"
  }

  private var serverSettings: String {
    let authentication =
      switch options.logins {
      case .publicKey: ("yes", "no", "no")
      case .password: ("no", "yes", "no")
      case .keyboardInteractive: ("no", "no", "yes")
      }
    // Without PAM and without looking at the modes of folders it runs anywhere, also for an
    // ordinary user.
    return """
      UsePAM no
      StrictModes no
      UseDNS no
      PermitRootLogin yes
      PubkeyAuthentication \(authentication.0)
      PasswordAuthentication \(authentication.1)
      KbdInteractiveAuthentication \(authentication.2)
      PrintMotd no
      PrintLastLog no
      X11Forwarding no
      AllowAgentForwarding yes
      AllowTcpForwarding \(options.forwards ? "yes" : "no")
      AllowStreamLocalForwarding \(options.forwards ? "yes" : "no")
      MaxStartups \(options.startupsMax)
      MaxSessions \(options.sessionsMax)
      LoginGraceTime 60
      LogLevel VERBOSE
      ListenAddress \(listens)
      HostKey \(folder)/host_key
      PidFile none
      AuthorizedKeysFile \(folder)/authorized_keys
      SetEnv HOME=\(node.homeInside) \(node.environmentEntry)
      ForceCommand \(folder)/enter
      Subsystem sftp internal-sftp

      """
  }

  private static func makeKey(_ path: String, comment: String) throws {
    try SystemCommand.run(
      "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])
  }

  static func text(of path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  static func write(_ text: String, to path: String, mode: Int = 0o644) throws {
    // Somebody may be reading what is replaced.
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }
}
