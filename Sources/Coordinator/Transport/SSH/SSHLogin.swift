import CLibSSH
import Glibc

/// The first part of a session's life: key exchange, the host's key, the login.
///
/// Everything here blocks its thread, for at most ``timeoutSeconds`` at each step.
struct SSHLogin {
  /// How long one step may take, in seconds, unless the configuration says otherwise.
  static let timeoutSeconds = 10.0

  let session: OpaquePointer
  let settings: SSHHostSettings

  /// The node as messages call it.
  var subject: String { settings.subject }

  /// Takes a connected socket through key exchange, host key check and login.
  /// - Returns: The fingerprint of the host's key.
  /// - Throws: `ssh.greeting`, `ssh.host-key-unknown`, `ssh.host-key-changed`,
  ///   `ssh.configuration`, `ssh.authentication`, `ssh.interactive`.
  func perform(on descriptor: Int32) throws(TransportError) -> String {
    let keys = KnownHosts(settings: settings)
    let file = try keys.file()
    defer { file.remove() }
    try configure(descriptor, knownHosts: file.path)
    guard ssh_connect(session) == SSH_OK else {
      throw TransportError(
        .sshGreeting, "Greeting \(subject): \(reason).",
        remedy: "Check that an SSH server answers at that port, and that it is not overloaded.")
    }
    let fingerprint = try keys.check(session)
    try SSHAuthentication(session: session, settings: settings).perform()
    ssh_set_blocking(session, 0)
    return fingerprint
  }

  private func configure(_ descriptor: Int32, knownHosts: String) throws(TransportError) {
    try set(SSH_OPTIONS_PROCESS_CONFIG, number: 0)
    // The socket is ours, so this name is the one that known-hosts files are searched for.
    try set(SSH_OPTIONS_HOST, text: settings.hostKeyAlias ?? settings.hostName)
    try set(SSH_OPTIONS_PORT, number: settings.hostKeyAlias == nil ? Int32(settings.port) : 22)
    try set(SSH_OPTIONS_USER, text: settings.user)
    try set(SSH_OPTIONS_FD, number: descriptor)
    try set(SSH_OPTIONS_KNOWNHOSTS, text: knownHosts)
    try set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, text: "/dev/null")
    var seconds = Int(settings.connectTimeoutSeconds ?? SSHLogin.timeoutSeconds)
    guard ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) == SSH_OK else {
      throw configurationError
    }
    if let bits = settings.requiredRSASizeBits {
      try set(SSH_OPTIONS_RSA_MIN_SIZE, number: Int32(clamping: bits))
    }
    if settings.compression { try set(SSH_OPTIONS_COMPRESSION, text: "yes") }
    for (option, list) in [
      (SSH_OPTIONS_CIPHERS_C_S, settings.ciphers), (SSH_OPTIONS_CIPHERS_S_C, settings.ciphers),
      (SSH_OPTIONS_HMAC_C_S, settings.macs), (SSH_OPTIONS_HMAC_S_C, settings.macs),
      (SSH_OPTIONS_KEY_EXCHANGE, settings.keyExchangeAlgorithms),
      (SSH_OPTIONS_HOSTKEYS, settings.hostKeyAlgorithms),
      (SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, settings.publicKeyAlgorithms),
    ] {
      if let list { try set(option, text: list) }
    }
    if case .socket(let path) = settings.identityAgent {
      try set(SSH_OPTIONS_IDENTITY_AGENT, text: path)
    }
  }

  private func set(_ option: ssh_options_e, text: String) throws(TransportError) {
    guard ssh_options_set(session, option, text) == SSH_OK else { throw configurationError }
  }

  private func set(_ option: ssh_options_e, number: Int32) throws(TransportError) {
    var number = number
    guard ssh_options_set(session, option, &number) == SSH_OK else { throw configurationError }
  }

  private var configurationError: TransportError {
    TransportError(
      .sshConfiguration, "Preparing the connection to \(subject): \(reason).",
      remedy: "Look at what the ssh configuration says of this host; libssh does not take it.")
  }

  /// What libssh says of its last failure.
  private var reason: String { session.lastSSHError }
}

extension OpaquePointer {
  /// Whether the session that this is has lost its connection.
  var isBroken: Bool {
    ssh_is_connected(self) == 0 || ssh_get_status(self) & (SSH_CLOSED | SSH_CLOSED_ERROR) != 0
  }

  /// What libssh says of a session's last failure, without a full stop.
  var lastSSHError: String {
    let words = ssh_get_error(UnsafeMutableRawPointer(self)).map { String(cString: $0) } ?? ""
    guard !words.isEmpty else { return "no reason is known" }
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }
}

extension SSHHostSettings {
  /// The host as messages call it: what the user wrote, and where that leads.
  var subject: String {
    let place = port == 22 ? hostName : "\(hostName):\(port)"
    return alias == hostName && port == 22 ? alias : "\(alias) (\(user)@\(place))"
  }
}
