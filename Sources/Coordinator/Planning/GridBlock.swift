import Protocol

/// One of the grids whose union a sweep trains, as an odometer over its axes.
struct GridBlock: Sendable {
  /// Axes that move together: one, or those of a zip.
  struct Dimension: Sendable {
    /// The places of its axes among the sweep's.
    let axes: [Int]
    /// The places of its parameters among the study's.
    let parameters: [Int]
    /// The values of each parameter, step by step.
    let values: [[ParameterValue]]
    /// The position on each axis, step by step.
    let indices: [[Int]]

    /// How many steps there are.
    var stepCount: Int { indices.first?.count ?? 0 }
  }

  /// A value for every parameter of the study; those of the dimensions are overwritten.
  let base: [ParameterValue]
  /// The position on every axis of the sweep; those of the dimensions are overwritten.
  let baseIndices: [Int]
  /// From the slowest to the fastest.
  let dimensions: [Dimension]

  /// How many points it has.
  var pointCount: Int { dimensions.reduce(1) { $0 * $1.stepCount } }
}

/// Where the odometer of a block stands.
struct GridBlockCursor: Sendable {
  private let block: GridBlock
  private var digits: [Int]
  /// A value for every parameter of the study.
  private(set) var values: [ParameterValue]
  /// The position on every axis of the sweep: points are in the order of these.
  private(set) var indices: [Int]
  /// Whether every point has been visited.
  private(set) var isAtEnd = false

  init(_ block: GridBlock) {
    self.block = block
    digits = [Int](repeating: 0, count: block.dimensions.count)
    values = block.base
    indices = block.baseIndices
    for dimension in digits.indices { show(dimension) }
  }

  /// Goes to the next point.
  mutating func advance() {
    var dimension = digits.count - 1
    while dimension >= 0 {
      digits[dimension] += 1
      if digits[dimension] < block.dimensions[dimension].stepCount {
        show(dimension)
        return
      }
      digits[dimension] = 0
      show(dimension)
      dimension -= 1
    }
    isAtEnd = true
  }

  /// Whether this point comes before that of another cursor.
  func isBefore(_ other: GridBlockCursor) -> Bool {
    indices.lexicographicallyPrecedes(other.indices)
  }

  private mutating func show(_ dimension: Int) {
    let step = digits[dimension]
    let shown = block.dimensions[dimension]
    for (place, parameter) in shown.parameters.enumerated() {
      values[parameter] = shown.values[place][step]
    }
    for (place, axis) in shown.axes.enumerated() { indices[axis] = shown.indices[place][step] }
  }
}
