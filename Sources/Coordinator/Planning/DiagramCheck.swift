import Protocol

/// Holds a diagram against the axes of its sweep and the measures of its study.
struct DiagramCheck {
  /// The part of a diagram that is at fault, for finding its line.
  enum Part: Equatable {
    case whole, x, y, contour, mask
    case color(Int)
    case reduction(Int)
    case fixed(String)
  }

  private let axes: [Axis]
  private let study: StudyDescription
  /// The line of a part; `nil` on the command line.
  private let line: (Part) -> Int?

  init(axes: [Axis], study: StudyDescription, line: @escaping (Part) -> Int?) {
    self.axes = axes
    self.study = study
    self.line = line
  }

  func check(_ request: DiagramRequest) throws(SweepFileError) {
    try checkAxis(request.x, "x", .x)
    try checkAxis(request.y, "y", .y)
    guard request.x != request.y else {
      throw SweepFileError(
        .diagramAxis, line: line(.y), key: "y", "'x' and 'y' are both '\(request.x)'",
        remedy: "Name two axes.")
    }
    for (index, measure) in request.color.enumerated() {
      try checkMeasure(measure, "color", .color(index))
    }
    var removed: Set<String> = []
    for (index, reduction) in request.reduce.enumerated() {
      try check(reduction, .reduction(index), request, removed: removed)
      guard removed.insert(reduction.axis).inserted else {
        throw SweepFileError(
          .diagramReduce, line: line(.reduction(index)), key: reduction.axis,
          "the axis '\(reduction.axis)' is reduced twice", remedy: "Keep one of the reductions.")
      }
    }
    for (name, value) in request.fixed.sorted(by: { $0.key < $1.key }) {
      try checkFixed(name, value, request, reduced: removed)
    }
    if let contour = request.contour, !contour.measure.isEmpty {
      try checkMeasure(contour.measure, "contour", .contour)
    }
    try check(condition: request.mask, "mask", .mask, removed: removed, eachTrial: false)
    try refuseOpenAxes(request, removed)
  }

  private func axis(_ name: String) -> Axis? { axes.first { $0.name == name } }

  private func checkAxis(_ name: String, _ key: String, _ part: Part) throws(SweepFileError) {
    guard axis(name) == nil else { return }
    throw noAxis(name, key, part)
  }

  private func noAxis(_ name: String, _ key: String, _ part: Part) -> SweepFileError {
    guard study.parameter(name) != nil else {
      return .unknown(
        .diagramAxis, "axis for '\(key)'", name, known: axes.map(\.name), line: line(part))
    }
    let known = axes.map(\.name).joined(separator: ", ")
    return SweepFileError(
      .diagramAxis, line: line(part), key: key, "'\(key)': '\(name)' does not vary in this sweep",
      remedy: axes.isEmpty ? "Vary it in the sweep." : "Use one of the axes: \(known).")
  }

  private func checkMeasure(_ name: String, _ key: String, _ part: Part) throws(SweepFileError) {
    let numbers = study.measures.filter { $0.kind == .number }.map(\.name)
    guard !numbers.contains(name) else { return }
    guard let measure = study.measure(name) else {
      throw .unknown(
        .diagramMeasure, "measure of study \(study.name) for '\(key)'", name, known: numbers,
        line: line(part))
    }
    throw SweepFileError(
      .diagramMeasure, line: line(part), key: key,
      "'\(key)': the measure '\(name)' is a \(measure.kind.rawValue), not one number",
      remedy: "Use one of: \(numbers.joined(separator: ", ")).")
  }

  private func check(
    _ reduction: DiagramRequest.Reduction, _ part: Part, _ request: DiagramRequest,
    removed: Set<String>
  ) throws(SweepFileError) {
    guard let axis = axis(reduction.axis) else { throw noAxis(reduction.axis, "reduce", part) }
    guard reduction.axis != request.x, reduction.axis != request.y else {
      throw reduceError(part, axis.name, "'\(axis.name)' is drawn, so it cannot be reduced")
    }
    let numbers = axis.values.compactMap(\.number)
    switch reduction.by {
    case .slope, .logLogSlope:
      guard numbers.count == axis.values.count, numbers.count > 1 else {
        throw reduceError(part, axis.name, "a slope over '\(axis.name)' needs several numbers")
      }
      if reduction.by == .logLogSlope, numbers.contains(where: { $0 <= 0 }) {
        throw reduceError(
          part, axis.name, "'logLogSlope' over '\(axis.name)' needs values above 0")
      }
    case .quantile(let share):
      guard (0...1).contains(share) else {
        throw reduceError(part, axis.name, "a quantile is from 0 to 1, not \(share)")
      }
    case .at(let value):
      guard axis.values.contains(value) else {
        throw noValue(.diagramReduce, axis, value, "reduce", part)
      }
    case .mean, .median, .minimum, .maximum: break
    }
    try check(
      condition: reduction.condition, "if", part, removed: removed.subtracting([axis.name]),
      eachTrial: true)
  }

