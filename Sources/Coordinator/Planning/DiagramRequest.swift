package import Protocol

/// What a sweep file, or the command line, says of one diagram.
package struct DiagramRequest: Hashable, Sendable {
  /// How several numbers become one.
  package enum Summary: Hashable, Sendable {
    /// The arithmetic mean.
    case mean
    /// The middle value.
    case median
    /// The least.
    case minimum
    /// The greatest.
    case maximum
    /// The value below which this share lies, 0...1.
    case quantile(Double)
    /// Least-squares slope over the axis.
    case slope
    /// Least-squares slope of the logarithm over the logarithm of the axis.
    case logLogSlope
    /// The value at one point of the axis.
    case at(ParameterValue)
  }

  /// One step that removes an axis, inside each replicate.
  package struct Reduction: Hashable, Sendable {
    /// The axis that it removes.
    package var axis: String
    /// How.
    package var by: Summary
    /// An expression that a trial must meet to take part; empty for all.
    package var condition: String

    /// Puts a reduction together.
    package init(axis: String, by: Summary, condition: String = "") {
      self.axis = axis
      self.by = by
      self.condition = condition
    }
  }

  /// A line at a level of a measure.
  package struct Contour: Hashable, Sendable {
    /// The measure; empty for the colour's own.
    package var measure: String
    /// The level.
    package var level: Double

    /// Puts a contour together.
    package init(measure: String = "", level: Double) {
      self.measure = measure
      self.level = level
    }
  }

  /// The parameter on the horizontal axis.
  package var x: String
  /// The parameter on the vertical axis.
  package var y: String
  /// The measures that colour the cells, one panel each, on one scale.
  package var color: [String]
  /// Axes held at one value; every other axis is in `reduce`, or has one value.
  package var fixed: [String: ParameterValue]
  /// The reductions, in order.
  package var reduce: [Reduction]
  /// How the replicates of a cell become one number: mean, median, minimum or maximum.
  package var replicates: Summary
  /// The contour line.
  package var contour: Contour?
  /// An expression over measures and parameters; cells where it is true are drawn muted.
  package var mask: String
  /// What the colours span; `nil` for the numbers' own range.
  package var range: ClosedRange<Double>?
  /// The title; empty for the study's.
  package var title: String

  /// Puts a request together.
  package init(
    x: String, y: String, color: [String], fixed: [String: ParameterValue] = [:],
    reduce: [Reduction] = [], replicates: Summary = .mean, contour: Contour? = nil,
    mask: String = "", range: ClosedRange<Double>? = nil, title: String = ""
  ) {
    self.x = x
    self.y = y
    self.color = color
    self.fixed = fixed
    self.reduce = reduce
    self.replicates = replicates
    self.contour = contour
    self.mask = mask
    self.range = range
    self.title = title
  }
}
