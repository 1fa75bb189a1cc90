import CatalogStore
import Orchestration
import Planning
import Protocol

/// What a sweep would do, as text and as JSON.
struct PlanSummary {
  let plan: SweepPlan
  let counts: GridCounts
  let cost: CostEstimate
  let memory: TrialMemory
  let slots: Int

  var text: String {
    var lines = [
      "sweep     \(plan.name), study \(plan.study.name) revision \(plan.study.revision), "
        + "numerics \(plan.numerics.rawValue)"
    ]
    for axis in plan.axes {
      lines.append("axis      \(axis.name): \(values(axis))")
    }
    lines.append("cells     \(plan.cellCount)")
    for exclusion in plan.grid.exclusions {
      lines.append("excluded  \(exclusion.count): \(exclusion.reason)")
    }
    if !plan.files.isEmpty { lines.append("files     \(filesText)") }
    lines.append("trials    \(counts.trials)\(sharing), \(plan.replicates.count) replicates")
    lines.append(
      "present   \(counts.completed) completed, \(counts.diverged) diverged, "
        + "\(counts.failed) failed")
    lines.append("to train  \(counts.missing)\(counts.missing == 0 ? ": nothing" : reasons)")
    if counts.missing > 0 {
      lines.append(
        "price     \(Numeral.duration(cost.coreSeconds)) of one core, "
          + "\(Numeral.duration(wallSeconds)) on \(slots) slots, \(cost.assumption)")
      lines.append("memory    \(memoryText)")
      if let warning = limitWarning { lines.append("warning   \(warning)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    [
      "sweep": .string(plan.name), "study": .string(plan.study.name),
      "revision": .integer(Int64(plan.study.revision)),
      "numerics": .string(plan.numerics.rawValue),
      "axes": .array(
        plan.axes.map { axis in
          [
            "name": .string(axis.name),
            "values": .array(axis.values.map { .string($0.canonicalText) }),
          ]
        }),
      "cells": .integer(Int64(plan.cellCount)),
      "excluded": .array(
        plan.grid.exclusions.map { exclusion in
          ["count": .integer(Int64(exclusion.count)), "reason": .string(exclusion.reason)]
        }),
      "files": .array(plan.files.map(\.json)),
      "replicates": .integer(Int64(plan.replicates.count)),
      "trials": .integer(Int64(counts.trials)), "completed": .integer(Int64(counts.completed)),
      "diverged": .integer(Int64(counts.diverged)), "failed": .integer(Int64(counts.failed)),
      "toTrain": .integer(Int64(counts.missing)),
      "price": [
        "coreSeconds": .real(cost.coreSeconds), "slots": .integer(Int64(slots)),
        "wallSeconds": .real(wallSeconds), "assumption": .string(cost.assumption),
      ],
      "memory": [
        "greatestBytes": memory.greatestBytes.map { JSONValue.integer(Int64(clamping: $0)) }
          ?? .null,
        "medianBytes": memory.medianBytes.map { JSONValue.integer(Int64(clamping: $0)) } ?? .null,
        "untriedSizes": .integer(Int64(memory.untriedCount)),
        "limitBytes": plan.limits.memoryBytes.map { JSONValue.integer(Int64(clamping: $0)) }
          ?? .null,
        "warning": limitWarning.map { JSONValue.string($0) } ?? .null,
      ],
    ]
  }

  /// The data files: each content is sent to a node once.
  private var filesText: String {
    let sizes = Dictionary(plan.files.map { ($0.digest, $0.byteCount) }) { first, _ in first }
    let names = plan.files.count > 4 ? "" : ": " + plan.files.map(\.name).joined(separator: ", ")
    let bytes = sizes.values.reduce(0, +)
    return "\(sizes.count), \(bytes) bytes to be sent to each node once\(names)"
  }

  /// What a trial takes.
  private var memoryText: String {
    guard let greatest = memory.greatestBytes.map(Numeral.memory) else {
      return "unknown: \(memory.refusal ?? "no trial could be tried")"
    }
    let text =
      switch memory.medianBytes.map(Numeral.memory) {
      case nil:
        "at most \(greatest) a trial of the dearest \(memory.sizes.count) sizes; "
          + "there was no time to try \(memory.untriedCount) cheaper ones"
      case greatest: "\(greatest) a trial"
      case let usual?: "at most \(greatest) a trial, half of them at most \(usual)"
      }
    return memory.refusal.map { "\(text); of others unknown: \($0)" } ?? text
  }

  /// What is to be expected of a limit that is too small; `nil` where there is no such limit.
  private var limitWarning: String? {
    guard let limit = plan.limits.memoryBytes else { return nil }
    let count = memory.count(above: limit)
    guard count > 0 else { return nil }
    return "\(count) trials take more than limits.memory allows (\(Numeral.memory(limit)));"
      + " they would fail"
  }

  private var wallSeconds: Double {
    cost.coreSeconds / Double(max(1, min(slots, counts.missing)))
  }

  /// Why there are fewer trials than rows.
  private var sharing: String {
    counts.rows == counts.trials
      ? "" : " (for \(counts.rows) rows: cells that differ in nothing real share one)"
  }

  private var reasons: String {
    counts.missing == counts.trials ? "" : ": their keys are not in the catalog"
  }

  private func values(_ axis: Axis) -> String {
    let names = Dictionary(plan.files.map { ($0.digest, $0.name) }) { first, _ in first }
    let texts = axis.values.map { names[$0.canonicalText] ?? $0.canonicalText }
    guard texts.count > 8 else { return texts.joined(separator: ", ") }
    return "\(texts.count) values, \(texts[0]) to \(texts[texts.count - 1])"
  }
}
