package import Protocol

/// A node as a cluster file names it: the ssh configuration says the rest.
package struct SSHTarget: Sendable {
  /// What the catalog calls it.
  package var node: NodeName
  /// A host name, an address, or an alias of the ssh configuration.
  package var host: String
  /// The user to log in as; `nil`: what the configuration says.
  package var user: String?
  /// The port; `nil`: what the configuration says.
  package var port: UInt16?
  /// Key files that are used instead of those of the configuration.
  package var identityFiles: [String]
  /// Known-hosts files that are used instead of those of the configuration.
  package var knownHostsFiles: [String]
  /// The ssh configuration.
  package var configuration: SSHConfiguration

  /// Puts a target together.
  package init(
    node: NodeName, host: String, user: String? = nil, port: UInt16? = nil,
    identityFiles: [String] = [], knownHostsFiles: [String] = [], configuration: SSHConfiguration
  ) {
    self.node = node
    self.host = host
    self.user = user
    self.port = port
    self.identityFiles = identityFiles
    self.knownHostsFiles = knownHostsFiles
    self.configuration = configuration
  }

  /// Everything about the host, configured or said in the cluster file.
  func settings() throws(TransportError) -> SSHHostSettings {
    var settings = try configuration.settings(for: host, user: user, port: port)
    if !identityFiles.isEmpty {
      settings.identityFiles = identityFiles
      settings.identitiesOnly = true
    }
    if !knownHostsFiles.isEmpty {
      settings.userKnownHostsFiles = knownHostsFiles
      settings.globalKnownHostsFiles = []
    }
    return settings
  }

  /// The same for a host on the way.
  ///
  /// What the cluster file says of keys holds there too, unless the configuration names others.
  func settings(for hop: SSHHop) throws(TransportError) -> SSHHostSettings {
    var settings = try configuration.settings(for: hop.host, user: hop.user, port: hop.port)
    if settings.identityFiles.isEmpty { settings.identityFiles = identityFiles }
    if !knownHostsFiles.isEmpty {
      settings.userKnownHostsFiles = knownHostsFiles
      settings.globalKnownHostsFiles = []
    }
    return settings
  }
}

/// Opens sessions: at most a few log-ins at once, and hosts on the way are logged in to once for
/// all nodes behind them.
package actor SSHNetwork {
  /// How many log-ins may happen at the same time.
  package static let loginCountMax = 8
  /// How often a server is greeted that ends the connection at once.
  static let greetingCountMax = 4
  /// A server that needs longer to end the connection does not drop it but hangs, in seconds.
  static let greetingSecondsMax = 2.0
  /// How many hosts may lie between here and a node.
  static let hopCountMax = 8

  /// A host on the way, and the way to it.
  private final class Gateway {
    let turn = LoginGate(countMax: 1)
    var session: SSHSession?
  }

  private let logins: LoginGate
  private var gateways: [[SSHHostSettings]: Gateway] = [:]

  /// A network that nothing has been opened in.
  package init() {
    logins = LoginGate(countMax: SSHNetwork.loginCountMax)
  }

  /// Logs in to a node.
  /// - Throws: ``TransportError`` of the kinds `ssh.…`.
  func open(_ target: SSHTarget) async throws(TransportError) -> SSHSession {
    let settings = try target.settings()
    let way = try way(to: settings, of: target)
    // A busy server drops some of those who are not logged in yet (MaxStartups), and counts them a
    // little longer than we do.
    for attempt in 1..<SSHNetwork.greetingCountMax {
      let began = SSHSocket.monotonicSeconds()
      let result = await open(settings, behind: way)
      let seconds = SSHSocket.monotonicSeconds() - began
      guard case .failure(let error) = result, error.kind == .sshGreeting,
        seconds < SSHNetwork.greetingSecondsMax
      else {
        return try result.get()
      }
      let milliseconds = Double.random(in: 50...250) * Double(attempt)
      // A wait that is cancelled is over; the next attempt ends at once.
      try? await Task.sleep(for: .milliseconds(milliseconds))
    }
    return try await open(settings, behind: way).get()
  }

  /// The hosts to pass, first to last.
  private func way(
    to settings: SSHHostSettings, of target: SSHTarget, depth: Int = 0
  ) throws(TransportError) -> [SSHHostSettings] {
    guard case .jump(let hops) = settings.proxy else { return [] }
    guard depth + hops.count <= SSHNetwork.hopCountMax else {
      throw TransportError(
        .sshConfiguration,
        "Reaching \(settings.subject): more than \(SSHNetwork.hopCountMax) hosts lie on the way.",
        remedy: "Look for a 'ProxyJump' that leads in a circle.")
    }
    var way: [SSHHostSettings] = []
    for (index, hop) in hops.enumerated() {
      var host = try target.settings(for: hop)
      if index == 0 {
        // Only the first of several is reached as its own configuration says; each of the others
        // from the one before it.
        way += try self.way(to: host, of: target, depth: depth + hops.count)
      }
      if index > 0 || !way.isEmpty { host.proxy = .none }
      way.append(host)
    }
    return way
  }

  private func open(
    _ settings: SSHHostSettings, behind way: [SSHHostSettings]
  ) async -> Result<SSHSession, TransportError> {
    let route: SSHRoute
    if way.isEmpty {
      if case .command(let command) = settings.proxy {
        route = .command(command)
      } else {
        route = .direct
      }
    } else {
      switch await forward(to: settings, through: way) {
      case .success(let socket): route = .socket(socket)
      case .failure(let error): return .failure(error)
      }
    }
    return await logins.pass {
      do throws(TransportError) {
        return .success(try await SSHSession.open(settings, over: route))
      } catch {
        return .failure(error)
      }
    }
  }

  /// A socket to a host, from the last host on the way to it.
  private func forward(
    to settings: SSHHostSettings, through way: [SSHHostSettings]
  ) async -> Result<Int32, TransportError> {
    // A session that ended unnoticed is opened again once.
    var failure: TransportError?
    for _ in 0..<2 {
      switch await gatewaySession(way) {
      case .failure(let error): return .failure(error)
      case .success(let session):
        do throws(TransportError) {
          return .success(
            try await session.forward(host: settings.hostName, port: settings.port))
        } catch {
          failure = error
          guard session.hasEnded else { return .failure(error) }
        }
      }
    }
    return .failure(failure ?? unreachable(settings))
  }

  private func unreachable(_ settings: SSHHostSettings) -> TransportError {
    TransportError(
      .sshLost, "The way to \(settings.subject) was lost.", remedy: "Look at the hosts on the way.")
  }

  private func gatewaySession(
    _ way: [SSHHostSettings]
  ) async -> Result<SSHSession, TransportError> {
    let gateway = gateways[way] ?? Gateway()
    gateways[way] = gateway
    return await gateway.turn.pass { [self] in
      await openGateway(way)
    }
  }

  private func openGateway(_ way: [SSHHostSettings]) async -> Result<SSHSession, TransportError> {
    guard let gateway = gateways[way], let host = way.last else {
      preconditionFailure("a way has a last host, and its gateway is made before it is opened")
    }
    if let session = gateway.session, !session.hasEnded { return .success(session) }
    let opened = await open(host, behind: Array(way.dropLast()))
    if case .success(let session) = opened { gateway.session = session }
    return opened
  }

  /// Ends the sessions of the hosts on the way.
  package func close() {
    for gateway in gateways.values { gateway.session?.close() }
    gateways = [:]
  }
}
