import CatalogStore
import Protocol

/// All that the catalog knows of one trial.
struct TrialPage {
  private let record: TrialRecord

  init(_ record: TrialRecord) {
    self.record = record
  }

  var text: String {
    var lines = ["trial \(record.trial.key)", "", "Its key is the SHA-256 of:", ""]
    lines += record.trial.keyText.split(separator: "\n").map { "  \($0)" }
    lines += ["", outcomeWords]
    for attempt in record.attempts { lines.append("  \(words(attempt))") }
    if !record.places.isEmpty { lines += ["", "It fills:"] }
    for place in record.places {
      lines.append(
        "  sweep \(place.sweep), cell \(place.position), replicate \(place.replicate)")
    }
    if !record.events.isEmpty { lines += ["", "What happened to it:"] }
    lines += record.events.map { "  \($0.kind.rawValue): \($0.text)" }
    return lines.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    [
      "trial": .string(record.trial.key.description),
      "key": .array(record.trial.keyText.split(separator: "\n").map { .string(String($0)) }),
      "outcome": record.outcome.map { .string($0.words) } ?? .null,
      "attempts": .array(
        record.attempts.map { attempt in
          [
            "number": .integer(Int64(attempt.id.number.rawValue)),
            "node": .string(attempt.node.rawValue), "state": .string(attempt.state.rawValue),
            "reason": (attempt.reason ?? attempt.message).map { .string($0) } ?? .null,
          ]
        }),
      "places": .array(
        record.places.map { place in
          [
            "sweep": .string(place.sweep), "cell": .integer(Int64(place.position)),
            "replicate": .integer(Int64(place.replicate)),
          ]
        }),
    ]
  }

  private var outcomeWords: String {
    guard let outcome = record.outcome else {
      return record.attempts.isEmpty
        ? "It waits to be trained." : "It has no outcome yet; attempts so far:"
    }
    return "It \(outcome.words). Attempts:"
  }

  private func words(_ attempt: AttemptRecord) -> String {
    var words = "\(attempt.id.number.rawValue) on \(attempt.node): \(attempt.state.rawValue)"
    if let seconds = attempt.cpuSeconds { words += ", \(Numeral.decimal(seconds * 1000)) ms CPU" }
    if let reason = attempt.reason ?? attempt.message { words += ", \(reason)" }
    return words
  }
}

extension TrialOutcome {
  /// The outcome as the continuation of "it".
  fileprivate var words: String {
    switch self {
    case .completed(.rule): "completed by its stop rule"
    case .completed(.steps): "completed its steps"
    case .completed(.cap): "reached the cap without converging"
    case .diverged: "diverged"
    case .failed(let reason, let text): "failed (\(reason.rawValue)): \(text)"
    }
  }
}
