import Protocol

/// What a node, or the defaults of all, says about how it is used.
struct ClusterSettings: Sendable {
  enum LauncherWord: String, CaseIterable {
    case ssh
    case local
  }

  private(set) var launcher: LauncherWord?
  private(set) var slots: UInt16?
  private(set) var identityFiles: [String]?
  private(set) var knownHostsFiles: [String]?
  private(set) var configurationFile: SSHReach.ConfigurationFile?
  private(set) var workDirectory: String?
  private(set) var nice: Int?
  private(set) var loadLimit: Double?
  /// The first key that only a node over SSH may have, with its line.
  private(set) var firstSSHKey: (key: String, line: Int)?

  static let keys = [
    "launcher", "slots", "identityFile", "knownHosts", "sshConfig", "workDirectory", "nice",
    "loadLimit",
  ]

  /// Says nothing.
  init() {}

  /// Reads `defaults`.
  init(defaults node: SourceNode, _ paths: ClusterPaths) throws(ClusterFileError) {
    guard case .mapping(let entries) = node.content else {
      throw node.clusterType("defaults", wanted: "a mapping")
    }
    for entry in entries {
      guard try take(entry, paths) else {
        throw .unknownKey(entry, of: "defaults", known: ClusterSettings.keys)
      }
    }
  }

  /// Takes a key; false when it is none of ``keys``.
  mutating func take(
    _ entry: SourceNode.Entry, _ paths: ClusterPaths
  ) throws(ClusterFileError) -> Bool {
    let node = entry.value
    switch entry.key {
    case "launcher": launcher = try node.clusterLauncher()
    case "slots":
      slots = UInt16(try node.clusterCount("slots", 1...ClusterNode.slotsMax))
    case "nice": nice = try node.clusterCount("nice", 0...ClusterNode.niceMax)
    case "loadLimit": loadLimit = try node.clusterLoad("loadLimit")
    case "workDirectory": workDirectory = try node.clusterWorkDirectory()
    case "identityFile":
      noteSSHKey(entry)
      identityFiles = try node.clusterFiles(entry.key, paths)
    case "knownHosts":
      noteSSHKey(entry)
      knownHostsFiles = try node.clusterFiles(entry.key, paths)
    case "sshConfig":
      noteSSHKey(entry)
      let text = try node.clusterString(entry.key, wanted: "a file or 'none'")
      configurationFile =
        text == "none"
        ? SSHReach.ConfigurationFile.none
        : .file(try paths.absolute(text, key: entry.key, line: node.line))
    default: return false
    }
    return true
  }

  private mutating func noteSSHKey(_ entry: SourceNode.Entry) {
    firstSSHKey = firstSSHKey ?? (entry.key, entry.line)
  }
}

/// One element of `nodes`.
struct ClusterEntry: Sendable {
  let line: Int
  private var destination: ClusterDestination?
  private var destinationLine: Int
  private var name: String?
  private var settings = ClusterSettings()

  private static let keys = ["host", "name"] + ClusterSettings.keys
  private static let hostRemedy =
    "Write '[user@]host[:port]', an IPv6 address in brackets and in quotes: \"[::1]:22\"."

  init(_ node: SourceNode, _ paths: ClusterPaths) throws(ClusterFileError) {
    line = node.line
    destinationLine = node.line
    guard case .mapping(let entries) = node.content else {
      destination = try ClusterEntry.destination(node, "nodes", wanted: "a host or a mapping")
      return
    }
    for entry in entries {
      switch entry.key {
      case "host":
        destination = try ClusterEntry.destination(entry.value, "host", wanted: "a host")
        destinationLine = entry.line
      case "name": name = try ClusterEntry.name(entry.value)
      default:
        guard try settings.take(entry, paths) else {
          throw .unknownKey(entry, of: "nodes", known: ClusterEntry.keys)
        }
      }
    }
  }

  private static func destination(
    _ node: SourceNode, _ key: String, wanted: String
  ) throws(ClusterFileError) -> ClusterDestination {
    guard case .scalar(let text, _) = node.content, !node.isNothing, !text.isEmpty else {
      throw node.clusterType(key, wanted: wanted, remedy: hostRemedy)
    }
    do throws(ClusterDestination.Fault) {
      return try ClusterDestination(text)
    } catch {
      throw ClusterFileError(
        .host, line: node.line, key: key,
        "the host '\(SourceNode.visible(String(text.prefix(100))))' \(error.words)",
        remedy: hostRemedy)
    }
  }

  private static func name(_ node: SourceNode) throws(ClusterFileError) -> String {
    let name = try node.clusterString("name", wanted: "a word")
    guard ClusterText.isNodeName(name) else { throw badName(name, line: node.line) }
    return name
  }

  private static func badName(_ name: String, line: Int) -> ClusterFileError {
    ClusterFileError(
      .nodeName, line: line, key: "name",
      "the node's name '\(SourceNode.visible(String(name.prefix(100))))' may have neither spaces, "
        + "slashes nor control characters, begins with no '-' and has at most "
        + "\(ClusterText.nameBytesMax) bytes",
      remedy: "Give it a 'name' such as 'lab01'.")
  }

  /// The node, with what it does not say taken from the defaults.
  func node(_ defaults: ClusterSettings) throws(ClusterFileError) -> ClusterNode {
    let isLocal = (settings.launcher ?? defaults.launcher ?? .ssh) == .local
    let launcher = isLocal ? try localLauncher() : .ssh(try reach(defaults))
    let standardName = isLocal ? "local" : destination?.host ?? ""
    let name = self.name ?? standardName
    guard ClusterText.isNodeName(name) else {
      throw ClusterEntry.badName(name, line: destinationLine)
    }
    return ClusterNode(
      name: NodeName(name), launcher: launcher, slots: settings.slots ?? defaults.slots,
      workDirectory: settings.workDirectory ?? defaults.workDirectory,
      nice: settings.nice ?? defaults.nice ?? (isLocal ? 0 : ClusterNode.sshNice),
      loadLimit: settings.loadLimit ?? defaults.loadLimit)
  }

  private func localLauncher() throws(ClusterFileError) -> ClusterNode.Launcher {
    let excluded =
      destination == nil ? settings.firstSSHKey : (key: "host", line: destinationLine)
    if let (key, line) = excluded {
      throw ClusterFileError(
        .conflict, line: line, key: key,
        "'\(key)' does not go with 'launcher: local', which is this machine without SSH",
        remedy: "Leave '\(key)' out, or write 'launcher: ssh'.")
    }
    return .local
  }

  private func reach(_ defaults: ClusterSettings) throws(ClusterFileError) -> SSHReach {
    guard let destination else {
      throw ClusterFileError(
        .missingKey, line: line, key: "host", "the node has no 'host'",
        remedy: "Write 'host: HOST', or 'launcher: local' for this machine.")
    }
    return SSHReach(
      host: destination.host, user: destination.user, port: destination.port,
      identityFiles: settings.identityFiles ?? defaults.identityFiles ?? [],
      knownHostsFiles: settings.knownHostsFiles ?? defaults.knownHostsFiles ?? [],
      configurationFile: settings.configurationFile ?? defaults.configurationFile ?? .standard)
  }
}
