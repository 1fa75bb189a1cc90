/// One mark of a heat map with its meaning.
struct LegendEntry: Hashable {
  /// What is drawn beside the words.
  enum Mark: Hashable {
    /// The contour line.
    case contour
    /// The theory line of this index.
    case theory(Int)
    /// A whole cell without a number.
    case cell(CellState)
    /// A cell with a number from which some replicates are missing.
    case shortfall(CellState)
    /// A muted cell.
    case masked
  }

  /// What is drawn.
  var mark: Mark
  /// What it means.
  var label: String

  /// The marks that occur in a heat map, lines first.
  static func entries(of data: HeatmapData) -> [LegendEntry] {
    var entries: [LegendEntry] = []
    if let label = data.contourLabel, data.panels.contains(where: { !$0.contours.isEmpty }) {
      entries.append(LegendEntry(mark: .contour, label: label))
    }
    for (index, curve) in data.theory.enumerated() {
      entries.append(LegendEntry(mark: .theory(index), label: curve.label))
    }
    let cells = data.panels.flatMap { $0.cells.compactMap { $0 } }
    for state in CellState.legendOrder where cells.contains(where: { $0.state == state }) {
      entries.append(LegendEntry(mark: .cell(state), label: state.legendText))
    }
    for state in CellState.legendOrder where cells.contains(where: { $0.shortfall == state }) {
      entries.append(
        LegendEntry(mark: .shortfall(state), label: "some replicates \(state.legendText)"))
    }
    if cells.contains(where: { $0.isMasked && $0.state == .value }) {
      entries.append(LegendEntry(mark: .masked, label: "masked: \(data.mask)"))
    }
    return entries
  }
}

extension CellState {
  /// The states without a number in the order of the legend.
  static let legendOrder: [CellState] = [.missing, .diverged, .failed, .undefined]

  /// The state in the legend.
  var legendText: String {
    switch self {
    case .value: "measured"
    case .undefined: "without a value"
    case .missing: "missing"
    case .failed: "failed"
    case .diverged: "diverged"
    }
  }
}
