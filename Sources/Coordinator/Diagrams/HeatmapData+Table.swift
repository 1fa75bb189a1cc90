package import CatalogStore
package import Planning
package import Protocol

extension HeatmapData {
  /// The numbers of a heat map, out of the results of a sweep.
  ///
  /// Trials are first reduced axis by axis inside each replicate, in the order of the request, and
  /// the replicates of each cell are then summarised. A cell that the sweep does not have stays
  /// empty; one whose trials are not there yet is missing.
  ///
  /// - Parameters:
  ///   - table: the results, one row a trial of a cell.
  ///   - request: which measure over which axes, and how.
  ///   - study: labels, units and theory lines.
  ///   - limits: what the colours span, for pictures that are to be compared; `nil` spans the
  ///     numbers.
  /// - Throws: `diagram.no-cells`, `diagram.unknown-axis`, `diagram.unknown-measure`,
  ///   `diagram.unknown-value`, `diagram.request`, `diagram.unreduced-axis`, `diagram.reduction` or
  ///   `diagram.expression`.
  package init(
    table: ResultTable, request: DiagramRequest, study: StudyDescription,
    limits: ClosedRange<Double>? = nil
  ) throws(DiagramError) {
    let plan = try HeatmapPlan(request, table: table, study: study)
    var trials = try ReplicateTable(table, measures: plan.measures, fixed: plan.fixed)
    for reduction in plan.reductions {
      trials = trials.reduced(
        over: reduction.axis, by: reduction.summary, where: reduction.condition)
    }
    guard !trials.entries.isEmpty else {
      throw DiagramError(
        .noCells, "the sweep has no cell that this diagram could show",
        remedy: "Check the values that the diagram holds fixed against the sweep's axes.")
    }
    let grid = try CellGrid(trials, plan: plan)
    let mask = plan.mask.map { grid.mask($0, summary: request.replicates) }
    x = grid.axis(
      .horizontal, of: table.axes[plan.x], description: study.parameter(request.x))
    y = grid.axis(.vertical, of: table.axes[plan.y], description: study.parameter(request.y))
    title = request.title.isEmpty ? study.title : request.title
    self.study = study.name
    let wording = MeasureWording(plan, table: table, study: study)
    let (across, up) = (x, y)
    panels = plan.colors.map { color in
      let cells = grid.cells(of: color, summary: request.replicates, mask: mask)
      let lined = plan.contour.map { $0.measure ?? color }
      return HeatmapPanel(
        measure: plan.measures[color], label: wording.label(of: color), cells: cells,
        contours: plan.contour.map { contour in
          ContourLines.lines(
            through: grid.values(of: lined ?? color, summary: request.replicates), x: across, y: up,
            level: contour.level)
        } ?? [])
    }
    let numbers = panels.flatMap { $0.cells.compactMap { $0?.value }.filter(\.isFinite) }
    let ownLevel = plan.contour.flatMap { $0.measure == nil ? $0.level : nil }
    range = ColorRange(numbers, level: ownLevel, limits: try limits.map(HeatmapPlan.checked))
    rangeLabel = panels.count == 1 ? panels[0].label : wording.commonLabel
    contourLabel = wording.contourLabel
    theory = study.theoryLines.compactMap { TheoryCurve($0, x: across, y: up) }
    self.mask = request.mask
    remarks = wording.remarks(replicates: grid.replicateCounts)
    if panels.allSatisfy(\.contours.isEmpty), let lined = plan.linedMeasure {
      // A reader who looks for the line must see why there is none.
      let values = grid.values(of: lined, summary: request.replicates).filter(\.isFinite)
      remarks += wording.sideOfContour(values).map { [$0] } ?? []
    }
  }
}

/// The entries of a reduced table by their place in the picture.
struct CellGrid {
  /// One of the two directions of the picture.
  enum Direction {
    case horizontal
    case vertical
  }

  private let trials: ReplicateTable
  /// The indices of the values on the two axes that have a cell, ascending.
  private let columns: [Int]
  private let rows: [Int]
  /// The entries of each cell by replicate, row by row; `nil` where the sweep has none.
  private let entries: [[Int]?]

