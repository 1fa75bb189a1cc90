/// The numbers behind a heat map: all that its drawing, its table and its tests need.
package struct HeatmapData: Hashable, Sendable {
  /// What stands above the picture.
  package var title: String
  /// The study's name.
  package var study: String
  /// The horizontal axis.
  package var x: HeatmapAxis
  /// The vertical axis.
  package var y: HeatmapAxis
  /// One panel a measure, all on one scale.
  package var panels: [HeatmapPanel]
  /// What the colours span; `nil` while there is no number at all.
  package var range: ColorRange?
  /// What is written at the colour bar; empty when each panel says it.
  package var rangeLabel: String
  /// The contour line's meaning, for instance `slope = 0`; `nil` for no contour.
  package var contourLabel: String?
  /// The boundaries that theory predicts, clipped to the frame.
  package var theory: [TheoryCurve]
  /// The expression of the mask; empty for none.
  package var mask: String
  /// What else the reader must know: reductions' conditions, axes that are held at one value, how
  /// replicates became one number.
  package var remarks: [String]

  /// Numbers of a greater magnitude do not set a scale: their differences could overflow.
  static let magnitudeMax = 1e150
}

/// One panel of a heat map.
package struct HeatmapPanel: Hashable, Sendable {
  /// The measure's name in tables.
  package var measure: String
  /// What the drawing calls the number: the measure with its reductions.
  package var label: String
  /// The cells, row by row from the bottom, `x.values.count` a row; `nil` where the sweep has none.
  package var cells: [HeatmapCell?]
  /// Lines at the level of the contour, in positions of the axes.
  package var contours: [[PlanePoint]]
}

/// One cell of a panel.
package struct HeatmapCell: Hashable, Sendable {
  /// The summary over the replicates; NaN where there is none.
  package var value: Double
  /// How many replicates are in it.
  package var replicates: Int
  /// The sample standard deviation over the replicates; NaN below two.
  package var spread: Double
  /// What came of the trials behind it.
  package var counts: OutcomeCounts
  /// Whether there is a number, and why not.
  package var state: CellState
  /// For a cell with a number: the strongest reason why some replicate is not in it.
  package var shortfall: CellState?
  /// Whether the mask is true here.
  package var isMasked: Bool
}

/// A point in positions of the two axes.
package struct PlanePoint: Hashable, Sendable {
  /// The horizontal position.
  package var x: Double
  /// The vertical position.
  package var y: Double

  /// A point from its two positions.
  package init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// A theory line as it crosses the frame.
package struct TheoryCurve: Hashable, Sendable {
  /// What the legend says.
  package var label: String
  /// The pieces inside the frame, in positions of the axes.
  package var pieces: [[PlanePoint]]
}
