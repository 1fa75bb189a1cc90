import Protocol

/// The axes of a sweep and the grids over them, as a file and its study give them.
struct GridLayout: Sendable {
  /// What one grid says of one parameter.
  private struct Given {
    let values: [ParameterValue]
    /// `nil` for a parameter that has one fixed value.
    let scale: Axis.Scale?
  }

  let axes: [Axis]
  let blocks: [GridBlock]

  init(_ file: SweepFile, _ resolver: StudyResolver) throws(SweepFileError) {
    let study = resolver.study
    var grids: [[String: Given]] = []
    var names: [String] = []
    for grid in file.grids {
      var given: [String: Given] = [:]
      for declaration in grid {
        given[declaration.name] = try GridLayout.read(declaration, study)
        if !names.contains(declaration.name) { names.append(declaration.name) }
      }
      grids.append(given)
    }
    var gridAxes: [Axis] = []
    for name in names {
      if let axis = GridLayout.axis(name, grids, resolver) { gridAxes.append(axis) }
    }
    var zips: [[[ParameterValue]]] = []
    var zippedAxes: [Axis] = []
    for zip in file.zips {
      let columns = try GridLayout.columns(zip, study)
      zips.append(columns)
      for (axis, column) in Swift.zip(zip.axes, columns) {
        let others = Swift.zip(zip.axes, columns).filter { $0.0.name != axis.name }
        zippedAxes.append(
          Axis(
            name: axis.name, values: GridLayout.ordered(column), scale: GridLayout.scale(column),
            determines: others.filter { GridLayout.determines(column, $0.1) }.map(\.0.name)))
      }
    }
    axes = file.isZipFirst ? zippedAxes + gridAxes : gridAxes + zippedAxes
    let builder = GridBlockBuilder(axes: axes, resolver: resolver)
    blocks = grids.map { given in
      builder.block(
        values: given.mapValues(\.values),
        zips: Swift.zip(file.zips, zips).map { zip, columns in
          (zip.axes.map(\.name), columns)
        })
    }
  }

  private static func read(
    _ declaration: ParameterDeclaration, _ study: StudyDescription
  ) throws(SweepFileError) -> Given {
    guard let parameter = study.parameter(declaration.name) else {
      throw SweepPlan.unknownParameter(declaration.name, line: declaration.line, study)
    }
    switch declaration.form {
    case .fixed(let node): return Given(values: [try parameter.read(node)], scale: nil)
    case .list(let nodes, let scale):
      var values: [ParameterValue] = []
      var seen: Set<ParameterValue> = []
      for node in nodes {
        let value = try parameter.read(node)
        guard seen.insert(value).inserted else {
          throw duplicateValue(parameter.name, value, line: node.line)
        }
        values.append(value)
      }
      return Given(values: values, scale: try checked(scale, values, declaration))
    case .range(let range):
      guard !range.isImplicit || parameter.type == .integer else {
        throw AxisRange.needsCount(range.name, line: range.line)
      }
      var values: [ParameterValue] = []
      for value in range.values {
        let checked = try parameter.checked(.real(value), line: declaration.line)
        guard checked != values.last else {
          throw duplicateValue(parameter.name, checked, line: declaration.line)
        }
        values.append(checked)
      }
      return Given(values: values, scale: range.scale)
    }
  }

  /// The scale that a list asks for, or the one that its values suggest.
  private static func checked(
    _ wanted: Axis.Scale?, _ values: [ParameterValue], _ declaration: ParameterDeclaration
  ) throws(SweepFileError) -> Axis.Scale {
    guard let wanted else { return scale(values) }
    let numbers = values.compactMap(\.number)
    if wanted == .logarithmic, numbers.count < values.count || numbers.contains(where: { $0 <= 0 })
    {
      throw SweepFileError(
        .logScale, line: declaration.line, key: declaration.name,
        "'\(declaration.name)': a logarithmic scale takes numbers above 0 only",
        remedy: "Leave out 'scale: log', or the values that it cannot show.")
    }
    return numbers.count < values.count ? .categorical : wanted
  }

  private static func scale(_ values: [ParameterValue]) -> Axis.Scale {
    values.allSatisfy { $0.number != nil } ? .linear : .categorical
  }

