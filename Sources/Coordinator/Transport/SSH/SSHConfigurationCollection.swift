import Glibc

/// Collects what applies to one host: the first value of each keyword, and all key files.
struct SSHCollection {
  private enum Activity {
    case inactive, active
    /// Inside a `Match` block of which nobody can say whether it applies.
    case undecided(SSHMatch)
  }

  private let alias: String
  private let givenUser: String?
  private let givenPort: UInt16?
  /// What `Host` patterns are held against.
  private var host: String
  private var isFinalPass = false
  private var values: [SSHKeyword: SSHDirective] = [:]
  private var identityFiles: [SSHDirective] = []
  private(set) var wantsFinalPass = false

  init(host: String, user: String?, port: UInt16?) {
    alias = host
    self.host = host
    givenUser = user
    givenPort = port
  }

  /// Begins the second pass: patterns are held against the name that the first has found, and no
  /// other name is found any more.
  mutating func beginFinalPass(host: String) {
    isFinalPass = true
    self.host = host
  }

  /// Takes what applies of a file.
  mutating func take(_ statements: [SSHStatement]) throws(TransportError) {
    try take(statements, ceiling: .active)
  }

  /// Takes what applies of a file; nothing in it applies more than the line that includes it.
  private mutating func take(
    _ statements: [SSHStatement], ceiling: Activity
  ) throws(TransportError) {
    var activity = ceiling
    for statement in statements {
      switch statement {
      case .host(let patterns):
        activity = SSHPatterns.fit(host, patterns) ? ceiling : .inactive
      case .match(let match):
        wantsFinalPass = wantsFinalPass || match.asksForFinalPass
        switch (match.verdict(isFinalPass: isFinalPass), ceiling) {
        case (.doesNotApply, _): activity = .inactive
        case (.undecided, .active): activity = .undecided(match)
        default: activity = ceiling
        }
      case .include(let files):
        for file in files { try take(file, ceiling: activity) }
      case .value(let directive):
        try take(directive, activity)
      }
    }
  }

  private mutating func take(
    _ directive: SSHDirective, _ activity: Activity
  ) throws(TransportError) {
    guard !isSettled(directive) else { return }
    switch activity {
    case .inactive: return
    case .undecided(let match):
      throw match.place.unsupported(
        "'Match \(match.text.prefix(200))' cannot be decided here, and line "
          + "\(directive.place.line) of \(directive.place.path) would set "
          + "\(directive.keyword.rawValue) of host '\(alias)' by it.",
        remedy: "Put what this node needs into a file without Match and name it as 'sshConfig:' in "
          + "the cluster file.")
    case .active: break
    }
    if directive.keyword == .identityFile {
      identityFiles.append(directive)
    } else {
      values[directive.keyword] = directive
    }
  }

  /// Whether a line can change nothing any more.
  private func isSettled(_ directive: SSHDirective) -> Bool {
    switch directive.keyword {
    case .user where givenUser != nil, .port where givenPort != nil: return true
    case .hostName where isFinalPass: return true
    case .identityFile: return identityFiles.contains { $0.argument == directive.argument }
    // These two compete. A jump of `none` leaves the way open for a command, not for a jump.
    case .proxyJump: return values[.proxyJump] != nil || values[.proxyCommand] != nil
    case .proxyCommand:
      return values[.proxyCommand] != nil || values[.proxyJump].map { !$0.isNone } == true
    default: return values[directive.keyword] != nil
    }
  }

  /// Refuses what applies to the host and cannot be honoured.
  func refuseUnsupported() throws(TransportError) {
    for keyword in SSHKeyword.allCases {
      guard let directive = values[keyword] else { continue }
      let word = directive.argument.lowercased()
      let remedy: String
      switch keyword {
      case .certificateFile where word != "none":
        remedy = "Give the node a key of its own with IdentityFile: certificates are not used."
      case .canonicalizeHostName where word != "no" && word != "none":
        remedy = "Give this host its full name with HostName, and set CanonicalizeHostname no."
      case .tokenProvider where word != "none":
        remedy = "Load the token into ssh-agent with 'ssh-add -s', and set PKCS11Provider none."
      case .securityKeyProvider where word != "none" && word != "internal":
        remedy = "Add the key to ssh-agent with 'ssh-add', and set SecurityKeyProvider internal."
      case .proxyUsesDescriptorPassing where word == "yes" || word == "true":
        guard let command = values[.proxyCommand], !command.isNone else { continue }
        remedy = "Use a ProxyCommand that copies its standard input and output."
      case .revokedHostKeys where word != "none":
        remedy = "Mark revoked keys with '@revoked' in the known-hosts file instead."
      case .publicKeyLogin where word == "no" || word == "false":
        remedy = "Allow it for this host: keys are the only way in which nodes are logged in to."
      case .preferredLogins where !word.split(separator: ",").contains("publickey"):
        remedy = "Add 'publickey': keys are the only way in which nodes are logged in to."
      case .refuseConnection:
        remedy = "Remove this line, or name another host."
      default: continue
      }
      throw directive.place.unsupported(
        "\(keyword.rawValue) '\(directive.argument.prefix(100))' applies to host '\(alias)' and "
          + "is not supported.", remedy: remedy)
    }
  }

