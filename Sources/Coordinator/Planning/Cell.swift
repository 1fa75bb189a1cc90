package import Protocol

/// One point of the grid.
package struct Cell: Hashable, Sendable {
  /// Its place in grid order, from 0; excluded cells have none.
  package var position: Int
  /// Its value on every axis, in the order of ``SweepPlan/axes``.
  package var values: [ParameterValue]

  /// Puts a cell together.
  package init(position: Int, values: [ParameterValue]) {
    self.position = position
    self.values = values
  }
}

/// A cell under one replicate: what is looked up in the catalog, and trained when it is not there.
package struct PlannedTrial: Sendable {
  /// The cell.
  package var cell: Cell
  /// The trial's identity.
  package var key: TrialKey
  /// All that determines its numbers.
  package var specification: TrialSpecification

  /// Puts a planned trial together.
  package init(cell: Cell, key: TrialKey, specification: TrialSpecification) {
    self.cell = cell
    self.key = key
    self.specification = specification
  }
}
