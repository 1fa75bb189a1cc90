import Foundation
import Glibc
import Synchronization

/// Machines in namespaces of their own, joined by a bridge: real cuts, delays and power failures.
///
/// Each has its own network, processes, home, `/tmp`, `/run` and host name, and a server on port
/// 22. They reach each other, so that any may be a jump host. It needs root and the programs of
/// iproute2 and util-linux.
///
/// ```swift
/// try await NamespaceLaboratory.with(count: 2) { laboratory in
///   try laboratory.cut(laboratory.nodes[0])
/// }
/// ```
package final class NamespaceLaboratory: NodeLaboratory {
  package let directory: String
  package let nodes: [SSHNode]
  package let knownHostsFile: String
  private let network: NamespaceNetwork
  private let files: [SSHNode: ServerFiles]
  private let machines: [SSHNode: NamespaceMachine]
  private let cables = Mutex<[SSHNode: Cable]>([:])

  private struct Cable {
    var wire: UserSpaceWire?
    var delayMilliseconds = 0.0
    var megabits: Double?
  }

  /// Why there can be no such laboratory on this machine, or nothing when there can.
  package static let reasonUnavailable: String? = {
    guard geteuid() == 0 else { return "namespaces need root" }
    if let reason = ServerFiles.reasonUnavailable { return reason }
    let missing = ["ip", "tc", "unshare", "nsenter", "mount"].filter {
      SystemCommand.find($0) == nil
    }
    guard missing.isEmpty else { return "\(missing.joined(separator: ", ")): not installed" }
    guard access("/dev/net/tun", R_OK | W_OK) == 0 else { return "there is no /dev/net/tun" }
    do {
      try SystemCommand.run(
        "unshare", ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "true"])
      try NamespaceNetwork().remove()
      return nil
    } catch {
      return "the kernel refuses: \(error)"
    }
  }()

  /// Makes nodes that are never in the way, hands them to `body`, and removes everything.
  package static func with<Value>(
    count: Int, isolation: isolated (any Actor)? = #isolation,
    _ body: (NamespaceLaboratory) async throws -> Value
  ) async throws -> Value {
    try await with(Array(repeating: SSHNodeOptions(), count: count), body)
  }

  /// Makes nodes, hands them to `body`, turns them off, and removes everything.
  /// - Parameters:
  ///   - options: how the nodes are to be; the first is `n1`; at most 250.
  ///   - isolation: where the caller runs, and so does `body`.
  ///   - body: what needs the nodes.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, or `LaboratoryError` when a node cannot be made.
  package static func with<Value>(
    _ options: [SSHNodeOptions], isolation: isolated (any Actor)? = #isolation,
    _ body: (NamespaceLaboratory) async throws -> Value
  ) async throws -> Value {
    try await TemporaryDirectory.with { directory in
      let network = try NamespaceNetwork()
      let guardian: LaboratoryGuardian
      do {
        guardian = try LaboratoryGuardian(directory: directory.path, bridge: network.bridge)
      } catch {
        try network.remove()
        throw error
      }
      defer { guardian.dismiss() }
      let laboratory = try NamespaceLaboratory(
        options, directory: directory.path, network: network)
      defer { laboratory.shutDown() }
      for node in laboratory.nodes { try await laboratory.connectedBoot(node) }
      for node in laboratory.nodes { try await laboratory.waitForGreeting(of: node) }
      return try await body(laboratory)
    }
  }

  private init(
    _ options: [SSHNodeOptions], directory: String, network: NamespaceNetwork
  ) throws {
    self.directory = directory
    self.network = network
    knownHostsFile = directory + "/known_hosts"
    guard let account = getpwuid(getuid()) else { throw LaboratoryError("This user has no name.") }
    let user = String(cString: account.pointee.pw_name)
    let home = String(cString: account.pointee.pw_dir)
    var nodes: [SSHNode] = []
    var files: [SSHNode: ServerFiles] = [:]
    for (index, options) in options.enumerated() {
      let name = "n\(index + 1)"
      let folder = "\(directory)/\(name)"
      let node = SSHNode(
        name: name, address: network.address(index + 1), port: 22, user: user,
        identityFile: folder + "/identity", directory: folder, home: folder + "/home",
        homeInside: home)
      let server = ServerFiles(
        node: node, options: options, folder: NamespaceMachine.folderInside + "/etc",
        listens: "0.0.0.0:22")
      try server.write()
      nodes.append(node)
      files[node] = server
    }
    self.nodes = nodes
    self.files = files
    machines = Dictionary(uniqueKeysWithValues: nodes.map { ($0, NamespaceMachine(node: $0)) })
    for machine in machines.values { try machine.write() }
    try trust(nodes)
  }

  /// The network device of this machine with which the names of all others of the laboratory begin.
  package var bridge: String { network.bridge }

  /// Pulls a node's cable: nothing comes and nothing goes, and nobody is told.
  package func cut(_ node: SSHNode) throws {
    try network.switchLinks(number(of: node), on: false)
  }

  /// Plugs a node's cable in again.
  package func heal(_ node: SSHNode) throws {
    try network.switchLinks(number(of: node), on: true)
  }

  /// Takes a node's power away: the link is silent at once, every process is gone, and so is what
  /// was in `/tmp` and `/run`; its home stays.
  package func powerOff(_ node: SSHNode) throws {
    let number = try number(of: node)
    try network.switchLinks(number, on: false)
    // The kernel would take the link away with the namespace, but in its own time.
    try network.disconnect(number)
    machines[node]?.powerOff()
    cables.withLock { $0[node]?.wire.take()?.cut() }
  }

  /// Turns a node on again and waits until its server greets; its cable is as it was.
  package func boot(_ node: SSHNode) async throws {
    guard try machine(of: node).first == nil else { return }
    try await connectedBoot(node)
    try await waitForGreeting(of: node)
  }

  /// Delays each frame to and from a node, so that a round trip takes twice as long.
  ///
  /// Connections go on. Zero gives the kernel's own link back.
  package func setDelay(of node: SSHNode, milliseconds: Double) throws {
    cables.withLock { $0[node, default: Cable()].delayMilliseconds = milliseconds }
    try fitCable(of: node)
  }

  /// Limits a node's link in each direction; `nil` lifts the limit.
  package func setRate(of node: SSHNode, megabits: Double?) throws {
    let before = cables.withLock { cables in
      let before = cables[node]?.megabits
      cables[node, default: Cable()].megabits = megabits
      return before
    }
    guard before != megabits else { return }
    let cable = cables.withLock { $0[node] ?? Cable() }
    try network.limit(
      number(of: node), of: first(of: node), wired: cable.wire != nil, megabits: megabits)
  }

  /// Runs a program on a node, around SSH.
  package func run(
    on node: SSHNode, _ program: String, _ arguments: String...
  ) async throws -> SystemCommand.Ending {
    try await machine(of: node).run(program, arguments)
  }

  /// Covers a folder of a node by a file system in memory of its own: a small one is soon full, one
  /// may refuse to start programs.
  ///
  /// It is gone when the node is turned off.
  package func mountScratch(
    on node: SSHNode, at path: String, kibibytes: Int, startsPrograms: Bool = true
  ) async throws {
    let options = "size=\(kibibytes)k" + (startsPrograms ? "" : ",noexec")
    let script = "mkdir -p \"$0\" && mount -t tmpfs -o \"$1\" tmpfs \"$0\""
    let ending = try await run(on: node, "sh", "-c", script, path, options)
    guard ending.status == 0 else {
      throw LaboratoryError("Mounting \(path) on \(node.name): \(ending.output)")
    }
  }

  package func reset(_ node: SSHNode) {
    let found = servers(of: node)
    // Stopped first, none gives birth to another meanwhile.
    for signal in [SIGSTOP, SIGKILL] {
      for server in found { Glibc.kill(server.identifier, signal) }
    }
    ProcessTable.waitForEnd(of: found.map(\.identifier))
  }

  package func start(_ node: SSHNode) async throws {
    guard !servers(of: node).contains(where: isListener) else { return }
    let folder = NamespaceMachine.folderInside + "/etc"
    let ending = try await machine(of: node).run(
      SystemCommand.require("sshd"), ["-f", folder + "/sshd_config", "-E", folder + "/sshd.log"])
    guard ending.status == 0 else {
      throw LaboratoryError("The server of \(node.name) does not start: \(ending.output)")
    }
    try await waitForGreeting(of: node)
  }

  package func freeze(_ node: SSHNode) {
    for server in servers(of: node) { Glibc.kill(server.identifier, SIGSTOP) }
  }

  package func thaw(_ node: SSHNode) {
    for server in servers(of: node) { Glibc.kill(server.identifier, SIGCONT) }
  }

  package func kill(_ node: SSHNode) {
    reset(node)
    while case let victims = processes(of: node), !victims.isEmpty {
      for victim in victims { Glibc.kill(victim.identifier, SIGKILL) }
      ProcessTable.waitForEnd(of: victims.map(\.identifier))
    }
  }

  package func replaceHostKey(of node: SSHNode) async throws {
    try files[node]?.replaceHostKey()
    let listeners = servers(of: node).filter(isListener).map(\.identifier)
    for listener in listeners { Glibc.kill(listener, SIGKILL) }
    ProcessTable.waitForEnd(of: listeners)
    try await start(node)
  }

  package func knownHostsLine(of node: SSHNode) throws -> String {
    guard let server = files[node] else { throw stranger(node) }
    return try server.knownHostsLine()
  }

  package func servers(of node: SSHNode) -> [ProcessEntry] {
    (machines[node]?.processes ?? []).filter { $0.name.hasPrefix("sshd") }
  }

  package func processes(of node: SSHNode) -> [ProcessEntry] {
    (machines[node]?.processes ?? []).filter { !$0.name.hasPrefix("sshd") }
  }

  /// Whether a server is the one that takes connections: it alone shows its settings' file.
  private func isListener(_ server: ProcessEntry) -> Bool {
    server.arguments.joined(separator: " ").contains(NamespaceMachine.folderInside)
  }

  private func connectedBoot(_ node: SSHNode) async throws {
    let first = try await machine(of: node).boot()
    try network.connect(number(of: node), to: first)
    try fitCable(of: node)
  }

  /// Makes a node's cable what it should be.
  private func fitCable(of node: SSHNode) throws {
    let (number, first) = (try number(of: node), try first(of: node))
    try cables.withLock { cables in
      var cable = cables[node] ?? Cable()
      defer { cables[node] = cable }
      if let wire = cable.wire, cable.delayMilliseconds > 0 {
        wire.setDelay(milliseconds: cable.delayMilliseconds)
        return
      }
      if let wire = cable.wire {
        wire.cut()
        cable.wire = nil
        try network.removeWire(number, from: first)
      } else if cable.delayMilliseconds > 0 {
        cable.wire = try UserSpaceWire(
          outer: network.outerTap(number), inner: network.innerTap(number),
          delayMilliseconds: cable.delayMilliseconds)
        try network.fitWire(number, to: first)
      }
      if let megabits = cable.megabits {
        try network.limit(number, of: first, wired: cable.wire != nil, megabits: megabits)
      }
    }
  }

  private func waitForGreeting(of node: SSHNode) async throws {
    let machine = try machine(of: node)
    let greets = try await Greeting.wait(for: node.address, port: node.port) {
      machine.first != nil
    }
    guard greets else {
      throw LaboratoryError("The server of \(node.name) does not greet: \(machine.bootLog)")
    }
  }

  private func shutDown() {
    // Without a network nobody says farewell. Whoever cannot remove the links, which only a lack of
    // memory explains, can still turn the machines off.
    try? network.remove()
    for node in nodes {
      machines[node]?.powerOff()
      cables.withLock { $0[node]?.wire.take()?.cut() }
    }
  }

  private func number(of node: SSHNode) throws -> Int {
    guard let index = nodes.firstIndex(of: node) else { throw stranger(node) }
    return index + 1
  }

  private func machine(of node: SSHNode) throws -> NamespaceMachine {
    guard let machine = machines[node] else { throw stranger(node) }
    return machine
  }

  private func first(of node: SSHNode) throws -> Int32 {
    guard let first = try machine(of: node).first else {
      throw LaboratoryError("\(node.name) is off.")
    }
    return first
  }

  private func stranger(_ node: SSHNode) -> LaboratoryError {
    LaboratoryError("The node \(node.name) belongs to another laboratory.")
  }
}
