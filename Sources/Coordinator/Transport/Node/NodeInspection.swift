import Glibc
package import Protocol

/// Where a script runs.
package enum NodePlace: Sendable {
  /// On a machine that answers over SSH.
  case ssh(SSHTarget)
  /// On this one.
  case local(NodeName)

  /// What the cluster file calls it.
  package var node: NodeName {
    switch self {
    case .ssh(let target): target.node
    case .local(let node): node
    }
  }

  /// Where it answers, in words.
  var address: String {
    guard case .ssh(let target) = self else { return "this machine" }
    let user = target.user.map { "\($0)@" } ?? ""
    let port = target.port.map { ":\($0)" } ?? ""
    return user + target.host + port
  }
}

/// Looks at nodes, and cleans them: for `phasegrid nodes`.
package struct NodeInspection: Sendable {
  private let network: SSHNetwork
  private let workers: WorkerFiles

  /// An inspection over these connections, for these worker programs.
  package init(network: SSHNetwork, workers: WorkerFiles) {
    self.network = network
    self.workers = workers
  }

  /// Looks at a node; changes nothing on it.
  /// - Parameters:
  ///   - place: The node.
  ///   - workDirectory: As the cluster file gives it.
  /// - Returns: What was found, with what to do about each fault.
  package func report(on place: NodePlace, workDirectory: String?) async -> NodeReport {
    do throws(TransportError) {
      let (answers, hostKey) = try await answers(
        to: .probe(workDirectory: workDirectory), on: place)
      let facts = NodeFacts(answers: answers)
      var expectation = NodeExpectation(
        digests: [:], programBytes: 0, clockSeconds: Int64(time(nil)))
      if let machine = facts.machine, let file = try await workers.file(for: machine) {
        expectation.digests[machine] = file.digest
        expectation.programBytes = Int64(file.byteCount)
      }
      var own: NodeFacts.Program?
      if case .local = place, let file = try await workers.file() {
        own = NodeFacts.Program(digest: file.digest, isIntact: true, release: Release.number)
      }
      var report = NodeReport(
        node: place.node, address: place.address, facts: facts, expectation: expectation,
        ownProgram: own)
      report.hostKey = hostKey
      return report
    } catch {
      return NodeReport(node: place.node, address: place.address, error: error)
    }
  }

  /// Ends every process of ours on a node and removes every file of ours.
  /// - Parameters:
  ///   - place: The node.
  ///   - workDirectory: As the cluster file gives it.
  /// - Returns: What was removed.
  /// - Throws: ``TransportError`` when the node cannot be reached.
  package func clean(
    _ place: NodePlace, workDirectory: String?
  ) async throws(TransportError) -> NodeCleaning {
    NodeCleaning(
      answers: try await answers(to: .clean(workDirectory: workDirectory), on: place).answers)
  }

  private func answers(
    to script: NodeScript, on place: NodePlace
  ) async throws(TransportError) -> (answers: [NodeAnswer], hostKey: String?) {
    switch place {
    case .ssh(let target):
      let session = try await network.open(target)
      defer { session.close() }
      let node = SSHNodeSession(node: target.node, session: session)
      return (try await node.answers(to: script), session.hostKey)
    case .local(let node):
      let shell = try ChildProcess(path: "/bin/sh", arguments: [])
      let ending = await shell.converse(input: Array(script.text.utf8))
      var reader = NodeAnswers(node: node, script: script)
      let answers = try reader.take(ending.output)
      for case .failed(let code, let words) in answers {
        throw TransportError(node: node, failure: code, words: words)
      }
      guard !answers.isEmpty else { throw reader.endedEarly(complaints: ending.complaints) }
      return (answers, nil)
    }
  }
}
