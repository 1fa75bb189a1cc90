/// What the files of OpenSSH's client configuration say.
///
/// They are read once, with all that they include; after that this is a value, and asking it for a
/// host starts nothing and reads nothing. The rules are those of `ssh_config(5)` of OpenSSH 9; what
/// cannot be honoured is an error when it matters to the host that is asked for.
///
/// ```swift
/// let configuration = try SSHConfiguration(
///   paths: ["/home/ada/.ssh/config", "/etc/ssh/ssh_config"], home: "/home/ada",
///   localUser: "ada", localHostName: "desk.example.org")
/// let settings = try configuration.settings(for: "lab01")
/// ```
package struct SSHConfiguration: Sendable {
  /// The files in the order in which they are consulted.
  let files: [[SSHStatement]]
  /// What the tokens and defaults that concern this machine stand for.
  let local: SSHLocalFacts

  /// Reads the files and all that they include.
  ///
  /// A file in `/etc/ssh` is the machine's: what it includes is relative to `/etc/ssh`, and its
  /// owner is not looked at. Every other one is the user's: relative to `~/.ssh`, and nobody else
  /// may be able to write it.
  /// - Parameters:
  ///   - paths: The files, the most important one first. One that is not there is skipped.
  ///   - home: The absolute path of the user's home directory.
  ///   - localUser: The user's name on this machine.
  ///   - localHostName: This machine's name, with its domain.
  ///   - environment: What `${NAME}` stands for; `nil` takes it from this process.
  /// - Throws: ``TransportError`` `ssh.configuration` with file and line.
  package init(
    paths: [String], home: String, localUser: String, localHostName: String,
    environment: [String: String]? = nil
  ) throws(TransportError) {
    local = SSHLocalFacts(
      home: home, user: localUser, hostName: localHostName, environment: environment)
    var reader = SSHConfigurationReader(local: local)
    var files: [[SSHStatement]] = []
    for path in paths {
      if let file = try reader.read(path: path) { files.append(file) }
    }
    self.files = files
  }

  /// Reads a text as if it were the user's file; what it includes is read from the disk.
  /// - Parameters:
  ///   - text: What the file says.
  ///   - path: The path that errors name.
  ///   - home: The absolute path of the user's home directory.
  ///   - localUser: The user's name on this machine.
  ///   - localHostName: This machine's name, with its domain.
  ///   - environment: What `${NAME}` stands for; `nil` takes it from this process.
  /// - Throws: ``TransportError`` `ssh.configuration` with file and line.
  package init(
    text: String, path: String, home: String, localUser: String, localHostName: String,
    environment: [String: String]? = nil
  ) throws(TransportError) {
    local = SSHLocalFacts(
      home: home, user: localUser, hostName: localHostName, environment: environment)
    var reader = SSHConfigurationReader(local: local)
    files = [try reader.parse(Array(text.utf8), of: SSHSourceFile(path: path))]
  }

  /// How one host is reached.
  ///
  /// - Parameters:
  ///   - host: The host's name or alias, as the user wrote it.
  ///   - user: The user to log in as; goes before what the files say.
  ///   - port: The port, 1 and up; goes before what the files say.
  /// - Returns: The settings. Those of the hosts to pass through are asked for again, with each
  ///   hop's name, user and port; as with `ssh`, of these only the first hop's own proxy counts.
  /// - Throws: ``TransportError`` `ssh.unsupported` when the files ask for something that is not
  ///   supported and matters to this host, `ssh.configuration` when a value makes no sense.
  package func settings(
    for host: String, user: String? = nil, port: UInt16? = nil
  ) throws(TransportError) -> SSHHostSettings {
    try Self.check(host: host, user: user, port: port)
    var collection = SSHCollection(host: host, user: user, port: port)
    for file in files { try collection.take(file) }
    if collection.wantsFinalPass {
      collection.beginFinalPass(host: try collection.hostName(alias: host))
      for file in files { try collection.take(file) }
    }
    try collection.refuseUnsupported()
    let settings = try collection.settings(local: local)
    if case .jump(let hops) = settings.proxy, let last = hops.last {
      // ssh compares the hop that it starts itself, which is the last one.
      guard
        last.host != settings.hostName || (last.port ?? 22) != settings.port
          || (last.user ?? settings.user) != settings.user
      else {
        throw TransportError(
          .sshConfiguration,
          "The ssh configuration names '\(settings.alias)' as the jump host of itself.",
          remedy: "Put 'ProxyJump none' into a block of the jump host, before any 'Host *'.")
      }
    }
    return settings
  }

  /// Refuses names that would mean something to a shell, as OpenSSH does: a proxy command gets them.
  private static func check(
    host: String, user: String?, port: UInt16?
  ) throws(TransportError) {
    guard SSHCollection.isHostName(host) else {
      throw TransportError(
        .sshConfiguration, "'\(host.prefix(100))' is no name of a host.",
        remedy: "Name the host without blanks, quotes and other letters that a shell acts on.")
    }
    if let user {
      let refused = "'`\";&<>|(){}"
      guard
        !user.isEmpty, !user.hasPrefix("-"), !user.hasSuffix("\\"),
        !user.unicodeScalars.contains(where: {
          refused.unicodeScalars.contains($0) || $0.value <= 32 || $0.value == 127
        })
      else {
        throw TransportError(
          .sshConfiguration, "'\(user.prefix(100))' is no name of a user.",
          remedy: "Name the user without blanks, quotes and other letters that a shell acts on.")
      }
    }
    guard port != 0 else {
      throw TransportError(
        .sshConfiguration, "Port 0 of host '\(host)' cannot be connected to.",
        remedy: "Give a port between 1 and 65535.")
    }
  }
}

/// What the tokens and defaults that concern this machine stand for.
struct SSHLocalFacts: Sendable {
  let home: String
  let user: String
  let hostName: String
  let environment: [String: String]?
}
