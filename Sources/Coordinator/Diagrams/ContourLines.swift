/// Lines along which a measure takes one level, between the centres of the cells.
///
/// Between the centres of four neighbouring cells the measure is taken as bilinear (marching
/// squares; a saddle is decided by the value at the saddle's centre, which is exact for a bilinear
/// surface). No line runs where one of the four has no number. On a banded axis there is nothing
/// between two values: there the line stands across the band where the level is crossed along the
/// other axis, and between bands of both axes it follows the edges between cells on either side.
struct ContourLines {
  private let x: HeatmapAxis
  private let y: HeatmapAxis
  /// Row by row from the bottom; NaN where there is no number.
  private let values: [Double]
  private let level: Double

  /// The lines through some cells.
  ///
  /// - Parameters:
  ///   - values: one number a cell, row by row from the bottom, NaN for none.
  ///   - x: the horizontal axis.
  ///   - y: the vertical axis.
  ///   - level: the level; cells exactly at it count as above.
  /// - Returns: lines of two points and more, in positions of the axes.
  static func lines(
    through values: [Double], x: HeatmapAxis, y: HeatmapAxis, level: Double
  ) -> [[PlanePoint]] {
    precondition(values.count == x.values.count * y.values.count, "one number a cell")
    let contour = ContourLines(x: x, y: y, values: values, level: level)
    switch (x.spacing == .banded, y.spacing == .banded) {
    case (false, false): return contour.joined(contour.squares())
    case (false, true): return contour.crossingsInRows()
    case (true, false): return contour.crossingsInColumns()
    case (true, true): return contour.cellEdges()
    }
  }

  private var columns: Int { x.values.count }
  private var rows: Int { y.values.count }

  private func value(_ column: Int, _ row: Int) -> Double { values[row * columns + column] }

  private func isAbove(_ value: Double) -> Bool { value >= level }

  private func isCrossed(_ one: Double, _ other: Double) -> Bool {
    one.isFinite && other.isFinite && isAbove(one) != isAbove(other)
  }

  /// Where between two neighbours the level lies, as a share of the way.
  private func share(_ one: Double, _ other: Double) -> Double { (level - one) / (other - one) }

  /// An edge between the centres of two neighbouring cells: from a cell to the right or upwards.
  private struct Edge: Hashable {
    var column: Int
    var row: Int
    var isUpward: Bool
  }

  private func point(on edge: Edge) -> PlanePoint {
    let one = value(edge.column, edge.row)
    if edge.isUpward {
      let part = share(one, value(edge.column, edge.row + 1))
      let low = y.centers[edge.row]
      return PlanePoint(
        x: x.centers[edge.column], y: low + part * (y.centers[edge.row + 1] - low))
    }
    let part = share(one, value(edge.column + 1, edge.row))
    let left = x.centers[edge.column]
    return PlanePoint(
      x: left + part * (x.centers[edge.column + 1] - left), y: y.centers[edge.row])
  }

  /// The pairs of edges that the line joins, square by square.
  private func squares() -> [(Edge, Edge)] {
    var pairs: [(Edge, Edge)] = []
    for row in 0..<max(rows - 1, 0) {
      for column in 0..<max(columns - 1, 0) {
        let corners = [
          value(column, row), value(column + 1, row), value(column + 1, row + 1),
          value(column, row + 1),
        ]
        guard corners.allSatisfy(\.isFinite) else { continue }
        let sides = [
          Edge(column: column, row: row, isUpward: false),
          Edge(column: column + 1, row: row, isUpward: true),
          Edge(column: column, row: row + 1, isUpward: false),
          Edge(column: column, row: row, isUpward: true),
        ]
        let crossed = (0..<4).filter { isCrossed(corners[$0], corners[($0 + 1) % 4]) }
        if crossed.count == 2 {
          pairs.append((sides[crossed[0]], sides[crossed[1]]))
        } else if crossed.count == 4 {
          // The line cuts off the two corners that the centre does not belong to.
          let centerIsAbove = isAbove(saddle(corners))
          let first = isAbove(corners[0]) == centerIsAbove ? 1 : 0
          pairs.append((sides[(first + 3) % 4], sides[first]))
          pairs.append((sides[(first + 1) % 4], sides[(first + 2) % 4]))
        }
      }
    }
    return pairs
  }

