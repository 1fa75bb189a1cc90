import ArgumentParser
import Orchestration
import Planning
import Protocol
import Transport

/// Looks at the machines of a cluster.
struct NodesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodes",
    abstract: "Check each machine of a cluster, and say what to do about each fault.",
    discussion: """
      Every machine is asked at the same time; nothing is changed on it. With --clean, every \
      process of Phasegrid that runs from the machine's work directory is ended and every file of \
      Phasegrid there is removed; what was not collected is trained again by 'phasegrid resume'.

      Exit status: 0 when every machine can be used, 69 when one cannot.
      """)

  @Argument(help: "The cluster file.")
  var clusterFile: String

  @Flag(help: "Remove all files and processes of Phasegrid from the machines.")
  var clean = false

  @OptionGroup var format: FormatOption

  func run() async throws {
    let cluster = try ClusterFile.read(path: clusterFile).definition
    let access = ClusterAccess(program: try WorkerProgram.find()) { _, _ in }
    var cleanings: [NodeName: NodeCleaning] = [:]
    var failures: [NodeName: TransportError] = [:]
    if clean {
      for (name, result) in await cleanAll(cluster, access) {
        switch result {
        case .success(let cleaning): cleanings[name] = cleaning
        case .failure(let error): failures[name] = error
        }
      }
    }
    let page = NodesPage(reports: await reports(cluster, access), cleanings: cleanings)
    await access.close()
    if format.isJSON {
      Output.json(page.json)
    } else {
      Output.write(page.text)
    }
    let unusable = Set(page.reports.filter { $0.state == .unusable }.map(\.node))
    // What keeps a machine from being used is in its report already.
    for (name, error) in failures.sorted(by: { $0.key < $1.key }) where !unusable.contains(name) {
      Output.complain(error)
    }
    guard unusable.isEmpty, failures.isEmpty else {
      throw ExitCode(ExitStatus.unavailable.rawValue)
    }
  }

  /// The reports in the order of the file.
  private func reports(
    _ cluster: ClusterDefinition, _ access: ClusterAccess
  ) async -> [NodeReport] {
    let total = cluster.nodes.count
    if total > 1, Output.isTerminal { Output.say("Asking \(total) machines ...") }
    return await withTaskGroup(of: (Int, NodeReport).self) { group in
      for (index, node) in cluster.nodes.enumerated() {
        group.addTask { (index, await access.inspect(node)) }
      }
      var reports: [(Int, NodeReport)] = []
      for await report in group { reports.append(report) }
      return reports.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func cleanAll(
    _ cluster: ClusterDefinition, _ access: ClusterAccess
  ) async -> [(NodeName, Result<NodeCleaning, TransportError>)] {
    await withTaskGroup(of: (NodeName, Result<NodeCleaning, TransportError>).self) { group in
      for node in cluster.nodes {
        group.addTask {
          do throws(TransportError) {
            return (node.name, .success(try await access.clean(node)))
          } catch {
            return (node.name, .failure(error))
          }
        }
      }
      var all: [(NodeName, Result<NodeCleaning, TransportError>)] = []
      for await one in group { all.append(one) }
      return all
    }
  }
}
