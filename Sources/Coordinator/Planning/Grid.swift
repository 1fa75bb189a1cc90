import Protocol

/// The cells of a sweep, expanded one after the other and never all at once.
///
/// Points are in the order of the axes' values, the first axis slowest; a point that several grids
/// share is one. Points that an expression of the file or the study itself rules out have no place
/// in the order and are counted with their reason.
package struct Grid: Sendable {
  /// Points that are left out for one reason.
  package struct Exclusion: Hashable, Sendable {
    /// Who rules them out.
    package enum Source: Hashable, Sendable {
      /// The sweep file's `exclude`.
      case file
      /// The study, which cannot train such combinations.
      case study
    }

    /// Who rules them out.
    package var source: Source
    /// The expression of the file, or the study's sentence.
    package var reason: String
    /// How many points; a point counts for the first reason that rules it out.
    package var count: Int

    /// Puts an exclusion together.
    package init(source: Source, reason: String, count: Int) {
      self.source = source
      self.reason = reason
      self.count = count
    }
  }

  /// What varies, the slowest first.
  package let axes: [Axis]
  /// How many points there are, before any is left out.
  package private(set) var pointCount: Int
  /// How many cells are trained.
  package private(set) var cellCount: Int
  /// Why points are left out; reasons that leave out none are not here.
  package private(set) var exclusions: [Exclusion]

  let resolver: StudyResolver
  let blocks: [GridBlock]
  let settings: [Setting]
  let conditions: [BoundExpression]
  /// The places of the axes among the study's parameters.
  let axisPositions: [Int]

  /// Puts a grid together and counts its cells.
  ///
  /// Counting looks at every point once, unless nothing can leave any out.
  init(
    axes: [Axis], resolver: StudyResolver, blocks: [GridBlock], settings: [Setting],
    conditions: [BoundExpression]
  ) throws(SweepFileError) {
    self.axes = axes
    self.resolver = resolver
    self.blocks = blocks
    self.settings = settings
    self.conditions = conditions
    axisPositions = axes.compactMap { resolver.position(of: $0.name) }
    exclusions = []
    pointCount = blocks.first?.pointCount ?? 0
    cellCount = pointCount
    let isPlain =
      settings.isEmpty && conditions.isEmpty && resolver.study.constraints.isEmpty
      && blocks.count == 1
    if !isPlain { try count() }
  }

  private mutating func count() throws(SweepFileError) {
    var excluded = [Int](repeating: 0, count: conditions.count)
    var invalid = [Int](repeating: 0, count: resolver.study.constraints.count)
    (pointCount, cellCount) = (0, 0)
    var walk = GridWalk(self)
    while let point = try walk.next() {
      pointCount += 1
      switch point {
      case .cell: cellCount += 1
      case .excluded(let condition): excluded[condition] += 1
      case .invalid(let constraint): invalid[constraint] += 1
      }
    }
    for (condition, count) in zip(conditions, excluded) where count > 0 {
      exclusions.append(
        Exclusion(source: .file, reason: condition.source.expression.text, count: count))
    }
    for (constraint, count) in zip(resolver.study.constraints, invalid) where count > 0 {
      exclusions.append(Exclusion(source: .study, reason: constraint.reason, count: count))
    }
  }
}

/// One pass over the points of a grid.
struct GridWalk: Sendable {
  /// What becomes of a point.
  enum Point {
    /// A cell: the values that the file gives it, and what the study makes of them.
    case cell(values: [ParameterValue], ResolvedCell)
    /// Left out by this one of the file's expressions.
    case excluded(Int)
    /// Left out by this one of the study's constraints.
    case invalid(Int)
  }

  private let grid: Grid
  private var cursors: [GridBlockCursor]

  init(_ grid: Grid) {
    self.grid = grid
    cursors = grid.blocks.map { GridBlockCursor($0) }
  }

  /// The next point.
  /// - Throws: `sweep.set-value` when a formula of `set` gives a value that does not fit; a grid
  ///   that was counted has none.
  mutating func next() throws(SweepFileError) -> Point? {
    guard var values = nextValues() else { return nil }
    for setting in grid.settings { try setting.apply(to: &values) }
    for (index, condition) in grid.conditions.enumerated() where try condition.isTrue(values) {
      return .excluded(index)
    }
    let cell = grid.resolver.resolve(values: values)
    if let constraint = cell.violatedConstraint { return .invalid(constraint) }
    return .cell(values: values, cell)
  }

  /// The values of the first point that no cursor has passed; all that stand on it go on.
  private mutating func nextValues() -> [ParameterValue]? {
    var first: Int?
    for index in cursors.indices where !cursors[index].isAtEnd {
      if let best = first, !cursors[index].isBefore(cursors[best]) { continue }
      first = index
    }
    guard let first else { return nil }
    let values = cursors[first].values
    if cursors.count > 1 {
      let indices = cursors[first].indices
      for index in cursors.indices where index != first && !cursors[index].isAtEnd {
        if cursors[index].indices == indices { cursors[index].advance() }
      }
    }
    cursors[first].advance()
    return values
  }
}
