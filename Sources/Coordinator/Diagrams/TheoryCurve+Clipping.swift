import Protocol

extension TheoryCurve {
  /// A theory line as it crosses the frame of two axes; `nil` when it is about other parameters,
  /// when an axis has no numbers, or when it stays outside.
  ///
  /// The points of a theory line are joined by straight lines in the parameters. On a logarithmic
  /// axis these are curves, so each piece is divided before it is placed.
  init?(_ line: TheoryLine, x: HeatmapAxis, y: HeatmapAxis) {
    guard x.spacing != .banded, y.spacing != .banded else { return nil }
    let points: [TheoryLine.Point]
    switch (line.x, line.y) {
    case (x.name, y.name): points = line.points
    case (y.name, x.name): points = line.points.map { TheoryLine.Point(x: $0.y, y: $0.x) }
    default: return nil
    }
    let frameX = x.number(at: x.extent.lowerBound)...x.number(at: x.extent.upperBound)
    let frameY = y.number(at: y.extent.lowerBound)...y.number(at: y.extent.upperBound)
    let divisions = x.spacing == .linear && y.spacing == .linear ? 1 : 64
    var pieces: [[PlanePoint]] = []
    for (start, end) in zip(points, points.dropFirst()) {
      guard let part = TheoryCurve.clip(start, end, to: frameX, frameY) else { continue }
      let placed = (0...divisions).map { step in
        let share =
          part.lowerBound + (part.upperBound - part.lowerBound)
          * Double(step) / Double(divisions)
        let numberX = start.x + share * (end.x - start.x)
        let numberY = start.y + share * (end.y - start.y)
        // Rounding may leave the frame by an ulp, which a logarithm near zero would enlarge.
        return PlanePoint(
          x: x.position(of: min(max(numberX, frameX.lowerBound), frameX.upperBound)),
          y: y.position(of: min(max(numberY, frameY.lowerBound), frameY.upperBound)))
      }
      if let last = pieces.last?.last, last == placed[0] {
        pieces[pieces.count - 1].append(contentsOf: placed.dropFirst())
      } else {
        pieces.append(placed)
      }
    }
    guard !pieces.isEmpty else { return nil }
    self.init(label: line.label, pieces: pieces)
  }

  /// The part of the way from one point to another that lies in a frame, by Liang and Barsky.
  static func clip(
    _ start: TheoryLine.Point, _ end: TheoryLine.Point, to frameX: ClosedRange<Double>,
    _ frameY: ClosedRange<Double>
  ) -> ClosedRange<Double>? {
    var enters = 0.0
    var leaves = 1.0
    let sides = [
      (end.x - start.x, start.x, frameX), (end.y - start.y, start.y, frameY),
    ]
    for (way, from, frame) in sides {
      if way == 0 {
        guard frame.contains(from) else { return nil }
        continue
      }
      let first = (frame.lowerBound - from) / way
      let second = (frame.upperBound - from) / way
      enters = max(enters, min(first, second))
      leaves = min(leaves, max(first, second))
    }
    return enters < leaves ? enters...leaves : nil
  }
}