  init(_ trials: ReplicateTable, plan: HeatmapPlan) throws(DiagramError) {
    self.trials = trials
    let all = trials.entries.indices
    columns = Set(all.map { trials.place($0, on: plan.x) }).sorted()
    rows = Set(all.map { trials.place($0, on: plan.y) }).sorted()
    let columnOfPlace = Dictionary(
      uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    let rowOfPlace = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    let others = Set(trials.axes.indices).subtracting([plan.x, plan.y])
    var entries = [[Int]?](repeating: nil, count: columns.count * rows.count)
    for group in trials.groups(ignoring: others) {
      guard group.count == 1 else {
        throw CellGrid.severalTrials(group, of: trials, others: others)
      }
      let entry = group[0]
      let column = columnOfPlace[trials.place(entry, on: plan.x)] ?? 0
      let row = rowOfPlace[trials.place(entry, on: plan.y)] ?? 0
      entries[row * columns.count + column, default: []].append(entry)
    }
    for index in entries.indices {
      entries[index]?.sort { trials.replicate($0) < trials.replicate($1) }
    }
    self.entries = entries
  }

  private static func severalTrials(
    _ group: [Int], of trials: ReplicateTable, others: Set<Int>
  ) -> DiagramError {
    let varying = others.sorted().filter { axis in
      Set(group.map { trials.place($0, on: axis) }).count > 1
    }
    let names = varying.map { trials.axes[$0].name }.joined(separator: ", ")
    return DiagramError(
      .unreducedAxis,
      "each cell of the diagram has \(group.count) trials a replicate, because \(names) is "
        + "neither on an axis of the diagram nor reduced nor held at one value",
      remedy: "Add a `reduce` entry for \(names), or hold it at one value.")
  }

  /// The least and the greatest number of replicates of a cell.
  var replicateCounts: ClosedRange<Int> {
    let counts = entries.compactMap { $0?.count }
    return (counts.min() ?? 0)...(counts.max() ?? 0)
  }

  func axis(
    _ direction: Direction, of axis: Axis, description: ParameterDescription?
  ) -> HeatmapAxis {
    let places = direction == .horizontal ? columns : rows
    let shown = Axis(name: axis.name, values: places.map { axis.values[$0] }, scale: axis.scale)
    let cells = places.indices.map { index in
      let across = direction == .horizontal ? rows.indices : columns.indices
      return Set(
        across.filter { other in
          let (row, column) = direction == .horizontal ? (other, index) : (index, other)
          return entries[row * columns.count + column] != nil
        })
    }
    return HeatmapAxis(shown, description: description, cellsOfValues: cells)
  }

  /// The numbers of one measure in a cell, one a replicate that has one.
  private func numbers(_ entries: [Int], _ measure: Int) -> [Double] {
    entries.filter { trials.entries[$0].state == .value }
      .map { trials.number($0, measure) }.filter(\.isFinite)
  }

  /// One number a cell, NaN where there is none.
  func values(of measure: Int, summary: DiagramRequest.Summary) -> [Double] {
    entries.map { entries in
      guard let numbers = entries.map({ self.numbers($0, measure) }), !numbers.isEmpty else {
        return .nan
      }
      return summary.number(of: numbers, over: [])
    }
  }

  /// Whether the mask is true, one a cell.
  func mask(_ condition: Condition, summary: DiagramRequest.Summary) -> [Bool] {
    let values = trials.measures.indices.map { self.values(of: $0, summary: summary) }
    return entries.enumerated().map { index, entries in
      guard let first = entries?.first else { return false }
      return condition.holds { name in
        if let axis = trials.axes.firstIndex(where: { $0.name == name }) {
          return ExpressionValue(trials.value(first, on: axis))
        }
        return trials.measures.firstIndex(of: name).map { .number(values[$0][index]) }
      }
    }
  }

  /// The cells of one measure; `nil` where the sweep has none.
  func cells(
    of measure: Int, summary: DiagramRequest.Summary, mask: [Bool]?
  ) -> [HeatmapCell?] {
    entries.enumerated().map { index, entries in
      guard let entries else { return nil }
      let numbers = numbers(entries, measure)
      let without = entries.filter { entry in
        trials.entries[entry].state != .value || !trials.number(entry, measure).isFinite
      }
      let reason = CellState.strongest(
        without.map { trials.entries[$0].state == .value ? .undefined : trials.entries[$0].state })
      return HeatmapCell(
        value: numbers.isEmpty ? .nan : summary.number(of: numbers, over: []),
        replicates: numbers.count, spread: Statistics.standardDeviation(numbers),
        counts: entries.reduce(OutcomeCounts()) { $0 + trials.entries[$1].counts },
        state: numbers.isEmpty ? reason ?? .undefined : .value,
        shortfall: numbers.isEmpty ? nil : reason, isMasked: mask?[index] ?? false)
    }
  }
}

extension Array {
  /// The element at an index, made first where there is none.
  fileprivate subscript<Wrapped>(index: Int, default value: Wrapped) -> Wrapped
  where Element == Wrapped? {
    get { self[index] ?? value }
    set { self[index] = newValue }
  }
}
