/// The keywords that have a meaning here, spelt as the manual does.
enum SSHKeyword: String, CaseIterable, Sendable {
  // They shape the files.
  case host = "Host"
  case match = "Match"
  case include = "Include"
  case ignoreUnknown = "IgnoreUnknown"
  // Their values are used.
  case hostName = "HostName"
  case user = "User"
  case port = "Port"
  case identityFile = "IdentityFile"
  case identitiesOnly = "IdentitiesOnly"
  case identityAgent = "IdentityAgent"
  case userKnownHostsFile = "UserKnownHostsFile"
  case globalKnownHostsFile = "GlobalKnownHostsFile"
  case hostKeyAlias = "HostKeyAlias"
  case proxyJump = "ProxyJump"
  case proxyCommand = "ProxyCommand"
  case connectTimeout = "ConnectTimeout"
  case ciphers = "Ciphers"
  case macs = "MACs"
  case keyExchangeAlgorithms = "KexAlgorithms"
  case hostKeyAlgorithms = "HostKeyAlgorithms"
  case publicKeyAlgorithms = "PubkeyAcceptedAlgorithms"
  case requiredRSASize = "RequiredRSASize"
  case compression = "Compression"
  // They are refused when they ask for something.
  case certificateFile = "CertificateFile"
  case canonicalizeHostName = "CanonicalizeHostname"
  case tokenProvider = "PKCS11Provider"
  case securityKeyProvider = "SecurityKeyProvider"
  case proxyUsesDescriptorPassing = "ProxyUseFdpass"
  case revokedHostKeys = "RevokedHostKeys"
  case publicKeyLogin = "PubkeyAuthentication"
  case preferredLogins = "PreferredAuthentications"
  case refuseConnection = "RefuseConnection"

  /// What a keyword means to this program.
  enum Meaning {
    case known(SSHKeyword)
    case ignored
    case unknown
  }

  /// What the keyword of a line means; capitals do not count.
  static func meaning(of word: String) -> Meaning {
    let word = word.lowercased()
    if let keyword = byName[word] { return .known(keyword) }
    return ignoredNames.contains(word) ? .ignored : .unknown
  }

  /// All names that OpenSSH takes, spelt as the manual does.
  static var allNames: [String] { allCases.map(\.rawValue) + ignored }

  private static let byName: [String: SSHKeyword] = {
    var names = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue.lowercased(), $0) })
    // Older names that OpenSSH still takes.
    names["identityfile2"] = .identityFile
    names["pubkeyacceptedkeytypes"] = .publicKeyAlgorithms
    names["dsaauthentication"] = .publicKeyLogin
    names["smartcarddevice"] = .tokenProvider
    return names
  }()

  private static let ignoredNames = Set(ignored.map { $0.lowercased() })

  /// The keywords that change nothing here: they concern terminals, forwarding, other ways to log
  /// in, names of keys that this program never writes, or checks that are always strict here.
  private static let ignored = [
    "AddKeysToAgent", "AddressFamily", "BatchMode", "BindAddress", "BindInterface",
    "CanonicalDomains", "CanonicalizeFallbackLocal", "CanonicalizeMaxDots",
    "CanonicalizePermittedCNAMEs", "CASignatureAlgorithms", "ChallengeResponseAuthentication",
    "ChannelTimeout", "CheckHostIP", "ClearAllForwardings", "ConnectionAttempts", "ControlMaster",
    "ControlPath", "ControlPersist", "DynamicForward", "EnableEscapeCommandline",
    "EnableSSHKeysign", "EscapeChar", "ExitOnForwardFailure", "FingerprintHash",
    "ForkAfterAuthentication", "ForwardAgent", "ForwardX11", "ForwardX11Timeout",
    "ForwardX11Trusted", "GatewayPorts", "GSSAPIAuthentication", "GSSAPIClientIdentity",
    "GSSAPIDelegateCredentials", "GSSAPIKexAlgorithms", "GSSAPIKeyExchange",
    "GSSAPIRenewalForcesRekey", "GSSAPIServerIdentity", "GSSAPITrustDns", "HashKnownHosts",
    "HostbasedAcceptedAlgorithms", "HostbasedAuthentication", "HostbasedKeyTypes", "IPQoS",
    "KbdInteractiveAuthentication", "KbdInteractiveDevices", "KnownHostsCommand", "LocalCommand",
    "LocalForward", "LogLevel", "LogVerbose", "NoHostAuthenticationForLocalhost",
    "NumberOfPasswordPrompts", "ObscureKeystrokeTiming", "PasswordAuthentication",
    "PermitLocalCommand", "PermitRemoteOpen", "RekeyLimit", "RemoteCommand", "RemoteForward",
    "RequestTTY", "SendEnv", "ServerAliveCountMax", "ServerAliveInterval", "SessionType", "SetEnv",
    "SkeyAuthentication", "StdinNull", "StreamLocalBindMask", "StreamLocalBindUnlink",
    "StrictHostKeyChecking", "SyslogFacility", "Tag", "TCPKeepAlive", "TISAuthentication",
    "Tunnel", "TunnelDevice", "UpdateHostKeys", "VerifyHostKeyDNS", "VersionAddendum",
    "VisualHostKey", "WarnWeakCrypto", "XAuthLocation",
    // What OpenSSH itself reads over, because it was dropped or is not built in.
    "AFSTokenPassing", "Cipher", "CompressionLevel", "FallBackToRsh", "GlobalKnownHostsFile2",
    "KeepAlive", "KerberosAuthentication", "KerberosTgtPassing", "Protocol", "ProtocolKeepAlives",
    "RhostsAuthentication", "RhostsRSAAuthentication", "RSAAuthentication", "RSAMinSize",
    "SetupTimeOut", "UseBlacklistedKeys", "UsePrivilegedPort", "UserKnownHostsFile2", "UseRoaming",
    "UseRsh",
  ]
}
