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
    lines.append("to train  \(counts.toTrain)\(counts.toTrain == 0 ? ": nothing" : reasons)")
    if counts.toTrain > 0 {
      lines.append(
        "price     \(Numeral.duration(cost.coreSeconds)) of one core, "
          + "\(Numeral.duration(wallSeconds)) on \(slots) slots, \(cost.assumption)")
      lines.append("memory    \(memoryText)")
      if !plan.keep.isEmpty { lines.append("keep      \(keptText)") }
      if let warning = keptWarning { lines.append("warning   \(warning)") }
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
      "toTrain": .integer(Int64(counts.toTrain)), "unkept": .integer(Int64(counts.unkept)),
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
      "keep": [
        "what": .array(plan.keep.words.map { .string($0) }),
        "totalBytes": .integer(Int64(clamping: memory.keptTotalBytes)),
        "greatestBytes": memory.keptGreatestBytes.map { JSONValue.integer(Int64(clamping: $0)) }
          ?? .null,
        "warning": keptWarning.map { JSONValue.string($0) } ?? .null,
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
      return "unknown: \(memory.refusal ?? untried)"
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

  private var untried: String {
    memory.untriedCount > 0
      ? "\(memory.untriedCount) sizes take too long to try" : "no trial could be tried"
  }

  /// What is kept of the trials that are to be trained.
  private var keptText: String {
    let what = plan.keep.words.joined(separator: ", ")
    guard let greatest = memory.keptGreatestBytes else { return "unknown bytes: \(what)" }
    return "at most \(Numeral.memory(memory.keptTotalBytes)) in all, "
      + "\(Numeral.memory(greatest)) a trial: \(what)"
  }

  /// What is to be expected where a trial keeps more than there is room for; `nil` where none does.
  private var keptWarning: String? {
    let bound = UInt64(Limits.keptBytesMax)
    let count = memory.kept.reduce(0) { $0 + ($1.bytes > bound ? $1.count : 0) }
    guard count > 0 else { return nil }
    return "\(count) trials would keep more than the \(Numeral.memory(bound)) that are kept of a"
      + " trial; they would fail"
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
    cost.coreSeconds / Double(max(1, min(slots, counts.toTrain)))
  }

  /// Why there are fewer trials than rows.
  private var sharing: String {
    counts.rows == counts.trials
      ? "" : " (for \(counts.rows) rows: cells that differ in nothing real share one)"
  }

  private var reasons: String {
    var reasons: [String] = []
    if counts.missing > 0, counts.missing < counts.trials {
      reasons.append(
        "\(counts.unkept > 0 ? "\(counts.missing) of them: " : "")"
          + "their keys are not in the catalog")
    }
    if counts.unkept > 0 {
      reasons.append(
        "\(counts.unkept) are in the catalog without what 'keep' asks for, and their results will be"
          + " compared")
    }
    return reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")
  }

  private func values(_ axis: Axis) -> String {
    let names = Dictionary(plan.files.map { ($0.digest, $0.name) }) { first, _ in first }
    let texts = axis.values.map { names[$0.canonicalText] ?? $0.canonicalText }
    guard texts.count > 8 else { return texts.joined(separator: ", ") }
    return "\(texts.count) values, \(texts[0]) to \(texts[texts.count - 1])"
  }
}
