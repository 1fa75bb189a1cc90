import Foundation
import Glibc

/// An agent that holds the private keys of some nodes of a laboratory.
package enum KeyAgent {
  /// Starts an agent, gives it keys, hands its socket to `body`, and stops it.
  /// - Parameters:
  ///   - nodes: whose keys it is given.
  ///   - directory: the laboratory's folder.
  ///   - isolation: where the caller runs, and so does `body`.
  ///   - body: what needs the agent; it is given the path of the socket.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, or `LaboratoryError` when there can be no agent.
  package static func with<Value>(
    keysOf nodes: [SSHNode], in directory: String, isolation: isolated (any Actor)? = #isolation,
    _ body: (String) async throws -> Value
  ) async throws -> Value {
    let socket = "\(directory)/agent-\(UInt32.random(in: 0...UInt32.max))"
    let agent = try RunningCommand(
      try SystemCommand.require("ssh-agent"), ["-D", "-a", socket])
    defer {
      kill(agent.identifier, SIGKILL)
      _ = agent.waitedEnding()
      unlink(socket)
    }
    while access(socket, F_OK) != 0 {
      guard ProcessEntry(identifier: agent.identifier)?.state != "Z" else {
        throw LaboratoryError("The agent does not start.")
      }
      try await Task.sleep(for: .milliseconds(1))
    }
    for node in nodes {
      let ending = try await SystemCommand.ending(
        of: "ssh-add", ["-q", node.identityFile], environment: ["SSH_AUTH_SOCK": socket])
      guard ending.status == 0 else { throw LaboratoryError("ssh-add: \(ending.output)") }
    }
    return try await body(socket)
  }

  /// Encrypts the key file of a node with a word, so that it alone lets nobody in.
  package static func encryptIdentity(of node: SSHNode, with word: String) throws {
    try SystemCommand.run(
      "ssh-keygen", ["-q", "-p", "-P", "", "-N", word, "-f", node.identityFile])
  }
}