  /// The value where the bilinear surface through four corners, taken in turn, is flat.
  private func saddle(_ corners: [Double]) -> Double {
    let denominator = corners[0] - corners[1] + corners[2] - corners[3]
    return (corners[0] * corners[2] - corners[1] * corners[3]) / denominator
  }

  /// Lines out of pairs of edges: each edge belongs to at most two pairs, one a side.
  private func joined(_ pairs: [(Edge, Edge)]) -> [[PlanePoint]] {
    var neighbours: [Edge: [Int]] = [:]
    for (index, pair) in pairs.enumerated() {
      neighbours[pair.0, default: []].append(index)
      neighbours[pair.1, default: []].append(index)
    }
    var isUsed = [Bool](repeating: false, count: pairs.count)
    func trace(from start: Edge) -> [Edge] {
      var line = [start]
      while let last = line.last, let index = neighbours[last]?.first(where: { !isUsed[$0] }) {
        isUsed[index] = true
        line.append(pairs[index].0 == last ? pairs[index].1 : pairs[index].0)
      }
      return line
    }
    var lines: [[PlanePoint]] = []
    // Open lines first, from an end; what is left over are loops.
    for needsEnd in [true, false] {
      for (index, pair) in pairs.enumerated() where !isUsed[index] {
        let end = [pair.0, pair.1].first { neighbours[$0]?.count == 1 }
        if needsEnd && end == nil { continue }
        lines.append(trace(from: end ?? pair.0).map(point))
      }
    }
    return lines.map(withoutRepeats).filter { $0.count > 1 }
  }

  /// A line through a centre that is exactly at the level meets the same point on several edges.
  private func withoutRepeats(_ line: [PlanePoint]) -> [PlanePoint] {
    var result: [PlanePoint] = []
    for point in line where point != result.last { result.append(point) }
    return result
  }

  private func crossingsInRows() -> [[PlanePoint]] {
    var lines: [[PlanePoint]] = []
    for row in 0..<rows {
      for column in 0..<max(columns - 1, 0) {
        let edge = Edge(column: column, row: row, isUpward: false)
        guard isCrossed(value(column, row), value(column + 1, row)) else { continue }
        let place = point(on: edge).x
        lines.append([
          PlanePoint(x: place, y: y.spans[row].lowerBound),
          PlanePoint(x: place, y: y.spans[row].upperBound),
        ])
      }
    }
    return lines
  }

  private func crossingsInColumns() -> [[PlanePoint]] {
    var lines: [[PlanePoint]] = []
    for column in 0..<columns {
      for row in 0..<max(rows - 1, 0) {
        let edge = Edge(column: column, row: row, isUpward: true)
        guard isCrossed(value(column, row), value(column, row + 1)) else { continue }
        let place = point(on: edge).y
        lines.append([
          PlanePoint(x: x.spans[column].lowerBound, y: place),
          PlanePoint(x: x.spans[column].upperBound, y: place),
        ])
      }
    }
    return lines
  }

  private func cellEdges() -> [[PlanePoint]] {
    var lines: [[PlanePoint]] = []
    for row in 0..<rows {
      for column in 0..<columns {
        if column + 1 < columns, isCrossed(value(column, row), value(column + 1, row)) {
          let place = x.spans[column].upperBound
          lines.append([
            PlanePoint(x: place, y: y.spans[row].lowerBound),
            PlanePoint(x: place, y: y.spans[row].upperBound),
          ])
        }
        if row + 1 < rows, isCrossed(value(column, row), value(column, row + 1)) {
          let place = y.spans[row].upperBound
          lines.append([
            PlanePoint(x: x.spans[column].lowerBound, y: place),
            PlanePoint(x: x.spans[column].upperBound, y: place),
          ])
        }
      }
    }
    return lines
  }
}
