/// A rectangle in points, y downwards.
struct Rectangle: Hashable {
  /// The left side.
  var x: Double
  /// The upper side.
  var y: Double
  /// The width.
  var width: Double
  /// The height.
  var height: Double

  /// The right side.
  var right: Double { x + width }
  /// The lower side.
  var bottom: Double { y + height }

  /// Where it is, as attributes of an SVG element.
  var attributes: [SVGWriter.Attribute] {
    [
      ("x", NumberText.coordinate(x)), ("y", NumberText.coordinate(y)),
      ("width", NumberText.coordinate(width)), ("height", NumberText.coordinate(height)),
    ]
  }
}

/// Where the positions of an axis lie on the page.
struct AxisScale {
  private let extent: ClosedRange<Double>
  private let start: Double
  private let length: Double

  /// The horizontal scale of a plot.
  static func across(_ axis: HeatmapAxis, _ plot: Rectangle) -> AxisScale {
    AxisScale(extent: axis.extent, start: plot.x, length: plot.width)
  }

  /// The vertical scale of a plot: up is more.
  static func up(_ axis: HeatmapAxis, _ plot: Rectangle) -> AxisScale {
    AxisScale(extent: axis.extent, start: plot.bottom, length: -plot.height)
  }

  private init(extent: ClosedRange<Double>, start: Double, length: Double) {
    self.extent = extent
    self.start = start
    self.length = length
  }

  /// The place of a position, in points.
  func place(_ position: Double) -> Double {
    start + (position - extent.lowerBound) / (extent.upperBound - extent.lowerBound) * length
  }
}
