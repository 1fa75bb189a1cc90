/// How a cell without a number is filled: told apart by its pattern, not by a colour.
struct CellPattern {
  /// The largest side of a tile, in points.
  static let tileMax = 4.0
  /// The smallest side of a tile, in points: below it a printer shows grey.
  static let tileMin = 1.2

  /// What is known of the cell.
  let state: CellState
  /// The side of a tile, in points.
  let tile: Double

  /// The name that ``fill(_:)`` points to.
  private static func name(_ state: CellState) -> String { "phasegrid-\(state.rawValue)" }

  /// The fill of a cell of some state.
  static func fill(_ state: CellState) -> String { "url(#\(name(state)))" }

  /// Writes the pattern: missing is hatched, diverged crossed, failed dotted, undefined ruled.
  func define(_ svg: inout SVGWriter) {
    let side = NumberText.coordinate(tile)
    let attributes = [
      ("id", CellPattern.name(state)), ("patternUnits", "userSpaceOnUse"), ("width", side),
      ("height", side),
    ]
    svg.group("pattern", attributes) { svg in
      svg.element("rect", [("width", side), ("height", side), ("fill", background)])
      marks(&svg)
    }
  }

  private var background: String { state == .missing ? "#ffffff" : "#ececec" }

  private func marks(_ svg: inout SVGWriter) {
    let thin = NumberText.coordinate(tile * 0.14)
    switch state {
    case .value: break
    case .missing:
      // Beside the diagonal its two neighbours, which fill the corners that it cuts.
      let half = tile / 2
      stroke(
        [
          (-half / 2, half / 2, half / 2, -half / 2),
          (-half / 2, tile + half / 2, tile + half / 2, -half / 2),
          (half + half / 2, tile + half / 2, tile + half / 2, half + half / 2),
        ], color: "#8a8a8a", width: thin, &svg)
    case .diverged:
      let near = tile * 0.2
      let far = tile * 0.8
      stroke([(near, near, far, far), (near, far, far, near)], color: "#1a1a1a", width: thin, &svg)
    case .failed:
      svg.element(
        "circle",
        [
          ("cx", NumberText.coordinate(tile / 2)), ("cy", NumberText.coordinate(tile / 2)),
          ("r", NumberText.coordinate(tile * 0.2)), ("fill", "#1a1a1a"),
        ])
    case .undefined:
      stroke([(0, tile / 2, tile, tile / 2)], color: "#8a8a8a", width: thin, &svg)
    }
  }

  private func stroke(
    _ lines: [(Double, Double, Double, Double)], color: String, width: String,
    _ svg: inout SVGWriter
  ) {
    let path = lines.map { line in
      "M\(NumberText.coordinate(line.0)) \(NumberText.coordinate(line.1))"
        + "L\(NumberText.coordinate(line.2)) \(NumberText.coordinate(line.3))"
    }
    svg.element("path", [("d", path.joined()), ("stroke", color), ("stroke-width", width)])
  }
}
