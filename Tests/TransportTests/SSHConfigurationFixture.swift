import Testing
import Transport

/// Reads a text as the configuration of ada, who sits at desk.example.org.
func sshConfiguration(_ text: String, home: String = "/home/ada") throws -> SSHConfiguration {
  try SSHConfiguration(
    text: text, path: "/home/ada/.ssh/config", home: home, localUser: "ada",
    localHostName: "desk.example.org", environment: ["KEYS": "/keys", "AGENT": "/agent.socket"])
}

/// What a text says of a host.
func sshSettings(
  _ text: String, for host: String = "lab", user: String? = nil, port: UInt16? = nil
) throws -> SSHHostSettings {
  try sshConfiguration(text).settings(for: host, user: user, port: port)
}

/// The error of a text, or of asking it for a host.
func sshFailure(
  _ text: String, for host: String = "lab", user: String? = nil, port: UInt16? = nil
) throws -> TransportError {
  try #require(throws: TransportError.self) {
    _ = try sshSettings(text, for: host, user: user, port: port)
  }
}
