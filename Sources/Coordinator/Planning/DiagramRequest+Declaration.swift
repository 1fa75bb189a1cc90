import Protocol

extension DiagramDeclaration {
  /// The diagram, held against the axes of its sweep and its study.
  func request(
    axes: [Axis], study: StudyDescription
  ) throws(SweepFileError) -> DiagramRequest {
    var fixed: [String: ParameterValue] = [:]
    for entry in self.fixed {
      guard let parameter = study.parameter(entry.key) else {
        throw .unknown(
          .diagramAxis, "axis for 'fixed'", entry.key, known: axes.map(\.name), line: entry.line)
      }
      fixed[entry.key] = try parameter.read(entry.value)
    }
    var reduce: [DiagramRequest.Reduction] = []
    for reduction in reductions {
      let by = try DiagramDeclaration.summary(
        reduction.by, reduction.argument, axis: reduction.axis, study, line: reduction.line)
      reduce.append(
        DiagramRequest.Reduction(
          axis: reduction.axis, by: by, condition: reduction.condition?.expression.text ?? ""))
    }
    let request = DiagramRequest(
      x: x.name, y: y.name, color: colors.map(\.text), fixed: fixed, reduce: reduce,
      replicates: replicates, contour: contour, mask: mask?.expression.text ?? "",
      range: range, title: title)
    try DiagramCheck(axes: axes, study: study, line: line(of:)).check(request)
    return request
  }

  /// A way of reducing an axis by its name and argument.
  static func summary(
    _ name: String, _ argument: SourceNode?, axis: String, _ study: StudyDescription, line: Int?
  ) throws(SweepFileError) -> DiagramRequest.Summary {
    switch (name, argument) {
    case ("quantile", let node?): return .quantile(try node.number("quantile"))
    case ("at", let node?):
      guard let parameter = study.parameter(axis) else {
        throw .unknown(
          .diagramAxis, "axis for 'reduce'", axis, known: study.parameters.map(\.name), line: line)
      }
      return .at(try parameter.read(node))
    default:
      guard let summary = summaries[name] else {
        throw .unknown(.diagramReduce, "way to reduce", name, known: reductionNames, line: line)
      }
      return summary
    }
  }

  private func line(of part: DiagramCheck.Part) -> Int? {
    switch part {
    case .whole: line
    case .x: x.line
    case .y: y.line
    case .color(let index): colors[index].line
    case .reduction(let index): reductions[index].line
    case .fixed(let name): fixed.first { $0.key == name }?.line
    case .contour: contourLine
    case .mask: mask?.line
    }
  }
}
