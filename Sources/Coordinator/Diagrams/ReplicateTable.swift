import CatalogStore
import Planning
import Protocol

/// The trials of a sweep as numbers, which reductions shrink axis by axis inside each replicate.
///
/// Every measure is reduced on its own: the greatest accuracy and the greatest loss over a list of
/// learning rates may come from different trials.
struct ReplicateTable {
  /// One trial, or what a reduction made of several.
  struct Entry {
    /// What is known of it; `.value` says that its trials have their numbers, of which single ones
    /// may still be NaN.
    var state: CellState
    /// What came of the trials behind it.
    var counts: OutcomeCounts
  }

  /// The axes of the sweep, also those that are reduced away.
  let axes: [Axis]
  /// The axes that are reduced away.
  private(set) var reducedAxes: Set<Int> = []
  /// The measures that the diagram needs.
  let measures: [String]
  private(set) var entries: [Entry] = []
  /// The numbers of all entries, one row an entry, one column a measure.
  private var numbers: [Double] = []
  /// The index of each entry's value on every axis, then of its replicate.
  private var coordinates: [Int32] = []
  /// The replicates in ascending order.
  private let replicates: [UInt32]

  private var stride: Int { axes.count + 1 }

  /// Takes the trials whose cell has the values of `fixed`.
  init(
    _ table: ResultTable, measures: [String], fixed: [Int: ParameterValue]
  ) throws(DiagramError) {
    axes = table.axes
    self.measures = measures
    replicates = Set(table.rows.map(\.replicate)).sorted()
    let columns = measures.map { table.measureIndex($0) ?? 0 }
    let places = table.axes.map { axis in
      Dictionary(
        axis.values.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    }
    let replicatePlaces = Dictionary(
      uniqueKeysWithValues: replicates.enumerated().map { ($1, Int32($0)) })
    for row in table.rows where fixed.allSatisfy({ row.values[$0.key].matches($0.value) }) {
      for axis in axes.indices {
        guard let place = places[axis][row.values[axis]] else {
          throw DiagramError(
            .unknownValue,
            "cell \(row.cell) has \(axes[axis].name) = \(row.values[axis].canonicalText), "
              + "which is not among the values of that axis",
            remedy: "Check the catalog with `phasegrid results`.")
        }
        coordinates.append(place)
      }
      coordinates.append(replicatePlaces[row.replicate] ?? 0)
      entries.append(Entry(row))
      numbers.append(contentsOf: columns.map { row.numbers[$0] })
    }
  }

  /// The index of an entry's value on an axis.
  func place(_ entry: Int, on axis: Int) -> Int { Int(coordinates[entry * stride + axis]) }

  /// An entry's value on an axis.
  func value(_ entry: Int, on axis: Int) -> ParameterValue {
    axes[axis].values[place(entry, on: axis)]
  }

  /// An entry's replicate.
  func replicate(_ entry: Int) -> UInt32 {
    replicates[Int(coordinates[entry * stride + axes.count])]
  }

  /// An entry's number for one of ``measures``.
  func number(_ entry: Int, _ measure: Int) -> Double { numbers[entry * measures.count + measure] }

  /// Entries that agree in all coordinates but those of some axes, each group in the order of the
  /// first of these axes, the groups in table order.
  func groups(ignoring ignored: Set<Int>) -> [[Int]] {
    // Every column is folded into the group number so far, which never exceeds the number of
    // entries: a product of axis lengths could overflow.
    var identifiers = [Int](repeating: 0, count: entries.count)
    for column in 0..<stride where !ignored.contains(column) {
      let width = column < axes.count ? max(axes[column].values.count, 1) : max(replicates.count, 1)
      var numbering: [Int: Int] = [:]
      for entry in entries.indices {
        let key = identifiers[entry] * width + Int(coordinates[entry * stride + column])
        let next = numbering.count
        identifiers[entry] = numbering[key, default: next]
        if identifiers[entry] == next { numbering[key] = next }
      }
    }
    var groups: [[Int]] = []
    for (entry, group) in identifiers.enumerated() {
      if group == groups.count { groups.append([]) }
      groups[group].append(entry)
    }
    return groups
  }

  /// The table with one axis reduced away.
  func reduced(
    over axis: Int, by summary: DiagramRequest.Summary, where condition: Condition?
  ) -> ReplicateTable {
    var result = self
    result.entries.removeAll(keepingCapacity: true)
    result.numbers.removeAll(keepingCapacity: true)
    result.coordinates.removeAll(keepingCapacity: true)
    result.reducedAxes.insert(axis)
    for group in groups(ignoring: reducedAxes.union([axis])) {
      let ordered = group.sorted { place($0, on: axis) < place($1, on: axis) }
      guard let reduction = reduce(ordered, over: axis, by: summary, where: condition) else {
        continue
      }
      result.entries.append(reduction.entry)
      result.numbers.append(contentsOf: reduction.numbers)
      for column in 0..<stride {
        result.coordinates.append(
          column == axis ? 0 : coordinates[ordered[0] * stride + column])
      }
    }
    return result
  }

  /// One entry out of several; `nil` when the condition leaves nothing that was asked for.
  private func reduce(
    _ group: [Int], over axis: Int, by summary: DiagramRequest.Summary, where condition: Condition?
  ) -> (entry: Entry, numbers: [Double])? {
    var asked: [Int] = []
    var taking: [Int] = []
    for entry in group {
      if case .at(let wanted) = summary, !value(entry, on: axis).matches(wanted) { continue }
      guard let condition else {
        asked.append(entry)
        taking.append(entry)
        continue
      }
      let isDecided = entries[entry].state == .value || !condition.namesMeasure
      if isDecided {
        let holds = condition.holds { lookUp($0, of: entry) }
        if holds { taking.append(entry) }
        // A condition on parameters alone says which trials are meant; one on measures says which
        // of the meant trials are good enough, and the others still count.
        if holds || condition.namesMeasure { asked.append(entry) }
      } else {
        // Without numbers nothing can meet a condition on them, unless they are still to come.
        if entries[entry].state == .missing { taking.append(entry) }
        asked.append(entry)
      }
    }
    guard !asked.isEmpty else { return nil }
    let counts = asked.reduce(OutcomeCounts()) { $0 + entries[$1].counts }
    let states = taking.map { entries[$0].state }
    let state = summary.state(of: states, asked: asked.map { entries[$0].state })
    guard state == .value else {
      return (Entry(state: state, counts: counts), measures.map { _ in .nan })
    }
    let abscissas = taking.map { value($0, on: axis).number ?? .nan }
    let values = measures.indices.map { measure in
      let ordinates = taking.map {
        entries[$0].state == .value ? number($0, measure) : .nan
      }
      return summary.number(of: ordinates, over: abscissas)
    }
    return (Entry(state: .value, counts: counts), values)
  }

  /// What a name in a condition stands for.
  private func lookUp(_ name: String, of entry: Int) -> ExpressionValue? {
    if let axis = axes.firstIndex(where: { $0.name == name }) {
      return ExpressionValue(value(entry, on: axis))
    }
    if let measure = measures.firstIndex(of: name) { return .number(number(entry, measure)) }
    switch name {
    case "replicate": return .number(Double(replicate(entry)))
    case "outcome": return .text(entries[entry].state.outcomeText)
    default: return nil
    }
  }
}

extension ReplicateTable.Entry {
  init(_ row: ResultRow) {
    switch row.outcome {
    case .completed: self.init(state: .value, counts: OutcomeCounts(completed: 1))
    case .diverged: self.init(state: .diverged, counts: OutcomeCounts(diverged: 1))
    case .failed: self.init(state: .failed, counts: OutcomeCounts(failed: 1))
    case nil: self.init(state: .missing, counts: OutcomeCounts(missing: 1))
    }
  }
}

extension CellState {
  /// The state as a condition names it.
  var outcomeText: String {
    switch self {
    case .value, .undefined: "completed"
    case .missing, .failed, .diverged: rawValue
    }
  }
}

extension ParameterValue {
  /// Whether both are the same value, 1000 and 1000.0 included.
  func matches(_ other: ParameterValue) -> Bool {
    if self == other { return true }
    guard let number, let otherNumber = other.number else { return false }
    return number == otherNumber
  }
}
