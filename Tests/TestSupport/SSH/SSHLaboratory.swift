import Foundation
import Glibc
import Synchronization

/// SSH servers on this machine, each on a port, with keys and a home of its own.
///
/// They share this machine's files and processes: their processes are told apart by an entry of
/// the environment. No privilege is needed; everybody logs in as the user who runs the tests.
///
/// ```swift
/// try await SSHLaboratory.with(count: 3) { laboratory in
///   laboratory.freeze(laboratory.nodes[1])
/// }
/// ```
package final class SSHLaboratory: NodeLaboratory {
  package let directory: String
  package let nodes: [SSHNode]
  package let knownHostsFile: String
  private let files: [SSHNode: ServerFiles]
  private let ports: [LoopbackPort]
  private let listeners = Mutex<[SSHNode: Listener]>([:])

  private struct Listener {
    var entry: ProcessEntry?
    /// Servers of sessions that were begun through earlier listeners.
    var orphans: [ProcessEntry] = []
  }

  /// Why there can be no such laboratory on this machine, or nothing when there can.
  package static var reasonUnavailable: String? { ServerFiles.reasonUnavailable }

  /// Makes nodes that are never in the way, hands them to `body`, and removes everything.
  package static func with<Value>(
    count: Int, isolation: isolated (any Actor)? = #isolation,
    _ body: (SSHLaboratory) async throws -> Value
  ) async throws -> Value {
    try await with(Array(repeating: SSHNodeOptions(), count: count), body)
  }

  /// Makes nodes, hands them to `body`, kills what still runs, and removes everything.
  /// - Parameters:
  ///   - options: how the nodes are to be; the first is `n1`.
  ///   - isolation: where the caller runs, and so does `body`.
  ///   - body: what needs the nodes.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, or `LaboratoryError` when a node cannot be made.
  package static func with<Value>(
    _ options: [SSHNodeOptions], isolation: isolated (any Actor)? = #isolation,
    _ body: (SSHLaboratory) async throws -> Value
  ) async throws -> Value {
    try await TemporaryDirectory.with { directory in
      let guardian = try LaboratoryGuardian(directory: directory.path)
      defer { guardian.dismiss() }
      let laboratory = try SSHLaboratory(options, directory: directory.path)
      defer { laboratory.shutDown() }
      for node in laboratory.nodes { try laboratory.launch(node) }
      for node in laboratory.nodes { try await laboratory.waitForListener(of: node) }
      return try await body(laboratory)
    }
  }

  private init(_ options: [SSHNodeOptions], directory: String) throws {
    self.directory = directory
    knownHostsFile = directory + "/known_hosts"
    ports = try options.map { _ in try LoopbackPort() }
    let user = NSUserName()
    var nodes: [SSHNode] = []
    var files: [SSHNode: ServerFiles] = [:]
    for (index, options) in options.enumerated() {
      let name = "n\(index + 1)"
      let folder = "\(directory)/\(name)"
      let node = SSHNode(
        name: name, address: LoopbackPort.address, port: ports[index].number, user: user,
        identityFile: folder + "/identity", directory: folder, home: folder + "/home",
        homeInside: folder + "/home")
      nodes.append(node)
      let server = ServerFiles(
        node: node, options: options, folder: node.settings,
        listens: "\(node.address):\(node.port)")
      try server.write()
      files[node] = server
    }
    self.nodes = nodes
    self.files = files
    if geteuid() == 0 {
      // A server that root starts insists on this folder; only the system's own start makes it.
      mkdir("/run/sshd", 0o755)
    }
    try trust(nodes)
  }

  package func reset(_ node: SSHNode) { killServers(of: [node]) }

  package func start(_ node: SSHNode) async throws {
    guard listener(of: node) == nil else { return }
    try launch(node)
    try await waitForListener(of: node)
  }

  package func freeze(_ node: SSHNode) { _ = stoppedServers(of: [node]) }

  package func thaw(_ node: SSHNode) {
    for server in servers(of: node) { Glibc.kill(server.identifier, SIGCONT) }
  }

  package func kill(_ node: SSHNode) { killEverything(on: [node]) }

  package func replaceHostKey(of node: SSHNode) async throws {
    try files[node]?.replaceHostKey()
    let listener = listener(of: node)
    let sessions = servers(of: node).filter { $0.identifier != listener }
    if let listener {
      Glibc.kill(listener, SIGKILL)
      ProcessTable.waitForEnd(of: [listener])
    }
    listeners.withLock { $0[node] = Listener(orphans: sessions) }
    try await start(node)
  }

  package func knownHostsLine(of node: SSHNode) throws -> String {
    guard let server = files[node] else {
      throw LaboratoryError("The node \(node.name) belongs to another laboratory.")
    }
    return try server.knownHostsLine()
  }

  package func servers(of node: SSHNode) -> [ProcessEntry] {
    servers(of: node, among: ProcessTable.living())
  }

  package func processes(of node: SSHNode) -> [ProcessEntry] { processes(of: [node]) }

  /// What was started on nodes: it is below their servers, or known by its environment.
  private func processes(of nodes: [SSHNode]) -> [ProcessEntry] {
    let entries = ProcessTable.living()
    let servers = Set(nodes.flatMap { self.servers(of: $0, among: entries) }.map(\.identifier))
    let below = Set(ProcessTable.descendants(of: servers, among: entries).map(\.identifier))
    let tags = Set(nodes.map { Data($0.environmentEntry.utf8) })
    return entries.filter { entry in
      !servers.contains(entry.identifier)
        && (below.contains(entry.identifier) || entry.hasEnvironment(where: tags.contains))
    }
  }

  private func servers(of node: SSHNode, among entries: [ProcessEntry]) -> [ProcessEntry] {
    let known = listeners.withLock { $0[node] ?? Listener() }
    let former = known.orphans + [known.entry].compactMap { $0 }
    let roots = entries.filter { entry in former.contains(where: entry.isSame) }
    let numbers = Set(roots.map(\.identifier))
    let below = ProcessTable.descendants(of: numbers, among: entries).map(\.identifier)
    let candidates = numbers.union(below)
    // Newer servers give the part that serves a session a longer name.
    return entries.filter { candidates.contains($0.identifier) && $0.name.hasPrefix("sshd") }
  }

  /// The number of the listener while it lives.
  private func listener(of node: SSHNode) -> Int32? {
    guard let former = listeners.withLock({ $0[node]?.entry }),
      let present = ProcessEntry(identifier: former.identifier), present.isSame(as: former),
      present.state != "Z"
    else { return nil }
    return present.identifier
  }

  /// Stops servers, the listeners first, so that none is born while they are looked for.
  private func stoppedServers(of nodes: [SSHNode]) -> [ProcessEntry] {
    for listener in nodes.compactMap(listener) { Glibc.kill(listener, SIGSTOP) }
    let entries = ProcessTable.living()
    let found = nodes.flatMap { servers(of: $0, among: entries) }
    for server in found { Glibc.kill(server.identifier, SIGSTOP) }
    return found
  }

  private func killServers(of nodes: [SSHNode]) {
    end(stoppedServers(of: nodes))
    listeners.withLock { for node in nodes { $0[node] = nil } }
  }

  private func killEverything(on nodes: [SSHNode]) {
    // What has no mark in its environment is found only while its server lives.
    var victims = processes(of: nodes)
    killServers(of: nodes)
    repeat {
      end(victims)
      // A process may have been born while its parent was dying.
      victims = processes(of: nodes)
    } while !victims.isEmpty
  }

  private func end(_ victims: [ProcessEntry]) {
    for victim in victims { Glibc.kill(victim.identifier, SIGKILL) }
    ProcessTable.waitForEnd(of: victims.map(\.identifier))
  }

  private func launch(_ node: SSHNode) throws {
    let log = open(node.logFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { for descriptor in [log, nothing] { close(descriptor) } }
    guard log >= 0, nothing >= 0 else { throw LaboratoryError.system("Opening \(node.logFile)") }
    let identifier = try SystemCommand.spawn(
      try SystemCommand.require("sshd"), ["-D", "-e", "-f", node.settings + "/sshd_config"],
      environment: SystemCommand.plainEnvironment, streams: (nothing, nothing, log))
    let entry = ProcessEntry(identifier: identifier)
    listeners.withLock { $0[node, default: Listener()].entry = entry }
  }

  /// Waits until a node's listener listens; asking it to greet would cost it a session.
  private func waitForListener(of node: SSHNode) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while let listener = listener(of: node), ContinuousClock.now < deadline {
      if ListeningSocket.all(of: [listener]).contains(where: { $0.port == node.port }) { return }
      try await Task.sleep(for: .milliseconds(2))
    }
    throw LaboratoryError(
      "The server of \(node.name) does not listen: \(try ServerFiles.text(of: node.logFile))")
  }

  private func shutDown() { killEverything(on: nodes) }
}