  /// The name to connect to, in small letters.
  ///
  /// An address keeps its capitals: behind a `%` it may name a network device.
  func hostName(alias: String) throws(TransportError) -> String {
    guard let directive = values[.hostName] else { return Self.lowered(alias) }
    let tokens = SSHTokens(
      values: ["h": alias],
      local: SSHLocalFacts(home: "", user: "", hostName: "", environment: [:]))
    let name = try tokens.expand(directive.argument, letters: "h", at: directive.place)
    guard Self.isHostName(name) else {
      throw directive.place.malformed("'\(name.prefix(100))' is no name of a host.")
    }
    return Self.lowered(name)
  }

  private static func lowered(_ name: String) -> String {
    name.contains { $0 == "%" || $0 == ":" } ? name : name.lowercased()
  }

  /// Whether a text may name a host: nothing that a shell would act on.
  static func isHostName(_ name: String) -> Bool {
    let refused = "'`\"$\\;&<>|(){},"
    return !name.isEmpty && !name.hasPrefix("-")
      && !name.unicodeScalars.contains {
        refused.unicodeScalars.contains($0) || $0.value <= 32 || $0.value == 127
      }
  }

  /// All that applies, with its defaults and tokens.
  func settings(local: SSHLocalFacts) throws(TransportError) -> SSHHostSettings {
    let hostName = try hostName(alias: alias)
    let user = givenUser ?? values[.user]?.argument ?? local.user
    let configuredPort = try values[.port]?.port()
    let port = givenPort ?? configuredPort ?? 22
    let hostKeyAlias = values[.hostKeyAlias]?.argument.lowercased()
    let tokens = SSHTokens(
      values: [
        "d": local.home, "h": hostName, "i": "\(getuid())", "k": hostKeyAlias ?? alias,
        "L": String(local.hostName.prefix { $0 != "." }), "l": local.hostName, "n": alias,
        "p": "\(port)", "r": user, "u": local.user,
      ], local: local)
    return SSHHostSettings(
      hostName: hostName, alias: alias, user: user, port: port,
      identityFiles: try paths(identityFiles, tokens),
      usesDefaultIdentityFiles: identityFiles.isEmpty,
      identitiesOnly: try values[.identitiesOnly]?.flag() ?? false,
      identityAgent: try agent(tokens),
      userKnownHostsFiles: try knownHosts(.userKnownHostsFile, tokens)
        ?? [local.home + "/.ssh/known_hosts", local.home + "/.ssh/known_hosts2"],
      globalKnownHostsFiles: try knownHosts(.globalKnownHostsFile, tokens)
        ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
      hostKeyAlias: hostKeyAlias,
      proxy: try proxy(tokens),
      connectTimeoutSeconds: try values[.connectTimeout]?.seconds(),
      ciphers: values[.ciphers]?.argument,
      macs: values[.macs]?.argument,
      keyExchangeAlgorithms: values[.keyExchangeAlgorithms]?.argument,
      hostKeyAlgorithms: values[.hostKeyAlgorithms]?.argument,
      publicKeyAlgorithms: values[.publicKeyAlgorithms]?.argument,
      requiredRSASizeBits: try values[.requiredRSASize]?.bits(),
      compression: try values[.compression]?.flag() ?? false)
  }

  private func paths(
    _ directives: [SSHDirective], _ tokens: SSHTokens
  ) throws(TransportError) -> [String] {
    var paths: [String] = []
    for directive in directives where !directive.isNone {
      let path = try tokens.path(directive.argument, at: directive.place)
      if !paths.contains(path) { paths.append(path) }
    }
    return paths
  }

  private func knownHosts(
    _ keyword: SSHKeyword, _ tokens: SSHTokens
  ) throws(TransportError) -> [String]? {
    guard let directive = values[keyword] else { return nil }
    guard !directive.isNone else { return [] }
    var paths: [String] = []
    for argument in directive.arguments {
      // The machine's files take a tilde, and no tokens.
      let path =
        keyword == .userKnownHostsFile
        ? try tokens.path(argument, at: directive.place)
        : tokens.local.absolute(
          try tokens.local.expandingTilde(argument, at: directive.place))
      paths.append(path)
    }
    return paths
  }

  private func agent(_ tokens: SSHTokens) throws(TransportError) -> SSHHostSettings.AgentChoice {
    guard let directive = values[.identityAgent] else { return .environment }
    if directive.isNone { return .none }
    let argument = directive.argument
    if argument == "SSH_AUTH_SOCK" || argument == "$SSH_AUTH_SOCK" { return .environment }
    if argument.hasPrefix("$"), !argument.hasPrefix("${") {
      return .socket(
        tokens.local.absolute(
          try tokens.local.variable(String(argument.dropFirst()), at: directive.place)))
    }
    return .socket(try tokens.path(argument, at: directive.place))
  }

  private func proxy(_ tokens: SSHTokens) throws(TransportError) -> SSHHostSettings.Proxy {
    let letters = "hnpr"
    if let directive = values[.proxyCommand] {
      let command = directive.rest.drop { $0 == "=" || $0 == " " || $0 == "\t" }
      guard command.lowercased() != "none" else { return .none }
      return .command(
        try tokens.expand(String(command), letters: letters, at: directive.place))
    }
    guard let directive = values[.proxyJump] else { return .none }
    var hops = try directive.hops()
    for index in hops.indices {
      hops[index].host = try tokens.expand(
        hops[index].host, letters: letters, at: directive.place)
      if let user = hops[index].user {
        hops[index].user = try tokens.expand(user, letters: letters, at: directive.place)
      }
    }
    return hops.isEmpty ? .none : .jump(hops)
  }
}
