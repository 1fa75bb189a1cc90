package import Protocol

/// One machine that a sweep may use, with all that is needed to use it.
package struct ClusterNode: Hashable, Sendable {
  /// How a node's worker gets started.
  package enum Launcher: Hashable, Sendable {
    /// Over SSH.
    case ssh(SSHReach)
    /// As a process of this machine.
    case local
  }

  /// What it is called; unique in its cluster.
  package var name: NodeName
  /// How its worker gets started.
  package var launcher: Launcher
  /// How many trials it trains at once, 1 to 1024; `nil` for as many as it has free physical cores.
  package var slots: UInt16?
  /// Where its worker keeps its files: absolute, or `~/` and a path below the home directory on the
  /// node; `nil` for ``standardWorkDirectory``.
  package var workDirectory: String?
  /// How far its trials stand back behind other programs, 0 to 19.
  package var nice: Int
  /// The load that other programs may put on it before no further trial is begun; `nil` for any.
  package var loadLimit: Double?

  /// The work directory of a node that names none.
  package static let standardWorkDirectory = "~/.cache/phasegrid"
  /// The most slots of one node.
  package static let slotsMax = 1_024
  /// The most that a node's trials can stand back.
  package static let niceMax = 19
  /// How far trials stand back on a node over SSH that does not say.
  package static let sshNice = 10

  /// Puts a node together.
  package init(
    name: NodeName, launcher: Launcher, slots: UInt16? = nil, workDirectory: String? = nil,
    nice: Int = 0, loadLimit: Double? = nil
  ) {
    self.name = name
    self.launcher = launcher
    self.slots = slots
    self.workDirectory = workDirectory
    self.nice = nice
    self.loadLimit = loadLimit
  }
}

/// Where a node answers over SSH, and what it is reached with.
///
/// All paths are absolute paths of the coordinator's machine.
package struct SSHReach: Hashable, Sendable {
  /// Which ssh configuration counts.
  package enum ConfigurationFile: Hashable, Sendable {
    /// The user's and the system's own.
    case standard
    /// None.
    case none
    /// This file alone.
    case file(String)
  }

  /// The most identity files, or known-hosts files, of one node.
  package static let fileCountMax = 32

  /// A name, an address (IPv6 without brackets), or an alias of the ssh configuration.
  package var host: String
  /// The user on the node; `nil` for what the ssh configuration says.
  package var user: String?
  /// The port, from 1; `nil` for what the ssh configuration says.
  package var port: UInt16?
  /// The keys to log in with; empty for what the ssh configuration says.
  package var identityFiles: [String]
  /// The files of known host keys; empty for what the ssh configuration says.
  package var knownHostsFiles: [String]
  /// Which ssh configuration counts.
  package var configurationFile: ConfigurationFile

  /// Puts a destination together.
  package init(
    host: String, user: String? = nil, port: UInt16? = nil, identityFiles: [String] = [],
    knownHostsFiles: [String] = [], configurationFile: ConfigurationFile = .standard
  ) {
    self.host = host
    self.user = user
    self.port = port
    self.identityFiles = identityFiles
    self.knownHostsFiles = knownHostsFiles
    self.configurationFile = configurationFile
  }
}

/// The machines of a cluster, as a catalog keeps them so that a sweep can be resumed without its
/// cluster file.
package struct ClusterDefinition: Hashable, Sendable {
  /// How long a silent node keeps what it holds, in seconds: 5 to 86,400.
  package var leaseSeconds: Double
  /// The nodes in file order, 1 to 1000, each name once.
  package var nodes: [ClusterNode]

  /// The leases that a cluster may have, in seconds.
  package static let leaseSecondsRange = 5.0...86_400
  /// The lease of a cluster that does not say, in seconds.
  package static let standardLeaseSeconds = 120.0
  /// The most nodes of one cluster.
  package static let nodeCountMax = 1_000

  /// Puts a cluster together.
  package init(leaseSeconds: Double = standardLeaseSeconds, nodes: [ClusterNode]) {
    self.leaseSeconds = leaseSeconds
    self.nodes = nodes
  }

  /// This machine alone, as the node `local`.
  /// - Parameter slots: How many trials it trains at once, 1 to 1024; what is beyond is taken as
  ///   the bound. `nil` for as many as it has free physical cores.
  /// - Returns: The cluster of one node.
  package static func local(slots: Int?) -> ClusterDefinition {
    let bounded = slots.map { UInt16(min(max($0, 1), ClusterNode.slotsMax)) }
    return ClusterDefinition(
      nodes: [ClusterNode(name: NodeName("local"), launcher: .local, slots: bounded)])
  }
}
