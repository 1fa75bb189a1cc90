package import CatalogStore
import Glibc
package import Planning
package import Protocol
package import Transport

/// Turns the nodes of a cluster into nodes that can be reached.
///
/// One for a program: what opens sessions, and the worker programs, are shared by all nodes.
package struct ClusterAccess: Sendable {
  private let program: WorkerProgram
  private let workers: WorkerFiles
  private let network = SSHNetwork()
  private let notice: @Sendable (NodeName, String) -> Void

  /// Access with the worker program of this machine.
  /// - Parameters:
  ///   - program: The worker program.
  ///   - notice: Told in words what takes long at a node.
  package init(
    program: WorkerProgram, notice: @escaping @Sendable (NodeName, String) -> Void
  ) {
    self.program = program
    self.notice = notice
    workers = WorkerFiles(own: program)
  }

  /// The nodes that a sweep is trained on, and those that hold trials of it from before.
  ///
  /// The latter are asked for what they have and get nothing new.
  /// - Parameters:
  ///   - cluster: The nodes to train on.
  ///   - holders: The nodes that hold trials, as the catalog knows them.
  ///   - catalog: The catalog whose workers are wanted.
  ///   - files: The files that trials read, wherever they are trained.
  /// - Returns: Every node once.
  package func nodes(
    of cluster: ClusterDefinition, holders: [NodeRecord], catalog: UniqueID,
    files: [DataFile] = []
  ) -> [SweepNode] {
    let names = Set(cluster.nodes.map(\.name))
    let local = ClusterDefinition.local(slots: nil).nodes
    // A catalog of before clusters were kept knows no node but this machine.
    let others = holders.filter { !names.contains($0.name) }.compactMap { holder in
      holder.definition ?? local.first { $0.name == holder.name }
    }
    let sent = files.map(\.sent)
    return cluster.nodes.map { node(for: $0, catalog: catalog, files: sent, trains: true) }
      + others.map { node(for: $0, catalog: catalog, files: [], trains: false) }
  }

  /// Ends the connections to hosts on the way.
  package func close() async {
    await network.close()
  }

  /// Looks at a node; changes nothing on it.
  /// - Parameter entry: The node.
  /// - Returns: What was found, with what to do about each fault.
  package func inspect(_ entry: ClusterNode) async -> NodeReport {
    do throws(TransportError) {
      return await inspection.report(
        on: try place(of: entry), workDirectory: workDirectory(of: entry))
    } catch {
      return NodeReport(node: entry.name, address: "", error: error)
    }
  }

  /// Ends every process of ours on a node and removes every file of ours.
  /// - Parameter entry: The node.
  /// - Returns: What was removed.
  /// - Throws: ``TransportError`` when the node cannot be reached.
  package func clean(_ entry: ClusterNode) async throws(TransportError) -> NodeCleaning {
    try await inspection.clean(try place(of: entry), workDirectory: workDirectory(of: entry))
  }

  private var inspection: NodeInspection { NodeInspection(network: network, workers: workers) }

  private func place(of entry: ClusterNode) throws(TransportError) -> NodePlace {
    switch entry.launcher {
    case .local: .local(entry.name)
    case .ssh(let reach): .ssh(try target(entry.name, reach))
    }
  }

  private func workDirectory(of entry: ClusterNode) -> String? {
    entry.launcher == .local
      ? LocalNode.workDirectory(named: entry.workDirectory) : entry.workDirectory
  }

  private func node(
    for entry: ClusterNode, catalog: UniqueID, files: [SentFile], trains: Bool
  ) -> SweepNode {
    let slots = entry.slots.map { SlotRequest.count($0) } ?? .free
    return SweepNode(
      launcher: launcher(for: entry, catalog: catalog, files: files),
      slots: trains ? slots : .collectOnly,
      nice: UInt8(clamping: entry.nice), loadLimit: entry.loadLimit, definition: entry)
  }

  private func launcher(
    for entry: ClusterNode, catalog: UniqueID, files: [SentFile]
  ) -> any Launcher {
    switch entry.launcher {
    case .local:
      return LocalLauncher(
        node: entry.name, program: program,
        directory: LocalNode.directory(of: catalog, below: entry.workDirectory),
        files: files)
    case .ssh(let reach):
      let notice = notice
      do throws(TransportError) {
        return SSHLauncher(
          target: try target(entry.name, reach), network: network, workers: workers,
          workDirectory: entry.workDirectory, catalog: catalog, files: files,
          notice: { notice(entry.name, $0) })
      } catch {
        // One node whose configuration is wrong must not stop the others.
        return UnreachableLauncher(node: entry.name, reason: error)
      }
    }
  }

  private func target(
    _ name: NodeName, _ reach: SSHReach
  ) throws(TransportError) -> SSHTarget {
    SSHTarget(
      node: name, host: reach.host, user: reach.user, port: reach.port,
      identityFiles: reach.identityFiles, knownHostsFiles: reach.knownHostsFiles,
      configuration: try reach.configurationFile.configuration())
  }
}

extension SSHReach.ConfigurationFile {
  /// The configuration that counts.
  /// - Throws: `ssh.configuration`.
  func configuration() throws(TransportError) -> SSHConfiguration {
    let home = LocalNode.home ?? "/"
    let paths: [String]
    switch self {
    case .standard: paths = ["\(home)/.ssh/config", "/etc/ssh/ssh_config"]
    case .none: paths = []
    case .file(let path):
      guard access(path, F_OK) == 0 else {
        throw TransportError(
          .sshConfiguration, "The ssh configuration \(path) is not there.",
          remedy: "Correct 'sshConfig' in the cluster file.")
      }
      paths = [path]
    }
    return try SSHConfiguration(
      paths: paths, home: home, localUser: LocalNode.userName, localHostName: LocalNode.hostName)
  }
}

/// Stands for a node that is known not to be reachable.
private struct UnreachableLauncher: Launcher {
  let node: NodeName
  let reason: TransportError

  func open() async throws(TransportError) -> any WorkerLink { throw reason }
}
