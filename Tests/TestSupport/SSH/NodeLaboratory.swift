import Foundation

/// Machines that answer over SSH, made for one test, and what can happen to them.
package protocol NodeLaboratory: Sendable {
  /// The folder with everything that the laboratory wrote.
  var directory: String { get }
  /// Its nodes, `n1` first.
  var nodes: [SSHNode] { get }
  /// The known hosts file that trusts all nodes until a test changes it.
  var knownHostsFile: String { get }

  /// Kills a node's servers, listener and sessions: connections are reset, new ones are refused,
  /// and what was started through them lives on if it wants to.
  func reset(_ node: SSHNode)
  /// Starts a node's server again and waits until it greets; nothing when it runs.
  func start(_ node: SSHNode) async throws
  /// Stops a node's servers in the middle of whatever they do: connections hang.
  func freeze(_ node: SSHNode)
  /// Lets a frozen node's servers go on.
  func thaw(_ node: SSHNode)
  /// Kills every process of a node; what it stored stays.
  func kill(_ node: SSHNode)
  /// Gives a node another host key and starts its listener anew; open connections stay. The known
  /// hosts file keeps the old key.
  func replaceHostKey(of node: SSHNode) async throws
  /// The line of a known hosts file that trusts a node's present key.
  func knownHostsLine(of node: SSHNode) throws -> String
  /// What was started on a node, its servers not counted.
  func processes(of node: SSHNode) -> [ProcessEntry]
  /// A node's servers: its listener and those of its sessions.
  func servers(of node: SSHNode) -> [ProcessEntry]
}

extension NodeLaboratory {
  /// The path of a file in the laboratory's folder.
  package func path(_ name: String) -> String { directory + "/" + name }

  /// Writes a file into the laboratory's folder and returns its path.
  package func write(_ text: String, as name: String) throws -> String {
    let path = path(name)
    try ServerFiles.write(text, to: path)
    return path
  }

  /// Trusts the present keys of these nodes and of no others.
  package func trust(_ trusted: [SSHNode]) throws {
    let lines = try trusted.map { try knownHostsLine(of: $0) + "\n" }
    try ServerFiles.write(lines.joined(), to: knownHostsFile)
  }

  /// The text of a client's configuration file that reaches nodes by their names.
  /// - Parameters:
  ///   - chosen: the nodes; all when it is left out.
  ///   - additions: further lines for a node, by its name: `["n2": ["ProxyJump n1"]]`.
  /// - Returns: the text; `write` makes a file of it.
  package func clientConfiguration(
    for chosen: [SSHNode]? = nil, adding additions: [String: [String]] = [:]
  ) -> String {
    (chosen ?? nodes).map { node in
      let lines =
        [
          "HostName \(node.address)", "Port \(node.port)", "User \(node.user)",
          "IdentityFile \(node.identityFile)", "IdentitiesOnly yes",
          "UserKnownHostsFile \(knownHostsFile)", "GlobalKnownHostsFile /dev/null",
          "StrictHostKeyChecking yes", "BatchMode yes",
        ] + (additions[node.name] ?? [])
      return "Host \(node.name)\n" + lines.map { "  \($0)\n" }.joined()
    }.joined()
  }

  /// The text of a cluster file that names the nodes as the laboratory does.
  /// - Parameters:
  ///   - chosen: the nodes; all when it is left out.
  ///   - lease: for how long a silent node keeps its trials, with a unit; `nil` leaves the default.
  ///   - slots: how many trials each trains at once; when it is left out the node decides.
  ///   - workDirectory: where each keeps its worker, as it sees it; `nil` leaves the default,
  ///     which is in its home.
  ///   - configuration: the path of a client's configuration file that says how the nodes are
  ///     reached; without one the cluster file itself does.
  ///   - additions: further lines for a node, by its name: `["n2": ["nice: 5"]]`.
  /// - Returns: the text; `write` makes a file of it.
  package func clusterFile(
    for chosen: [SSHNode]? = nil, lease: String? = nil, slots: Int? = nil,
    workDirectory: String? = nil, configuration: String? = nil,
    adding additions: [String: [String]] = [:]
  ) -> String {
    let blocks = (chosen ?? nodes).map { node in
      let reach =
        configuration == nil
        ? [
          "name: \(node.name)", "host: \(node.user)@\(node.address):\(node.port)",
          "identityFile: \(node.identityFile)",
        ] : ["host: \(node.name)"]
      return "  - " + (reach + (additions[node.name] ?? [])).joined(separator: "\n    ") + "\n"
    }
    let defaults =
      [
        configuration == nil ? "knownHosts: \(knownHostsFile)" : nil,
        "sshConfig: \(configuration ?? "none")", slots.map { "slots: \($0)" },
        workDirectory.map { "workDirectory: \($0)" },
      ].compactMap { $0 }
    return (lease.map { "lease: \($0)\n" } ?? "") + "nodes:\n" + blocks.joined()
      + "defaults:\n" + defaults.map { "  \($0)\n" }.joined()
  }

  /// Runs a command on a node by the system's own client, which is not what is tested.
  package func ssh(
    _ node: SSHNode, _ command: String, input: String = ""
  ) async throws -> SystemCommand.Ending {
    let file = try write(clientConfiguration(for: [node]), as: "client-\(node.name)")
    return try await SystemCommand.ending(
      of: "ssh", ["-F", file, node.name, command], input: input)
  }

  /// The files and folders in a node's home and below, by their paths from there, sorted.
  package func filesAtHome(of node: SSHNode) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: node.home).sorted()
  }

  /// What listens for connections or datagrams among the processes of a node, its servers not
  /// counted.
  package func listeningSockets(of node: SSHNode) -> [ListeningSocket] {
    ListeningSocket.all(of: processes(of: node).map(\.identifier))
  }
}