  private func reduceError(_ part: Part, _ key: String, _ problem: String) -> SweepFileError {
    SweepFileError(
      .diagramReduce, line: line(part), key: key, "'reduce': \(problem)",
      remedy: "Reduce another axis, or by another name: "
        + "\(DiagramDeclaration.reductionNames.joined(separator: ", ")).")
  }

  private func noValue(
    _ kind: SweepFileError.Code, _ axis: Axis, _ value: ParameterValue, _ key: String, _ part: Part
  ) -> SweepFileError {
    let shown = axis.values.prefix(20).map(\.canonicalText).joined(separator: ", ")
    return SweepFileError(
      kind, line: line(part), key: axis.name,
      "'\(key)': the axis '\(axis.name)' does not have the value \(value.canonicalText)",
      remedy: "Use one of: \(shown)\(axis.values.count > 20 ? ", ..." : "").")
  }

  private func checkFixed(
    _ name: String, _ value: ParameterValue, _ request: DiagramRequest, reduced: Set<String>
  ) throws(SweepFileError) {
    let part = Part.fixed(name)
    guard let axis = axis(name) else { throw noAxis(name, "fixed", part) }
    guard name != request.x, name != request.y, !reduced.contains(name) else {
      throw SweepFileError(
        .diagramFixed, line: line(part), key: name,
        "the axis '\(name)' is drawn or reduced, so it cannot be fixed",
        remedy: "Leave it out of 'fixed'.")
    }
    guard axis.values.contains(value) else {
      throw noValue(.diagramFixed, axis, value, "fixed", part)
    }
  }

  /// Conditions speak of axes that are still there, and of numbers that the study measures; those
  /// of single trials of the replicate and the outcome too.
  private func check(
    condition text: String, _ key: String, _ part: Part, removed: Set<String>, eachTrial: Bool
  ) throws(SweepFileError) {
    guard !text.isEmpty else { return }
    let source: SourceExpression
    do throws(ExpressionError) {
      source = SourceExpression(
        expression: try Expression(parsing: text), key: key, line: line(part))
    } catch {
      throw .expression(error, key: key, line: line(part))
    }
    var types: [String: ParameterType?] = [:]
    var order: [String] = []
    func know(_ name: String, _ type: ParameterType) {
      types[name] = type
      order.append(name)
    }
    for axis in axes where !removed.contains(axis.name) {
      if let type = study.parameter(axis.name)?.type { know(axis.name, type) }
    }
    for measure in study.measures where measure.kind == .number { know(measure.name, .real) }
    if eachTrial {
      know("replicate", .integer)
      know("outcome", .choice(["completed", "diverged", "failed"]))
    }
    try SweepNames.check(source, known: types, order: order)
    do throws(ExpressionError) {
      let type = try source.expression.type { name in
        types[name]?.map { ExpressionType($0) }
      }
      guard type != .boolean else { return }
    } catch {
      throw .expression(error, key: key, line: line(part))
    }
    throw SweepFileError(
      .expression, line: line(part), key: key, "\(key): \"\(text)\" is no condition",
      remedy: "Compare it with a value, for instance '> 0'.")
  }

  /// Every axis that varies is drawn, reduced or fixed, or follows from one that is drawn or fixed.
  private func refuseOpenAxes(
    _ request: DiagramRequest, _ removed: Set<String>
  ) throws(SweepFileError) {
    var settled = removed.union(request.fixed.keys).union([request.x, request.y])
    for axis in axes where settled.subtracting(removed).contains(axis.name) {
      settled.formUnion(axis.determines)
    }
    let open = axes.filter { $0.values.count > 1 && !settled.contains($0.name) }
    guard let first = open.first else { return }
    let names = open.map { "'\($0.name)' (\($0.values.count) values)" }
    let value = first.values.first?.canonicalText ?? ""
    throw SweepFileError(
      .diagramOpenAxis, line: line(.whole), key: first.name,
      "the diagram leaves open what to do with \(names.joined(separator: ", "))",
      remedy: "Add '{axis: \(first.name), by: mean}' to 'reduce' (--reduce \(first.name):mean), or "
        + "'\(first.name): \(value)' to 'fixed' (--fix \(first.name)=\(value)).")
  }
}
