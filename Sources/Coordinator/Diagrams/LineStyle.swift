/// How a line over the cells is drawn: dark, on a light casing that lifts it off dark colours.
///
/// The contour is thin and unbroken, theory is thick and dashed: where both run together, both can
/// still be seen.
struct LineStyle {
  /// The dashes and gaps in points; empty for an unbroken line.
  let dashes: String
  /// The width in points.
  let width: Double

  /// The contour line.
  static let contour = LineStyle(dashes: "", width: 0.9)

  /// The theory line of an index: each its own dashes, then again from the first.
  static func theory(_ index: Int) -> LineStyle {
    let dashes = ["4 2.6", "1.5 2", "7 2 1.5 2"]
    return LineStyle(dashes: dashes[index % dashes.count], width: 1.5)
  }

  /// Writes the light casing of a path, before any of the dark lines.
  func drawCasing(_ path: String, _ svg: inout SVGWriter) {
    svg.element(
      "path",
      shape(path) + [
        ("stroke", "#ffffff"), ("stroke-opacity", "0.8"),
        ("stroke-width", NumberText.coordinate(width + 1.2)),
      ])
  }

  /// Writes the dark line of a path.
  func draw(_ path: String, _ svg: inout SVGWriter) {
    let dashing = dashes.isEmpty ? [] : [("stroke-dasharray", dashes)]
    svg.element(
      "path",
      shape(path) + [
        ("stroke", HeatmapDrawing.ink), ("stroke-width", NumberText.coordinate(width)),
      ] + dashing)
  }

  private func shape(_ path: String) -> [SVGWriter.Attribute] {
    [("d", path), ("fill", "none"), ("stroke-linejoin", "round")]
  }
}
