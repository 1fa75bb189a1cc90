import Protocol

/// One assignment of `set`, bound to its study.
struct Setting: Sendable {
  private enum Source: Sendable {
    case value(ParameterValue)
    case formula(BoundExpression)
  }

  private let condition: BoundExpression?
  private let position: Int
  private let parameter: ParameterDescription
  private let line: Int
  private let source: Source

  /// Binds one assignment.
  init(
    _ assignment: SettingDeclaration.Assignment, condition: BoundExpression?,
    axes: Set<String>, _ resolver: StudyResolver
  ) throws(SweepFileError) {
    let name = assignment.name
    guard let position = resolver.position(of: name) else {
      throw SweepPlan.unknownParameter(name, line: assignment.line, resolver.study)
    }
    guard !axes.contains(name) else {
      throw SweepFileError(
        .setAxis, line: assignment.line, key: name,
        "'set' cannot change '\(name)', which is an axis of this sweep",
        remedy: "Leave cells out with 'exclude', or give '\(name)' one value under 'parameters'.")
    }
    self.condition = condition
    self.position = position
    parameter = resolver.study.parameters[position]
    line = assignment.line
    source = try Setting.source(assignment, parameter, resolver)
  }

  /// A value that the parameter takes is that value; everything else is a formula.
  private static func source(
    _ assignment: SettingDeclaration.Assignment, _ parameter: ParameterDescription,
    _ resolver: StudyResolver
  ) throws(SweepFileError) -> Source {
    guard case .scalar(let text, _) = assignment.node.content else {
      throw assignment.node.wrongType(assignment.name, wanted: "a value or an expression")
    }
    switch parameter.type {
    case .text: return .value(.text(text))
    case .file:
      return .value(
        try parameter.read(SourceNode(.scalar(text, isQuoted: true), line: assignment.line)))
    case .choice(let words) where words.contains(text): return .value(.text(text))
    case .boolean where text == "true" || text == "false":
      return .value(.boolean(text == "true"))
    case .integer, .real:
      let plain = SourceNode(.scalar(text, isQuoted: false), line: assignment.line)
      if NumberText.isNumber(text) || NumberText.isNotFinite(text) {
        return .value(try parameter.read(plain))
      }
    default: break
    }
    let formula = try BoundExpression(
      try assignment.node.expression(assignment.name), resolver)
    guard formula.type == ExpressionType(parameter.type) else {
      throw SweepFileError(
        .expression, line: assignment.line, key: assignment.name,
        "\(assignment.name): \"\(text)\" is \(formula.type.name), but the parameter takes "
          + parameter.accepted,
        remedy: "Write a value or an expression for \(parameter.accepted).")
    }
    return .formula(formula)
  }

  /// Sets the value in one cell, where the condition holds.
  func apply(to values: inout [ParameterValue]) throws(SweepFileError) {
    if let condition, !(try condition.isTrue(values)) { return }
    switch source {
    case .value(let value): values[position] = value
    case .formula(let formula): values[position] = try computed(formula, values)
    }
  }

  private func computed(
    _ formula: BoundExpression, _ values: [ParameterValue]
  ) throws(SweepFileError) -> ParameterValue {
    let value: ParameterValue
    switch try formula.evaluate(values) {
    case .number(let number) where number.isFinite:
      value = .real(SignificantDigits.rounded(number))
    case .number(let number): throw failure(formula, "comes to \(number)")
    case .text(let text): value = .text(text)
    case .boolean(let boolean): value = .boolean(boolean)
    case nil: throw failure(formula, "has no value")
    }
    do throws(StudyError) {
      return try parameter.check(value)
    } catch {
      throw failure(formula, "does not fit: \(error.message)")
    }
  }

  private func failure(_ formula: BoundExpression, _ problem: String) -> SweepFileError {
    SweepFileError(
      .setValue, line: line, key: parameter.name,
      "\(parameter.name): \"\(formula.source.expression.text)\" \(problem), in a cell of this grid",
      remedy: "Correct the formula, or give it a 'where' that leaves such cells out.")
  }
}
