package import Protocol

// What a catalog keeps. Members stand in alphabetical order and are left out where there is
// nothing to say; members that are not known are not looked at.
extension ClusterNode {
  /// The node as a catalog keeps it.
  package var json: JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(name.rawValue), "nice": .integer(Int64(nice)),
    ]
    members["slots"] = slots.map { .integer(Int64($0)) }
    members["workDirectory"] = workDirectory.map { .string($0) }
    members["loadLimit"] = loadLimit.map { .real($0) }
    switch launcher {
    case .local: members["launcher"] = "local"
    case .ssh(let reach):
      members["launcher"] = "ssh"
      members["host"] = .string(reach.host)
      members["user"] = reach.user.map { .string($0) }
      members["port"] = reach.port.map { .integer(Int64($0)) }
      members["identityFiles"] = ClusterRecord.files(reach.identityFiles)
      members["knownHostsFiles"] = ClusterRecord.files(reach.knownHostsFiles)
      switch reach.configurationFile {
      case .standard: break
      case .none: members["sshConfig"] = "none"
      case .file(let path): members["sshConfig"] = .string(path)
      }
    }
    return ClusterRecord.object(members)
  }

  /// Reads what ``json`` has written.
  /// - Parameter json: The record, which is not trusted.
  /// - Throws: ``ClusterFileError`` `cluster.record`.
  package init(json: JSONValue) throws(ClusterFileError) {
    try self.init(ClusterRecord(json, path: "node"))
  }

  init(_ record: ClusterRecord) throws(ClusterFileError) {
    let launcher: Launcher
    switch try record.text("launcher", "'ssh' or 'local'", where: { _ in true }) {
    case "local": launcher = .local
    case "ssh": launcher = .ssh(try SSHReach(record))
    default: throw record.malformed("launcher", "'ssh' or 'local'")
    }
    let directory = try record.optionalText("workDirectory", "a work directory") {
      ClusterText.workDirectory($0) == $0
    }
    var loadLimit: Double?
    if let member = record["loadLimit"] {
      guard let number = member.number, number.isFinite, number > 0 else {
        throw record.malformed("loadLimit", "a number above 0")
      }
      loadLimit = number
    }
    guard let nice = try record.whole("nice", 0...Int64(ClusterNode.niceMax)) else {
      throw record.malformed("nice", "present")
    }
    self.init(
      name: NodeName(
        try record.text("name", "the name of a node", where: ClusterText.isNodeName)),
      launcher: launcher,
      slots: try record.whole("slots", 1...Int64(ClusterNode.slotsMax)).map { UInt16($0) },
      workDirectory: directory, nice: Int(nice), loadLimit: loadLimit)
  }
}

extension SSHReach {
  init(_ record: ClusterRecord) throws(ClusterFileError) {
    let configuration: ConfigurationFile =
      switch try record.optionalText(
        "sshConfig", "'none' or an absolute path",
        where: { $0 == "none" || ClusterRecord.isAbsolute($0) })
      {
      case nil: .standard
      case "none": .none
      case let path?: .file(path)
      }
    self.init(
      host: try record.text("host", "a host", where: ClusterText.isHost),
      user: try record.optionalText("user", "a user", where: ClusterText.isUser),
      port: try record.whole("port", 1...Int64(UInt16.max)).map { UInt16($0) },
      identityFiles: try record.files("identityFiles"),
      knownHostsFiles: try record.files("knownHostsFiles"), configurationFile: configuration)
  }
}

extension ClusterDefinition {
  /// The cluster as a catalog keeps it.
  package var json: JSONValue {
    ClusterRecord.object([
      "leaseSeconds": .real(leaseSeconds), "nodes": .array(nodes.map(\.json)),
    ])
  }

  /// Reads what ``json`` has written.
  /// - Parameter json: The record, which is not trusted.
  /// - Throws: ``ClusterFileError`` `cluster.record`.
  package init(json: JSONValue) throws(ClusterFileError) {
    let record = ClusterRecord(json, path: "cluster")
    let range = ClusterDefinition.leaseSecondsRange
    guard let lease = record["leaseSeconds"]?.number, range.contains(lease) else {
      throw record.malformed("leaseSeconds", "a time")
    }
    guard let elements = record["nodes"]?.array,
      (1...ClusterDefinition.nodeCountMax).contains(elements.count)
    else { throw record.malformed("nodes", "1 to \(ClusterDefinition.nodeCountMax) nodes") }
    var nodes: [ClusterNode] = []
    var names: Set<NodeName> = []
    for (index, element) in elements.enumerated() {
      let node = try ClusterNode(ClusterRecord(element, path: "cluster.nodes[\(index)]"))
      guard names.insert(node.name).inserted else {
        throw record.malformed("nodes", "nodes with different names")
      }
      nodes.append(node)
    }
    self.init(leaseSeconds: lease, nodes: nodes)
  }
}

/// A JSON object that a catalog keeps of a cluster, with its place in the whole.
struct ClusterRecord {
  let value: JSONValue
  let path: String

  init(_ value: JSONValue, path: String) {
    self.value = value
    self.path = path
  }

  /// An object whose members stand in alphabetical order.
  static func object(_ members: [String: JSONValue]) -> JSONValue {
    .object(members.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
  }

  /// A list of files; `nil` for an empty one.
  static func files(_ paths: [String]) -> JSONValue? {
    paths.isEmpty ? nil : .array(paths.map { .string($0) })
  }

  static func isAbsolute(_ path: String) -> Bool {
    path.hasPrefix("/") && ClusterText.isPath(path)
  }

  /// A member that is there and not `null`.
  subscript(name: String) -> JSONValue? { value[name].flatMap { $0 == .null ? nil : $0 } }

  func malformed(_ name: String, _ wanted: String) -> ClusterFileError {
    ClusterFileError(
      .record, key: name, "cannot read a stored cluster: '\(path).\(name)' must be \(wanted)",
      remedy: "Name the cluster file again with --cluster.")
  }

  func optionalText(
    _ name: String, _ wanted: String, where isGood: (String) -> Bool
  ) throws(ClusterFileError) -> String? {
    guard let member = self[name] else { return nil }
    guard let text = member.string, isGood(text) else { throw malformed(name, wanted) }
    return text
  }

  func text(
    _ name: String, _ wanted: String, where isGood: (String) -> Bool
  ) throws(ClusterFileError) -> String {
    guard let text = try optionalText(name, wanted, where: isGood) else {
      throw malformed(name, "present")
    }
    return text
  }

  func whole(
    _ name: String, _ range: ClosedRange<Int64>
  ) throws(ClusterFileError) -> Int64? {
    guard let member = self[name] else { return nil }
    guard let whole = member.integer, range.contains(whole) else {
      throw malformed(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }

  func files(_ name: String) throws(ClusterFileError) -> [String] {
    guard let member = self[name] else { return [] }
    guard let elements = member.array, elements.count <= SSHReach.fileCountMax else {
      throw malformed(name, "at most \(SSHReach.fileCountMax) absolute paths")
    }
    var paths: [String] = []
    for element in elements {
      guard let path = element.string, ClusterRecord.isAbsolute(path) else {
        throw malformed(name, "absolute paths")
      }
      paths.append(path)
    }
    return paths
  }
}
