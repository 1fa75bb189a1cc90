import Protocol

/// The trials of a sweep in grid order, the replicates of a cell together, made one by one.
///
/// ```swift
/// for trial in plan.trials where catalog.lacks(trial.key) {
///   waiting.append(trial)
/// }
/// ```
package struct PlannedTrials: Sequence, Sendable {
  private let grid: Grid
  private let replicates: [UInt32]
  private let numerics: NumericProfile
  private let fixedSeeds: [String: UInt32]

  init(
    _ grid: Grid, replicates: [UInt32], numerics: NumericProfile, fixedSeeds: [String: UInt32]
  ) {
    self.grid = grid
    self.replicates = replicates
    self.numerics = numerics
    self.fixedSeeds = fixedSeeds
  }

  /// How many trials there are.
  package var underestimatedCount: Int { grid.cellCount * replicates.count }

  /// Starts at the first cell.
  package func makeIterator() -> Iterator {
    Iterator(grid, replicates: replicates, numerics: numerics, fixedSeeds: fixedSeeds)
  }

  /// Walks through the cells and their replicates.
  package struct Iterator: IteratorProtocol, Sendable {
    private let grid: Grid
    private let replicates: [UInt32]
    private let fixedSeeds: [String: UInt32]
    private var walk: GridWalk
    private var writer: TrialKeyWriter
    private var cell: Cell?
    private var resolved: ResolvedCell?
    private var specification: TrialSpecification
    private var replicateIndex = 0
    private var position = 0

    init(
      _ grid: Grid, replicates: [UInt32], numerics: NumericProfile, fixedSeeds: [String: UInt32]
    ) {
      self.grid = grid
      self.replicates = replicates
      self.fixedSeeds = fixedSeeds
      walk = GridWalk(grid)
      writer = TrialKeyWriter(grid.resolver, numerics: numerics, fixedSeeds: fixedSeeds)
      let study = grid.resolver.study
      specification = TrialSpecification(
        study: study.name, revision: study.revision, numerics: numerics, parameters: [:],
        keyParameters: [], seeds: [:], replicate: 0)
    }

    /// The next trial.
    package mutating func next() -> PlannedTrial? {
      if cell == nil || replicateIndex == replicates.count {
        guard takeCell() else { return nil }
        replicateIndex = 0
      }
      guard let cell else { return nil }
      let replicate = replicates[replicateIndex]
      replicateIndex += 1
      if specification.replicate != replicate || specification.seeds.isEmpty {
        specification.replicate = replicate
        specification.seeds = grid.resolver.seeds(fixed: fixedSeeds, replicate: replicate)
      }
      return PlannedTrial(
        cell: cell, key: writer.key(replicate: replicate), specification: specification)
    }

    private mutating func takeCell() -> Bool {
      while let point = nextPoint() {
        guard case .cell(let values, let next) = point else { continue }
        cell = Cell(position: position, values: grid.axisPositions.map { values[$0] })
        position += 1
        take(next)
        writer.begin(next)
        return true
      }
      return false
    }

    /// Changes in the specification only what changed since the last cell.
    private mutating func take(_ next: ResolvedCell) {
      let parameters = grid.resolver.study.parameters
      for index in parameters.indices where resolved?.values[index] != next.values[index] {
        specification.parameters[parameters[index].name] = next.values[index]
      }
      if resolved?.isKeyed != next.isKeyed {
        specification.keyParameters = grid.resolver.keyParameters(of: next)
      }
      resolved = next
    }

    private mutating func nextPoint() -> GridWalk.Point? {
      do throws(SweepFileError) {
        return try walk.next()
      } catch {
        preconditionFailure("a grid was counted before it is walked again: \(error)")
      }
    }
  }
}
