import Protocol

/// What a cluster file says: the machines that a sweep may use, and how long a silent one keeps
/// what it holds.
///
/// ```swift
/// let file = try ClusterFile.read(path: "clusters/lab.yaml")
/// try await catalog.setCluster(file.definition, of: sweep.id)
/// ```
package struct ClusterFile: Sendable {
  /// The file as the user named it, for messages.
  package let path: String
  /// The whole text.
  package let text: String
  /// The lease and the nodes.
  package let definition: ClusterDefinition

  /// How long a silent node keeps what it holds, in seconds.
  package var leaseSeconds: Double { definition.leaseSeconds }
  /// The nodes in file order.
  package var nodes: [ClusterNode] { definition.nodes }

  static let keys = ["lease", "nodes", "defaults"]

  /// Reads a cluster file.
  /// - Parameters:
  ///   - path: The file.
  ///   - home: The directory that `~/` means in its paths; `nil` where there is none.
  ///   - currentDirectory: Where a relative `path` begins, absolute.
  /// - Returns: What the file says.
  /// - Throws: ``ClusterFileError`` `cluster.unreadable` (exit status 74) when the file cannot be
  ///   read, else the code of what is wrong in it (exit status 65).
  package static func read(
    path: String, home: String? = ClusterPaths.environmentHome,
    currentDirectory: String? = ClusterPaths.processDirectory
  ) throws(ClusterFileError) -> ClusterFile {
    let text = try readingCluster { () throws(SweepFileError) in
      try SourceFile.text(path: path, kind: .cluster)
    }
    return try ClusterFile(text: text, path: path, home: home, currentDirectory: currentDirectory)
  }

  /// Reads the text of a cluster file.
  /// - Parameters:
  ///   - text: The whole text.
  ///   - path: What messages call it; relative paths in it begin in its folder.
  ///   - home: The directory that `~/` means in its paths; `nil` where there is none.
  ///   - currentDirectory: Where a relative `path` begins, absolute.
  /// - Throws: ``ClusterFileError`` with the code of what is wrong: of faults in single values the
  ///   first of the file, then of nodes that do not fit together the first.
  package init(
    text: String, path: String, home: String? = ClusterPaths.environmentHome,
    currentDirectory: String? = ClusterPaths.processDirectory
  ) throws(ClusterFileError) {
    self.text = text
    self.path = path
    let paths = ClusterPaths(clusterFile: path, home: home, currentDirectory: currentDirectory)
    do throws(ClusterFileError) {
      definition = try ClusterFile.definition(text, paths)
    } catch {
      throw error.inFile(path)
    }
  }

  private static func definition(
    _ text: String, _ paths: ClusterPaths
  ) throws(ClusterFileError) -> ClusterDefinition {
    let root = try readingCluster { () throws(SweepFileError) in
      try YAMLDocument.read(text, kind: .cluster)
    }
    guard case .mapping(let sections) = root.content else {
      throw root.clusterType("the file", wanted: "a mapping that begins with 'nodes:'")
    }
    var lease = ClusterDefinition.standardLeaseSeconds
    var entries: [ClusterEntry]?
    var defaults = ClusterSettings()
    for section in sections {
      switch section.key {
      case "lease": lease = try leaseSeconds(section.value)
      case "nodes": entries = try self.entries(section.value, paths)
      case "defaults": defaults = try ClusterSettings(defaults: section.value, paths)
      default: throw .unknownKey(section, of: nil, known: keys)
      }
    }
    guard let entries else {
      throw ClusterFileError(
        .missingKey, line: 1, key: "nodes", "the key 'nodes' is missing",
        remedy: "Write 'nodes:' with a list of hosts.")
    }
    return ClusterDefinition(
      leaseSeconds: lease, nodes: try ClusterFile.nodes(entries, defaults))
  }

  private static func leaseSeconds(_ node: SourceNode) throws(ClusterFileError) -> Double {
    let range = ClusterDefinition.leaseSecondsRange
    guard let seconds = node.amount(in: AmountUnits.time), range.contains(seconds) else {
      throw ClusterFileError(
        .lease, line: node.line, key: "lease",
        "'lease' wants a time from 5 s to 24 h with a unit "
          + "(\(AmountUnits.shown(AmountUnits.time))), not \(node.shown)",
        remedy: "Write for instance '2 min'.")
    }
    return seconds
  }

  private static func entries(
    _ node: SourceNode, _ paths: ClusterPaths
  ) throws(ClusterFileError) -> [ClusterEntry] {
    guard case .list(let elements) = node.content else {
      throw node.clusterType("nodes", wanted: "a list of hosts", remedy: "Write '- HOST' lines.")
    }
    guard !elements.isEmpty else {
      throw ClusterFileError(
        .noNodes, line: node.line, key: "nodes", "'nodes' has no node",
        remedy: "Write at least one '- HOST' line, or leave '--cluster' out to use this machine.")
    }
    guard elements.count <= ClusterDefinition.nodeCountMax else {
      throw ClusterFileError(
        .tooManyNodes, line: node.line, key: "nodes",
        "'nodes' has \(elements.count) nodes; a cluster has at most "
          + "\(ClusterDefinition.nodeCountMax)",
        remedy: "Leave some of them out.")
    }
    var entries: [ClusterEntry] = []
    for element in elements { entries.append(try ClusterEntry(element, paths)) }
    return entries
  }

  /// The nodes with their defaults; no two of them may be called the same or be the same place.
  private static func nodes(
    _ entries: [ClusterEntry], _ defaults: ClusterSettings
  ) throws(ClusterFileError) -> [ClusterNode] {
    var nodes: [ClusterNode] = []
    var lines: [NodeName: Int] = [:]
    var places: [ClusterPlace: (name: NodeName, line: Int)] = [:]
    for entry in entries {
      let node = try entry.node(defaults)
      if let first = lines.updateValue(entry.line, forKey: node.name) {
        throw ClusterFileError(
          .duplicateNode, line: entry.line, key: node.name.rawValue,
          "the name '\(node.name)' is taken by the node on line \(first) already",
          remedy: "Give one of the two another 'name'.")
      }
      if let first = places.updateValue((node.name, entry.line), forKey: ClusterPlace(node)) {
        throw ClusterFileError(
          .duplicateNode, line: entry.line, key: node.name.rawValue,
          "the node '\(node.name)' is the same place as '\(first.name)' on line \(first.line)",
          remedy: "Leave one of the two out, or give it another 'workDirectory'.")
      }
      nodes.append(node)
    }
    return nodes
  }
}

/// Where a worker would be: two nodes of one place would be one worker.
private struct ClusterPlace: Hashable {
  let host: String?
  let user: String?
  let port: UInt16?
  let configurationFile: SSHReach.ConfigurationFile
  let workDirectory: String

  init(_ node: ClusterNode) {
    workDirectory = node.workDirectory ?? ClusterNode.standardWorkDirectory
    switch node.launcher {
    case .local: (host, user, port, configurationFile) = (nil, nil, nil, .none)
    case .ssh(let reach):
      (host, user, port) = (reach.host, reach.user, reach.port)
      configurationFile = reach.configurationFile
    }
  }
}
