import GRDB
import Protocol

/// The measures of a result as the catalog keeps them, one NaN for all.
struct MeasureSet {
  /// The measures that are one number.
  private(set) var numbers: [(name: String, number: Double)] = []
  /// The vectors and curves.
  private(set) var curves: [MeasureValue] = []

  /// Takes what a node sent; of a name that comes twice, the first is kept and compared.
  init(_ measures: [MeasureValue]) {
    for measure in measures {
      if measure.values.count == 1, measure.steps.isEmpty {
        numbers.append((measure.name, measure.values[0]))
      } else {
        curves.append(measure)
      }
    }
  }

  /// The first difference in words; `nil` when they are the same to the bit.
  func difference(from other: MeasureSet) -> String? {
    let mine = Dictionary(numbers.map { ($0.name, $0.number) }) { first, _ in first }
    let theirs = Dictionary(other.numbers.map { ($0.name, $0.number) }) { first, _ in first }
    for name in Set(mine.keys).union(theirs.keys).sorted() {
      guard let left = mine[name], let right = theirs[name] else {
        return "only one of them has the number '\(name)'"
      }
      if !isSame(left, right) { return "\(name) is \(right), not \(left)" }
    }
    let myCurves = Dictionary(curves.map { ($0.name, $0) }) { first, _ in first }
    let theirCurves = Dictionary(other.curves.map { ($0.name, $0) }) { first, _ in first }
    for name in Set(myCurves.keys).union(theirCurves.keys).sorted() {
      guard let left = myCurves[name], let right = theirCurves[name] else {
        return "only one of them has the curve '\(name)'"
      }
      guard left.steps == right.steps, left.values.count == right.values.count else {
        return "the curve '\(name)' has other steps"
      }
      for (index, pair) in zip(left.values, right.values).enumerated()
      where !isSame(pair.0, pair.1) {
        return "number \(index) of the curve '\(name)' is \(pair.1), not \(pair.0)"
      }
    }
    return nil
  }

  private func isSame(_ left: Double, _ right: Double) -> Bool {
    left.bitPattern == right.bitPattern || (left.isNaN && right.isNaN)
  }
}

/// The numbers of a result, and how its training ended.
struct ResultNumbers {
  private let outcome: String
  private let stop: String?
  private let steps: Int64
  /// The measures, as the catalog keeps them.
  let measures: MeasureSet

  /// Takes what a node sent.
  init(_ result: TrialResult) {
    outcome = result.outcome.word
    stop = result.outcome.stopWord
    steps = Int64(clamping: result.steps)
    measures = MeasureSet(result.measures)
  }

  /// Reads those of a trial that has a result.
  init(of trial: TrialID, in database: Database) throws {
    let row = try database.first(
      "SELECT outcome, stop, steps FROM trial WHERE id = ?", trial.value
    ) { row in
      (
        outcome: try row.decode(String.self, atIndex: 0),
        stop: try row.decode(String?.self, atIndex: 1),
        steps: try row.decode(Int64?.self, atIndex: 2) ?? 0
      )
    }
    guard let row else { throw ColumnError(description: "a trial was expected") }
    (outcome, stop, steps) = row
    measures = MeasureSet(try database.measures(of: trial))
  }

  /// The first difference in words; `nil` when the results are the same to the bit.
  func difference(from other: ResultNumbers) -> String? {
    if outcome != other.outcome { return "the outcome is \(other.outcome), not \(outcome)" }
    if stop != other.stop {
      return "the stop is \(other.stop ?? "none"), not \(stop ?? "none")"
    }
    if steps != other.steps { return "it took \(other.steps) steps, not \(steps)" }
    return measures.difference(from: other.measures)
  }
}

/// The result that a trial has, and where it is from.
struct StoredResult {
  /// Its numbers.
  let numbers: ResultNumbers
  /// The attempt that gave it, in words.
  let source: String
  /// Why that attempt had been given up, or `nil` when it had not.
  let givenUp: String?

  init(of trial: TrialID, in database: Database) throws {
    numbers = try ResultNumbers(of: trial, in: database)
    let row = try database.first(
      """
      SELECT t.attempt, a.node, a.reason FROM trial t
      LEFT JOIN attempt a ON a.trial = t.id AND a.number = t.attempt WHERE t.id = ?
      """, trial.value
    ) { row in
      (
        attempt: try row.decode(Int64?.self, atIndex: 0) ?? 0,
        node: try row.decode(String?.self, atIndex: 1),
        reason: try row.decode(String?.self, atIndex: 2)
      )
    }
    source = "attempt \(row?.attempt ?? 0)" + (row?.node.map { " on '\($0)'" } ?? "")
    givenUp = row?.reason.map { "that attempt had been given up: \($0)" }
  }
}

extension Database {
  /// Writes the measures of a trial that has none yet.
  ///
  /// Names that come twice, or that SQLite takes for the same because they differ after a NUL only,
  /// must not keep the other results of their batch from being recorded.
  func insert(_ measures: MeasureSet, of trial: TrialID) throws {
    for (name, number) in measures.numbers {
      try run(
        "INSERT INTO measure (trial, name, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        trial.value, name.value, number.value)
    }
    for curve in measures.curves {
      try run(
        """
        INSERT INTO curve (trial, name, steps, numbers) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
        """, trial.value, curve.name.value, CurveCoding.bytes(of: curve.steps).value,
        CurveCoding.bytes(of: curve.values).value)
    }
  }
}
