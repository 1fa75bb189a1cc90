/// A machine of a laboratory that answers over SSH.
package struct SSHNode: Sendable, Hashable {
  /// Its name in the laboratory: `n1`, `n2`, ...
  package let name: String
  /// Where its server listens, as digits.
  package let address: String
  /// The port of its server.
  package let port: Int
  /// Who logs in.
  package let user: String
  /// The private key that it lets in: its own, of no use on another node.
  package let identityFile: String
  /// The folder that this machine keeps for it: keys, settings, logs, home.
  package let directory: String
  /// Its home directory as this machine sees it.
  package let home: String
  /// Its home directory as its own processes see it.
  package let homeInside: String

  /// What is in the environment of every process that was started on it.
  package var environmentEntry: String { "\(SSHNode.environmentName)=\(directory)" }

  /// The name of that entry.
  package static let environmentName = "PHASEGRID_TEST_NODE"

  /// What its server and its sessions wrote about themselves.
  package var logFile: String { directory + "/etc/sshd.log" }

  /// Its files that its server reads.
  var settings: String { directory + "/etc" }

  /// How known hosts files name it.
  var knownHostName: String { port == 22 ? address : "[\(address)]:\(port)" }
}

/// How a node of a laboratory is to be.
package struct SSHNodeOptions: Sendable {
  /// How one gets in.
  package enum Logins: Sendable {
    /// By the node's key, and by no other means.
    case publicKey
    /// Only by a password, which nobody has.
    case password
    /// Only by answering questions at a terminal.
    case keyboardInteractive
  }

  /// What runs the commands of a session.
  package var loginShell: LoginShell
  /// How one gets in.
  package var logins: Logins
  /// How many channels a connection may have; OpenSSH's own default is 10.
  package var sessionsMax: Int
  /// How many connections may be logging in, in the words of `MaxStartups`; OpenSSH's own default
  /// is `10:30:100`.
  package var startupsMax: String
  /// Whether connections may be forwarded, which a jump host needs.
  package var forwards: Bool

  /// A node; by default one that is never in the way.
  package init(
    loginShell: LoginShell = .sh, logins: Logins = .publicKey, sessionsMax: Int = 1000,
    startupsMax: String = "1000", forwards: Bool = true
  ) {
    self.loginShell = loginShell
    self.logins = logins
    self.sessionsMax = sessionsMax
    self.startupsMax = startupsMax
    self.forwards = forwards
  }
}