  /// Numbers ascending, everything else as it came; each value once.
  private static func ordered(_ values: [ParameterValue]) -> [ParameterValue] {
    var seen: Set<ParameterValue> = []
    let distinct = values.filter { seen.insert($0).inserted }
    guard distinct.allSatisfy({ $0.number != nil }) else { return distinct }
    return distinct.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  /// Whether each value of one column always stands beside the same value of the other.
  private static func determines(_ column: [ParameterValue], _ other: [ParameterValue]) -> Bool {
    var partners: [ParameterValue: ParameterValue] = [:]
    return Swift.zip(column, other).allSatisfy { value, partner in
      (partners.updateValue(partner, forKey: value) ?? partner) == partner
    }
  }

  /// The axis that a parameter makes over all grids; `nil` for one that has a single fixed value.
  private static func axis(
    _ name: String, _ grids: [[String: Given]], _ resolver: StudyResolver
  ) -> Axis? {
    guard let position = resolver.position(of: name) else { return nil }
    let missing = Given(values: [resolver.defaults[position]], scale: nil)
    let given = grids.map { $0[name] ?? missing }
    let values = ordered(given.flatMap(\.values))
    let scales = given.compactMap(\.scale)
    guard !scales.isEmpty || values.count > 1 else { return nil }
    var chosen = scales.first ?? scale(values)
    let isPositive = values.allSatisfy { ($0.number ?? 0) > 0 }
    if scales.contains(.logarithmic) { chosen = isPositive ? .logarithmic : .linear }
    return Axis(name: name, values: values, scale: chosen)
  }

  private static func columns(
    _ zip: ZipDeclaration, _ study: StudyDescription
  ) throws(SweepFileError) -> [[ParameterValue]] {
    var columns: [[ParameterValue]] = []
    for axis in zip.axes {
      guard let parameter = study.parameter(axis.name) else {
        throw SweepPlan.unknownParameter(axis.name, line: axis.line, study)
      }
      var column: [ParameterValue] = []
      for node in axis.nodes { column.append(try parameter.read(node)) }
      columns.append(column)
    }
    var seen: Set<[ParameterValue]> = []
    for step in columns[0].indices {
      let row = columns.map { $0[step] }
      guard seen.insert(row).inserted else {
        let shown = row.map(\.canonicalText).joined(separator: ", ")
        throw SweepFileError(
          .duplicateValue, line: zip.line, key: "zip",
          "the zipped axes have the values (\(shown)) twice", remedy: "Keep one of the two.")
      }
    }
    return columns
  }

  private static func duplicateValue(
    _ name: String, _ value: ParameterValue, line: Int
  ) -> SweepFileError {
    SweepFileError(
      .duplicateValue, line: line, key: name,
      "the axis '\(name)' has the value \(value.canonicalText) twice",
      remedy: "Give each value once; values that agree in 12 digits are one.")
  }
}

/// Lays the values of one grid out over the axes of the whole sweep.
struct GridBlockBuilder {
  private let axes: [Axis]
  private let resolver: StudyResolver
  private let indices: [[ParameterValue: Int]]

  init(axes: [Axis], resolver: StudyResolver) {
    self.axes = axes
    self.resolver = resolver
    indices = axes.map { axis in
      Dictionary(uniqueKeysWithValues: axis.values.enumerated().map { ($0.element, $0.offset) })
    }
  }

  /// Makes one grid.
  /// - Parameters:
  ///   - values: What each parameter takes; one that is not here has its default.
  ///   - zips: Groups of parameters that move together, with a column of values each.
  /// - Returns: The grid, its dimensions in the order of the sweep's axes.
  func block(
    values: [String: [ParameterValue]], zips: [(names: [String], columns: [[ParameterValue]])]
  ) -> GridBlock {
    var base = resolver.defaults
    for (name, values) in values {
      if let position = resolver.position(of: name), let value = values.first {
        base[position] = value
      }
    }
    var baseIndices: [Int] = []
    var dimensions: [GridBlock.Dimension] = []
    var isPlaced: Set<String> = []
    for (index, axis) in axes.enumerated() {
      let position = resolver.position(of: axis.name) ?? 0
      baseIndices.append(indices[index][base[position]] ?? 0)
      guard !isPlaced.contains(axis.name) else { continue }
      if let zip = zips.first(where: { $0.names.contains(axis.name) }) {
        dimensions.append(dimension(zip.names, zip.columns))
        isPlaced.formUnion(zip.names)
      } else if let column = values[axis.name], column.count > 1 {
        dimensions.append(dimension([axis.name], [column]))
      }
    }
    return GridBlock(base: base, baseIndices: baseIndices, dimensions: dimensions)
  }

  /// Axes that move together, with their steps in the order of the axes' values.
  private func dimension(
    _ names: [String], _ columns: [[ParameterValue]]
  ) -> GridBlock.Dimension {
    let places = names.compactMap { name in axes.firstIndex { $0.name == name } }
    let unordered = zip(places, columns).map { place, column in
      column.map { indices[place][$0] ?? 0 }
    }
    let order = (columns.first ?? []).indices.sorted { left, right in
      unordered.map { $0[left] }.lexicographicallyPrecedes(unordered.map { $0[right] })
    }
    return GridBlock.Dimension(
      axes: places, parameters: names.compactMap { resolver.position(of: $0) },
      values: columns.map { column in order.map { column[$0] } },
      indices: unordered.map { column in order.map { column[$0] } })
  }
}
