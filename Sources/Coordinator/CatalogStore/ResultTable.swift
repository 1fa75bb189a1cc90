package import Planning
package import Protocol

/// The results of a sweep, one row a trial of a cell, in grid order.
package struct ResultTable: Sendable {
  /// What the sweep varies.
  package var axes: [Axis]
  /// The names of the measures that are one number.
  package var measures: [String]
  /// The rows, by cell, then replicate.
  package var rows: [ResultRow]

  /// Puts a table together.
  package init(axes: [Axis], measures: [String], rows: [ResultRow]) {
    self.axes = axes
    self.measures = measures
    self.rows = rows
  }

  /// The position of a measure among ``measures``.
  package func measureIndex(_ name: String) -> Int? { measures.firstIndex(of: name) }

  /// The position of an axis among ``axes``.
  package func axisIndex(_ name: String) -> Int? { axes.firstIndex { $0.name == name } }
}

/// One replicate of one cell with what is known of it.
package struct ResultRow: Sendable {
  /// The cell's place in grid order.
  package var cell: Int
  /// The cell's value on every axis.
  package var values: [ParameterValue]
  /// The replicate.
  package var replicate: UInt32
  /// The trial that fills it.
  package var key: TrialKey
  /// What came of the trial; `nil` while it has none.
  package var outcome: TrialOutcome?
  /// One number a measure; NaN where there is none.
  package var numbers: [Double]

  /// Puts a row together.
  package init(
    cell: Int, values: [ParameterValue], replicate: UInt32, key: TrialKey,
    outcome: TrialOutcome?, numbers: [Double]
  ) {
    self.cell = cell
    self.values = values
    self.replicate = replicate
    self.key = key
    self.outcome = outcome
    self.numbers = numbers
  }
}
