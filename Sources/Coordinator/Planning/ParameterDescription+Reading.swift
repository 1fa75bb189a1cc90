import Protocol

extension ParameterDescription {
  /// The value that a sweep file writes, read by the parameter's type and checked for its range.
  ///
  /// Reals keep 12 significant digits, on axes and elsewhere, so that a value is one trial however
  /// it came to be written.
  func read(_ node: SourceNode) throws(SweepFileError) -> ParameterValue {
    guard case .scalar(let text, let isQuoted) = node.content, !node.isNothing else {
      throw node.wrongType(name, wanted: accepted)
    }
    let value: ParameterValue
    switch type {
    case .integer, .real: value = try number(text, isQuoted: isQuoted, node)
    case .boolean:
      guard !isQuoted, text == "true" || text == "false" else {
        throw SweepFileError(
          .parameterType, line: node.line, key: name,
          "\(node.shown) is not true or false, which parameter '\(name)' takes",
          remedy: "Write true or false, without quotes.")
      }
      value = .boolean(text == "true")
    case .choice, .text, .file: value = .text(text)
    }
    return try checked(value, line: node.line)
  }

  /// A value that was computed or read, rounded and checked.
  func checked(_ value: ParameterValue, line: Int?) throws(SweepFileError) -> ParameterValue {
    var rounded = value
    if case .real(let real) = value { rounded = .real(SignificantDigits.rounded(real)) }
    do throws(StudyError) {
      return try check(rounded)
    } catch {
      throw .value(error, key: name, line: line)
    }
  }

  private func number(
    _ text: String, isQuoted: Bool, _ node: SourceNode
  ) throws(SweepFileError) -> ParameterValue {
    if !isQuoted, NumberText.isNotFinite(text) {
      throw SweepFileError(
        .notFinite, line: node.line, key: name,
        "\(text) is not finite, but parameter '\(name)' takes \(accepted)",
        remedy: "Write a finite number.")
    }
    guard !isQuoted, NumberText.isNumber(text), let real = Double(text) else {
      throw SweepFileError(
        .parameterType, line: node.line, key: name,
        "\(node.shown) is no number, but parameter '\(name)' takes \(accepted)",
        remedy: isQuoted ? "Write the number without quotes." : "Write a decimal number.")
    }
    guard real.isFinite else {
      throw SweepFileError(
        .notFinite, line: node.line, key: name,
        "\(text.prefix(40)) is too large for a number, but parameter '\(name)' takes \(accepted)",
        remedy: "Write a finite number.")
    }
    if type == .integer, let integer = Int64(text) { return .integer(integer) }
    return .real(real)
  }
}
