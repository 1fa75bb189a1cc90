/// All that a host's ssh configuration says about how it is reached.
package struct SSHHostSettings: Hashable, Sendable {
  /// Where the keys of an agent come from.
  package enum AgentChoice: Hashable, Sendable {
    /// The agent whose socket `SSH_AUTH_SOCK` names, if there is one.
    case environment
    /// No agent.
    case none
    /// The agent that listens on the socket at this absolute path.
    case socket(String)
  }

  /// What lies between this machine and the host.
  package enum Proxy: Hashable, Sendable {
    /// Nothing: the host is connected to directly.
    case none
    /// Hosts to pass through, the first one nearest to this machine; never empty.
    case jump([SSHHop])
    /// A command for `/bin/sh` whose standard input and output are the connection.
    case command(String)
  }

  /// What is resolved and connected to: a name in small letters, or an address.
  package var hostName: String
  /// What the user wrote.
  package var alias: String
  /// The user to log in as.
  package var user: String
  /// The port to connect to, 1 and up.
  package var port: UInt16
  /// The absolute paths of the key files to try, in order, without duplicates.
  package var identityFiles: [String]
  /// Whether the usual key files in `~/.ssh` are to be tried: no `IdentityFile` line applies.
  ///
  /// `IdentityFile none` makes ``identityFiles`` empty and this false.
  package var usesDefaultIdentityFiles: Bool
  /// Whether only keys that belong to ``identityFiles`` are tried, even when the agent has more.
  package var identitiesOnly: Bool
  /// Which agent is asked.
  package var identityAgent: AgentChoice
  /// The absolute paths of the user's files of known host keys.
  package var userKnownHostsFiles: [String]
  /// The absolute paths of the machine's files of known host keys.
  package var globalKnownHostsFiles: [String]
  /// The name under which the host key is looked up instead of the host's own, in small letters.
  package var hostKeyAlias: String?
  /// What lies between this machine and the host.
  package var proxy: Proxy
  /// How long a connection may take to come about, above 0; `nil` when the system decides.
  package var connectTimeoutSeconds: Double?
  /// The ciphers as written, with `+`, `-` or `^` in front where they change the default list.
  package var ciphers: String?
  /// The message authentication codes as written.
  package var macs: String?
  /// The key exchange algorithms as written.
  package var keyExchangeAlgorithms: String?
  /// The host key algorithms as written.
  package var hostKeyAlgorithms: String?
  /// The algorithms of public key login as written.
  package var publicKeyAlgorithms: String?
  /// The least size of an RSA key that is accepted, in bits.
  package var requiredRSASizeBits: Int?
  /// Whether the connection is compressed.
  package var compression: Bool
}

/// A host to pass through on the way to another, as `ProxyJump` names it.
package struct SSHHop: Hashable, Sendable {
  /// The user to log in as; `nil` when the hop's own settings say.
  package var user: String?
  /// The host's name or alias.
  package var host: String
  /// The port; `nil` when the hop's own settings say.
  package var port: UInt16?

  /// Puts a hop together.
  package init(user: String? = nil, host: String, port: UInt16? = nil) {
    self.user = user
    self.host = host
    self.port = port
  }
}
