import Protocol
import Transport

/// How the nodes of a cluster are, as text and as JSON.
struct NodesPage {
  let reports: [NodeReport]
  /// What a cleaning did on a node, by its name; empty when nothing was cleaned.
  var cleanings: [NodeName: NodeCleaning] = [:]

  /// A table with one row a node; below it every fault with what to do about it.
  var text: String {
    let header = [
      "node", "state", "address", "machine", "cores", "load", "memory", "disk", "worker", "running",
    ]
    let rows = reports.map { report in
      let facts = report.facts
      return [
        report.node.rawValue, report.state.rawValue, report.address, facts?.machine ?? "",
        facts?.cores.map { "\($0)" } ?? "", facts?.load.map { Numeral.decimal($0) } ?? "",
        NodesPage.bytes(facts?.availableMemoryBytes), NodesPage.bytes(facts?.freeBytes),
        worker(report), facts.map { "\($0.processes.count)" } ?? "",
      ]
    }
    return ([Output.table(header: header, rows: rows)] + reports.flatMap(notes))
      .joined(separator: "\n") + "\n"
  }

  /// The release of the worker that is there; what is to come where it is not.
  private func worker(_ report: NodeReport) -> String {
    guard report.facts != nil else { return "" }
    return report.program.map { $0.release ?? "there" } ?? "not yet"
  }

  private func notes(_ report: NodeReport) -> [String] {
    var lines = report.faults.flatMap { fault in
      [
        "", "\(fault.isWarning ? "warning" : "error"): \(fault.message)",
        "  \(fault.remedy) [\(fault.code)]",
      ]
    }
    if let bytes = report.facts?.resultBytes, bytes > 0 {
      lines += [
        "",
        "Node '\(report.node)' holds \(NodesPage.bytes(bytes)) of results that were not collected; "
          + "'phasegrid resume' collects them.",
      ]
    }
    if let cleaning = cleanings[report.node] {
      lines += ["", "Node '\(report.node)' was cleaned: \(cleaning.summary)"]
    }
    return lines
  }

  /// A number of bytes as a person says it.
  private static func bytes(_ count: Int64?) -> String {
    guard let count else { return "" }
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    return "\(unit == 0 ? "\(count)" : Numeral.decimal(value)) \(units[unit])"
  }

  /// The reports for programs.
  var json: JSONValue {
    .object([
      JSONValue.Member(
        "nodes",
        .array(
          reports.map { report in
            guard let cleaning = cleanings[report.node], case .object(let members) = report.json
            else { return report.json }
            return .object(members + [JSONValue.Member("cleaning", cleaning.json)])
          }))
    ])
  }
}
