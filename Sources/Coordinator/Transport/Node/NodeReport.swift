package import Protocol

/// What `phasegrid nodes` says of one node.
package struct NodeReport: Hashable, Sendable {
  /// Whether trials can be trained on a node.
  package enum State: String, Sendable {
    /// Nothing is wrong.
    case usable
    /// It can be used, and something should be known.
    case warnings
    /// It cannot be used.
    case unusable
  }

  /// What the cluster file calls it.
  package let node: NodeName
  /// Where it answers.
  package let address: String
  /// The fingerprint of its host key, which is a known one; `nil` where there is none.
  package var hostKey: String?
  /// What was found out; `nil` when it could not be asked.
  package let facts: NodeFacts?
  /// Whether the coordinator's own worker program is there, whole; with its release.
  package let program: NodeFacts.Program?
  /// What is wrong, the worst first.
  package let faults: [NodeFault]

  /// The report on a node that answered.
  /// - Parameters:
  ///   - node: What the cluster file calls it.
  ///   - address: Where it answers.
  ///   - facts: What was found out.
  ///   - expectation: What the coordinator has and expects.
  ///   - ownProgram: The worker program where nothing is sent, because the node is this machine.
  package init(
    node: NodeName, address: String, facts: NodeFacts, expectation: NodeExpectation,
    ownProgram: NodeFacts.Program? = nil
  ) {
    self.node = node
    self.address = address
    self.facts = facts
    let digest = facts.machine.flatMap { expectation.digests[$0] }
    program = ownProgram ?? facts.programs.first { $0.digest == digest && $0.isIntact }
    faults = NodeRules(node: node, facts: facts, expectation: expectation).faults
  }

  /// The report on a node that could not be asked.
  package init(node: NodeName, address: String, error: TransportError) {
    self.node = node
    self.address = address
    facts = nil
    program = nil
    faults = [NodeFault(error)]
  }

  /// Whether trials can be trained on it.
  package var state: State {
    if faults.contains(where: { !$0.isWarning }) { return .unusable }
    return faults.isEmpty ? .usable : .warnings
  }

  /// The report for programs.
  package var json: JSONValue {
    [
      "node": .string(node.rawValue), "address": .string(address),
      "state": .string(state.rawValue), "hostKey": hostKey.map(JSONValue.string) ?? .null,
      "facts": facts?.json ?? .null,
      "workerRelease": program.map { .string($0.release ?? "unknown") } ?? .null,
      "faults": .array(
        faults.map { fault in
          [
            "code": .string(fault.code), "message": .string(fault.message),
            "remedy": .string(fault.remedy), "isWarning": .boolean(fault.isWarning),
          ]
        }),
    ]
  }
}

extension NodeFacts {
  /// The facts for programs; what is not known is `null`.
  var json: JSONValue {
    [
      "machine": NodeFacts.json(machine), "system": NodeFacts.json(system),
      "kernel": NodeFacts.json(kernel), "distribution": NodeFacts.json(distribution),
      "user": NodeFacts.json(user), "home": NodeFacts.json(home), "shell": NodeFacts.json(shell),
      "identity": NodeFacts.json(identity), "workDirectory": NodeFacts.json(workDirectory),
      "hasWorkDirectory": .boolean(hasWorkDirectory), "freeBytes": NodeFacts.json(freeBytes),
      "memoryBytes": NodeFacts.json(memoryBytes),
      "availableMemoryBytes": NodeFacts.json(availableMemoryBytes),
      "load": load.map(JSONValue.real) ?? .null, "processors": NodeFacts.json(processors),
      "cores": NodeFacts.json(cores), "processorModel": NodeFacts.json(processorModel),
      "features": NodeFacts.json(features), "tools": NodeFacts.json(tools),
      "mayRunPrograms": mayRunPrograms.map(JSONValue.boolean) ?? .null,
      "isSession": .boolean(isSession), "lingers": .boolean(lingers),
      "killsUserProcesses": .boolean(killsUserProcesses),
      "canLeaveSession": .boolean(canLeaveSession), "clockSeconds": NodeFacts.json(clockSeconds),
      "programs": .array(
        programs.map {
          [
            "sha256": .string($0.digest), "isIntact": .boolean($0.isIntact),
            "release": NodeFacts.json($0.release),
          ]
        }),
      "processes": .array(
        processes.map {
          [
            "process": .integer($0.identifier), "ageSeconds": .integer($0.ageSeconds),
            "sha256": .string($0.digest), "role": .string($0.role),
            "directory": .string($0.directory),
          ]
        }),
      "holdings": .array(
        holdings.map {
          [
            "resultBytes": .integer($0.resultBytes), "machine": .string($0.machine),
            "catalog": .string("\($0.catalog)"),
          ]
        }),
    ]
  }

  private static func json(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  private static func json(_ number: Int64?) -> JSONValue {
    number.map(JSONValue.integer) ?? .null
  }

  private static func json(_ names: Set<String>?) -> JSONValue {
    names.map { .array($0.sorted().map(JSONValue.string)) } ?? .null
  }
}
