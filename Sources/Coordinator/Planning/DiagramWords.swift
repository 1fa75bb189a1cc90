package import Protocol

/// A diagram as the command line asks for it; what is not said is taken from the sweep file.
package struct DiagramWords: Hashable, Sendable {
  /// `-x`: the horizontal axis.
  package var x: String?
  /// `-y`: the vertical axis.
  package var y: String?
  /// `-c`: the measures that colour the cells.
  package var color: [String]
  /// `--fix NAME=VALUE`: axes held at one value.
  package var fix: [String]
  /// `--reduce AXIS:BY` or `AXIS:BY:ARGUMENT`, in order.
  package var reduce: [String]
  /// `--replicates`: mean, median, min or max.
  package var replicates: String?
  /// `--title`: the title.
  package var title: String?

  /// Puts the words together.
  package init(
    x: String? = nil, y: String? = nil, color: [String] = [], fix: [String] = [],
    reduce: [String] = [], replicates: String? = nil, title: String? = nil
  ) {
    self.x = x
    self.y = y
    self.color = color
    self.fix = fix
    self.reduce = reduce
    self.replicates = replicates
    self.title = title
  }
}

extension DiagramRequest {
  /// Makes a diagram from the words of a command line.
  ///
  /// What the words do not say comes from the diagram of the sweep file; what that one fixes or
  /// reduces is forgotten for axes that the words draw, fix or reduce.
  /// - Parameters:
  ///   - words: The options.
  ///   - request: The sweep file's diagram, if it has one.
  ///   - axes: The axes of the sweep.
  ///   - study: Its study.
  /// - Throws: ``SweepFileError`` `diagram...` with exit status 64.
  package init(
    words: DiagramWords, basedOn request: DiagramRequest? = nil, axes: [Axis],
    study: StudyDescription
  ) throws(SweepFileError) {
    guard let x = words.x ?? request?.x, let y = words.y ?? request?.y else {
      throw SweepFileError(
        .diagramOption, key: "x", "the sweep file has no diagram, so the axes must be named",
        remedy: "Give -x and -y: \(axes.map(\.name).joined(separator: ", ")).")
    }
    let color = words.color.isEmpty ? request?.color ?? [] : words.color
    guard !color.isEmpty else {
      let measures = study.measures.filter { $0.kind == .number }.map(\.name)
      throw SweepFileError(
        .diagramOption, key: "c", "the sweep file has no diagram, so the measure must be named",
        remedy: "Give -c: \(measures.joined(separator: ", ")).")
    }
    var fixed = request?.fixed ?? [:]
    var reduce = request?.reduce ?? []
    let reductions = try words.reduce.map { (word) throws(SweepFileError) in
      try DiagramRequest.reduction(word, study)
    }
    let fixes = try words.fix.map { (word) throws(SweepFileError) in
      try DiagramRequest.fix(word, axes, study)
    }
    let said = Set([x, y] + reductions.map(\.axis) + fixes.map(\.name))
    reduce.removeAll { said.contains($0.axis) }
    for name in said { fixed[name] = nil }
    for fix in fixes { fixed[fix.name] = fix.value }
    self.init(
      x: x, y: y, color: color, fixed: fixed, reduce: reduce + reductions,
      replicates: request?.replicates ?? .mean, contour: request?.contour,
      mask: request?.mask ?? "", range: request?.range, title: words.title ?? request?.title ?? "")
    if let word = words.replicates {
      replicates = try DiagramDeclaration.summaryOfReplicates(word, line: nil)
    }
    try check(axes: axes, study: study)
  }

  /// Holds a diagram against the axes of its sweep and the measures of its study.
  /// - Throws: ``SweepFileError`` `diagram...` or `sweep.expression` with exit status 64.
  package func check(axes: [Axis], study: StudyDescription) throws(SweepFileError) {
    try DiagramCheck(axes: axes, study: study, line: { _ in nil }).check(self)
  }

  private static func reduction(
    _ word: String, _ study: StudyDescription
  ) throws(SweepFileError) -> Reduction {
    let parts = word.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    let by = parts.count > 1 ? String(parts[1]) : ""
    let needsArgument = by == "at" || by == "quantile"
    guard parts.count == (needsArgument ? 3 : 2) else {
      throw SweepFileError(
        .diagramOption, key: "reduce", "'--reduce \(word)' is not AXIS:BY or AXIS:BY:ARGUMENT",
        remedy: "Write for instance '--reduce width:logLogSlope' or '--reduce width:at:1000'.")
    }
    let axis = String(parts[0])
    let argument = needsArgument ? SourceNode(word: String(parts[2])) : nil
    let summary = try DiagramDeclaration.summary(by, argument, axis: axis, study, line: nil)
    return Reduction(axis: axis, by: summary)
  }

  private static func fix(
    _ word: String, _ axes: [Axis], _ study: StudyDescription
  ) throws(SweepFileError) -> (name: String, value: ParameterValue) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw SweepFileError(
        .diagramOption, key: "fix", "'--fix \(word)' is not NAME=VALUE",
        remedy: "Write for instance '--fix width=1000'.")
    }
    let name = String(parts[0])
    guard let parameter = study.parameter(name) else {
      throw .unknown(
        .diagramAxis, "axis for '--fix'", name, known: axes.map(\.name), line: nil)
    }
    var error = SweepFileError(.diagramOption, key: name, "", remedy: "")
    do throws(SweepFileError) {
      return (name, try parameter.read(SourceNode(word: String(parts[1]))))
    } catch let refused {
      error = SweepFileError(
        refused.kind, key: name, "--fix \(word): \(refused.problem)", remedy: refused.remedy)
    }
    throw error
  }
}
