import Protocol

extension NodeFacts {
  /// The most programs, processes or holdings that are kept of one node.
  static let listCountMax = 1_000
  /// The most facts without sense that are named.
  static let malformedCountMax = 5

  /// Reads what a probe answered; what makes no sense is named in ``malformed``.
  /// - Parameter answers: All answers of ``NodeScript/probe(workDirectory:)``.
  package init(answers: [NodeAnswer]) {
    for answer in answers {
      switch answer {
      case .fact(let name, let value):
        guard !read(name, value), malformed.count < NodeFacts.malformedCountMax else { continue }
        malformed.append(NodeText.shown(name.utf8, charactersMax: 40))
      case .warning(let code, let words) where complaints.count < NodeFacts.listCountMax:
        complaints.append(Complaint(code: code, words: NodeText.shown(words.utf8)))
      default: break
      }
    }
  }

  /// Takes one fact.
  /// - Returns: Whether it made sense.
  private mutating func read(_ name: String, _ value: String) -> Bool {
    if let place = NodeFacts.texts[name] {
      self[keyPath: place] = NodeText.shown(value.utf8)
      return true
    }
    if let (place, unit) = NodeFacts.numbers[name] {
      guard let number = NodeFacts.number(value) else { return false }
      self[keyPath: place] = number * unit
      return true
    }
    let words = value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch name {
    case "load": return readLoad(words)
    case "feature":
      features = (features ?? []).union([NodeText.shown(value.utf8, charactersMax: 40)])
    case "features": features = features ?? []
    case "tool" where (tools?.count ?? 0) < NodeFacts.listCountMax:
      tools = (tools ?? []).union([NodeText.shown(value.utf8, charactersMax: 40)])
    case "tools": tools = tools ?? []
    case "workExists": hasWorkDirectory = value == "yes"
    case "runs": mayRunPrograms = value == "yes"
    case "killUserProcesses": killsUserProcesses = value == "yes"
    case "session": isSession = value == "yes"
    case "linger": lingers = value == "Linger=yes"
    case "scope": canLeaveSession = value == "yes"
    case "worker": return readProgram(words)
    case "process": return readProcess(words)
    case "spool": return readHolding(words)
    default: return false
    }
    return true
  }

  private mutating func readLoad(_ words: [String]) -> Bool {
    guard let load = words.first.flatMap(Double.init), load >= 0, load < 1e6 else { return false }
    self.load = load
    return true
  }

  private mutating func readProgram(_ words: [String]) -> Bool {
    guard words.count >= 3, NodeFacts.isDigest(words[0]), programs.count < NodeFacts.listCountMax
    else { return false }
    let release = NodeText.shown(words[2].utf8, charactersMax: 40)
    programs.append(
      Program(
        digest: words[0], isIntact: words[1] == "verified",
        release: release == "unknown" ? nil : release))
    return true
  }

  private mutating func readProcess(_ words: [String]) -> Bool {
    guard words.count >= 4, let identifier = NodeFacts.number(words[0]),
      let age = NodeFacts.number(words[1]), NodeFacts.isDigest(words[2]),
      processes.count < NodeFacts.listCountMax
    else { return false }
    processes.append(
      Process(
        identifier: identifier, ageSeconds: age, digest: words[2],
        role: NodeText.shown(words[3].utf8, charactersMax: 40),
        directory: NodeText.shown(words[4...].joined(separator: " ").utf8)))
    return true
  }

  private mutating func readHolding(_ words: [String]) -> Bool {
    let place = words.count == 2 ? words[1].split(separator: "/").map(String.init) : []
    guard place.count == 2, let bytes = NodeFacts.number(words[0]),
      let catalog = UniqueID(hexadecimal: place[1]), holdings.count < NodeFacts.listCountMax
    else { return false }
    holdings.append(
      Holding(
        resultBytes: bytes, machine: NodeText.shown(place[0].utf8, charactersMax: 80),
        catalog: catalog))
    return true
  }

  /// A whole number that no arithmetic on it can carry too far.
  static func number(_ text: String) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 15, text.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int64(text)
  }

  private static func isDigest(_ text: String) -> Bool { TrialKey(hexadecimal: text) != nil }

  private static var texts: [String: WritableKeyPath<NodeFacts, String?>] {
    [
      "machine": \.machine, "system": \.system, "kernel": \.kernel,
      "distribution": \.distribution, "user": \.user, "home": \.home, "shell": \.shell,
      "identity": \.identity, "work": \.workDirectory, "model": \.processorModel,
    ]
  }

  /// Where a number goes, and how many bytes (or the like) one of it is.
  private static var numbers: [String: (WritableKeyPath<NodeFacts, Int64?>, unit: Int64)] {
    [
      "free": (\.freeBytes, 1024), "memoryTotal": (\.memoryBytes, 1024),
      "memoryAvailable": (\.availableMemoryBytes, 1024), "processors": (\.processors, 1),
      "cores": (\.cores, 1), "clock": (\.clockSeconds, 1),
    ]
  }
}
