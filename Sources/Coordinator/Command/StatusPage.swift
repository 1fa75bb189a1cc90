import CatalogStore
import Protocol

/// How sweeps and nodes stand, as text and as JSON.
struct StatusPage {
  let sweeps: [(sweep: SweepRecord, counts: SweepCounts)]
  let nodes: [NodeRecord]
  let activity: [NodeActivity]
  /// Over how many seconds ``activity`` counts answers.
  let windowSeconds: Double

  var text: String {
    let rows = sweeps.map { entry in
      let counts = entry.counts
      return [
        entry.sweep.definition.name, entry.sweep.definition.study, "\(counts.trials)",
        "\(counts.waiting)", "\(counts.assigned)", "\(counts.running)", "\(counts.completed)",
        "\(counts.diverged)", "\(counts.failed)",
      ]
    }
    let header = [
      "sweep", "study", "trials", "waiting", "assigned", "running", "completed", "diverged",
      "failed",
    ]
    let nodeRows = nodes.map { node in
      let now = activity.first { $0.node == node.name }
      return [
        node.name.rawValue, node.state, "\(node.slots)", "\(now?.running ?? 0)",
        "\(now?.assigned ?? 0)", Numeral.decimal(Double(now?.answered ?? 0) / windowSeconds),
        node.release,
      ]
    }
    var text = Output.table(header: header, rows: rows) + "\n"
    if !nodeRows.isEmpty {
      let header = [
        "node", "state", "slots", "running", "assigned", "trials/s", "release",
      ]
      text += "\n" + Output.table(header: header, rows: nodeRows) + "\n"
    }
    return text
  }

  var json: JSONValue {
    [
      "sweeps": .array(
        sweeps.map { entry in
          [
            "sweep": .string(entry.sweep.definition.name),
            "study": .string(entry.sweep.definition.study),
            "state": .string(entry.sweep.state.rawValue), "counts": entry.counts.json,
          ]
        }),
      "nodes": .array(
        nodes.map { node in
          let now = activity.first { $0.node == node.name }
          return [
            "node": .string(node.name.rawValue), "state": .string(node.state),
            "processors": .integer(Int64(node.processors)), "slots": .integer(Int64(node.slots)),
            "running": .integer(Int64(now?.running ?? 0)),
            "assigned": .integer(Int64(now?.assigned ?? 0)),
            "trialsPerSecond": .real(Double(now?.answered ?? 0) / windowSeconds),
            "release": .string(node.release),
          ]
        }),
    ]
  }
}

extension SweepCounts {
  /// The counts for programs.
  var json: JSONValue {
    [
      "trials": .integer(Int64(trials)), "waiting": .integer(Int64(waiting)),
      "assigned": .integer(Int64(assigned)), "running": .integer(Int64(running)),
      "completed": .integer(Int64(completed)),
      "stop": [
        "rule": .integer(Int64(completedByRule)), "steps": .integer(Int64(completedBySteps)),
        "cap": .integer(Int64(completedByCap)),
      ],
      "diverged": .integer(Int64(diverged)), "failed": .integer(Int64(failed)),
      "unkept": .integer(Int64(unkept)),
    ]
  }
}
