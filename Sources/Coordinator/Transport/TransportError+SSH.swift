extension TransportError.Code {
  /// An ssh configuration file cannot be read or says something that cannot be understood.
  package static let sshConfiguration = TransportError.Code("ssh.configuration")
  /// An ssh configuration file asks for something that is not supported here.
  package static let sshUnsupported = TransportError.Code("ssh.unsupported")
  /// The node's host name cannot be resolved.
  package static let sshHostName = TransportError.Code("ssh.host-name")
  /// Nothing answers at the node's address, or what answers is no SSH server.
  package static let sshUnreachable = TransportError.Code("ssh.unreachable")
  /// The SSH server ended the connection before the login.
  package static let sshGreeting = TransportError.Code("ssh.greeting")
  /// The node's host key is in no known-hosts file.
  package static let sshHostKeyUnknown = TransportError.Code("ssh.host-key-unknown")
  /// The node's host key is another than the known-hosts file says.
  package static let sshHostKeyChanged = TransportError.Code("ssh.host-key-changed")
  /// The node accepted none of the keys.
  package static let sshAuthentication = TransportError.Code("ssh.authentication")
  /// The node wants a password or an answer at the keyboard.
  package static let sshInteractive = TransportError.Code("ssh.interactive")
  /// The connection to the node ended.
  package static let sshLost = TransportError.Code("ssh.lost")
  /// The node refused to start a command or to open a forwarded connection.
  package static let sshChannel = TransportError.Code("ssh.channel")
}
