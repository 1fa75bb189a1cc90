import Protocol

/// What makes a node unusable, or is worth a warning: pure rules over facts.
struct NodeRules {
  /// Less free space than this is worth a warning, in bytes.
  static let freeBytesMin: Int64 = 200 << 20
  /// Less memory than this is worth a warning, in bytes.
  static let memoryBytesMin: Int64 = 512 << 20
  /// A clock that is further off is worth a warning, in seconds.
  static let clockSecondsMax: Int64 = 60
  /// The programs without which no worker can be put on a node.
  static let neededTools = ["cat", "chmod", "mkdir", "mv", "rm", "sha256"]

  let node: NodeName
  let facts: NodeFacts
  let expectation: NodeExpectation

  /// The faults, those that make the node unusable first.
  var faults: [NodeFault] {
    let all = [
      complaints, tools, program, processor, running, space, memory, session, clock, load,
      otherWorkers, answers,
    ].flatMap { $0 }
    return all.filter { !$0.isWarning } + all.filter(\.isWarning)
  }

  private var complaints: [NodeFault] {
    facts.complaints.map {
      NodeFault(TransportError(node: node, failure: $0.code, words: $0.words))
    }
  }

  private var tools: [NodeFault] {
    guard let tools = facts.tools else { return [] }
    return NodeRules.neededTools.filter { !tools.contains($0) }.map { name in
      NodeFault(
        TransportError(node: node, failure: "tool", words: name == "sha256" ? "sha256sum" : name))
    }
  }

  /// Whether there is a program for this kind of machine, and whether the one there is whole.
  private var program: [NodeFault] {
    guard let machine = facts.machine else { return [] }
    guard let digest = expectation.digests[machine] else {
      return [NodeFault(TransportError(node: node, noWorkerFor: machine))]
    }
    guard facts.programs.contains(where: { $0.digest == digest && !$0.isIntact }) else { return [] }
    return [
      NodeFault(
        .nodeUpload, isWarning: true,
        "The worker program on node '\(node)' is damaged; the next start sends it again.",
        remedy: "If it happens twice, look at the node's disk.")
    ]
  }

  private var processor: [NodeFault] {
    guard facts.machine == "x86_64", let features = facts.features else { return [] }
    let missing = ["avx2", "fma"].filter { !features.contains($0) }
    guard !missing.isEmpty else { return [] }
    return [
      NodeFault(
        .nodeProcessor, isWarning: false,
        "The processor of node '\(node)' has no \(missing.joined(separator: " and no ")), which the "
          + "pinned numerics need.",
        remedy: "Take the node out of the cluster file.")
    ]
  }

  private var running: [NodeFault] {
    guard facts.mayRunPrograms == false else { return [] }
    let directory = facts.workDirectory ?? "the work directory"
    return [
      NodeFault(
        TransportError(node: node, failure: "noexec", words: "\(directory) is mounted noexec"))
    ]
  }

  private var space: [NodeFault] {
    guard let free = facts.freeBytes else { return [] }
    let digest = facts.machine.flatMap { expectation.digests[$0] }
    let isThere = facts.programs.contains { $0.digest == digest && $0.isIntact }
    let needed = Int64(NodeScript.spareBytes) + (isThere ? 0 : expectation.programBytes)
    let directory = facts.workDirectory ?? "the work directory"
    let words = "\(free >> 20) MiB are free at \(directory)"
    if free < needed {
      return [
        NodeFault(
          TransportError(
            node: node, failure: "disk-full",
            words: "\(words), \((needed + 1 << 20 - 1) >> 20) MiB are needed"))
      ]
    }
    guard free < NodeRules.freeBytesMin else { return [] }
    return [
      NodeFault(
        .nodeDiskFull, isWarning: true, "Node '\(node)' has little space: \(words).",
        remedy: "Free space there, or name another 'workDirectory' for it in the cluster file.")
    ]
  }

  private var memory: [NodeFault] {
    guard let available = facts.availableMemoryBytes, available < NodeRules.memoryBytesMin else {
      return []
    }
    return [
      NodeFault(
        .nodeMemory, isWarning: true,
        "Node '\(node)' has \(available >> 20) MiB of memory available.",
        remedy: "Give it fewer 'slots' in the cluster file, or end programs there.")
    ]
  }

  private var session: [NodeFault] {
    guard facts.killsUserProcesses, !facts.canLeaveSession else { return [] }
    return [
      NodeFault(
        .nodeKillUserProcesses, isWarning: true,
        "Node '\(node)' ends workers when the connection ends (KillUserProcesses in logind.conf), "
          + "and 'systemd-run --user --scope' does not work there.",
        remedy:
          "Keep the coordinator running, or have an administrator run 'loginctl enable-linger "
          + "\(facts.user ?? "USER")' there.")
    ]
  }

  private var clock: [NodeFault] {
    guard let seconds = facts.clockSeconds else { return [] }
    let difference = seconds - expectation.clockSeconds
    guard abs(difference) > NodeRules.clockSecondsMax else { return [] }
    return [
      NodeFault(
        .nodeClock, isWarning: true,
        "The clock of node '\(node)' is \(abs(difference)) s \(difference > 0 ? "ahead" : "behind"); "
          + "the times of its trials will be wrong, their results not.",
        remedy: "Set the clock there, or this machine's, for instance with chrony.")
    ]
  }

  private var load: [NodeFault] {
    guard let load = facts.load, let cores = facts.cores ?? facts.processors, cores > 0,
      facts.processes.isEmpty, load > Double(cores)
    else { return [] }
    return [
      NodeFault(
        .nodeLoad, isWarning: true,
        "Node '\(node)' has a load of \(load) on \(cores) cores without any worker of ours.",
        remedy: "Wait, or set a 'loadLimit' or fewer 'slots' for it in the cluster file.")
    ]
  }

  private var otherWorkers: [NodeFault] {
    let others = facts.processes.filter { process in
      process.role == "daemon" && !expectation.digests.values.contains(process.digest)
    }
    guard !others.isEmpty else { return [] }
    let releases = Set(
      others.map { process in
        facts.programs.first { $0.digest == process.digest }?.release
          ?? String(process.digest.prefix(12))
      })
    return [
      NodeFault(
        .nodeOtherWorkers, isWarning: true,
        "Node '\(node)' runs \(others.count) worker(s) of another program: "
          + "\(releases.sorted().joined(separator: ", ")).",
        remedy: "Let the coordinator that started them collect their results, or end them with "
          + "'phasegrid nodes CLUSTER.yaml --clean'.")
    ]
  }

  private var answers: [NodeFault] {
    guard !facts.malformed.isEmpty else { return [] }
    return [
      NodeFault(
        .nodeAnswers, isWarning: true,
        "Node '\(node)' answered what makes no sense: \(facts.malformed.joined(separator: ", ")).",
        remedy: "Look at what its /bin/sh and its programs print.")
    ]
  }
}
