import Protocol

/// Evenly spaced values from one number to another, both included.
struct AxisRange: Sendable {
  let name: String
  let line: Int
  let count: Int
  let scale: Axis.Scale
  /// Whether it is every whole number between its ends because no count is given.
  let isImplicit: Bool
  private let least: DecimalNumber
  private let most: DecimalNumber

  /// Reads a range; with `takesWhole` and no count it is every whole number from `min` to `max`.
  init(
    name: String, line: Int, min: SourceNode, max: SourceNode, count: SourceNode?,
    scale: Axis.Scale, takesWhole: Bool
  ) throws(SweepFileError) {
    self.name = name
    self.line = line
    self.scale = scale
    least = try AxisRange.decimal(min, "min")
    most = try AxisRange.decimal(max, "max")
    guard least.value < most.value else {
      throw SweepFileError(
        .range, line: min.line, key: name,
        "'\(name)': the range from \(least.value) to \(most.value) "
          + (least.value == most.value ? "is one point" : "is reversed"),
        remedy: least.value == most.value
          ? "Write the value alone." : "Write the smaller number as 'min'.")
    }
    if scale == .logarithmic, least.value <= 0 {
      throw SweepFileError(
        .logScale, line: min.line, key: name,
        "'\(name)': a logarithmic range cannot reach \(least.value)",
        remedy: "Begin it above 0, or leave 'scale: log' out.")
    }
    let wholeCount = most.value - least.value + 1
    if takesWhole, count == nil, scale == .linear, wholeCount < 1e15,
      least.value == least.value.rounded(), wholeCount == wholeCount.rounded()
    {
      self.count = Int(wholeCount)
      isImplicit = true
      return
    }
    isImplicit = false
    guard let count else { throw AxisRange.needsCount(name, line: line) }
    self.count = try count.count("count")
    guard self.count > 0 else {
      throw SweepFileError(
        .emptyAxis, line: count.line, key: name, "the axis '\(name)' has no values",
        remedy: "Give it a count of at least 2.")
    }
    guard self.count > 1 else {
      throw SweepFileError(
        .range, line: count.line, key: name,
        "'\(name)': a range needs a count of at least 2, for both its ends",
        remedy: "Give more values, or write one value alone.")
    }
  }

  /// What is said of a range of real numbers without a count.
  static func needsCount(_ name: String, line: Int) -> SweepFileError {
    SweepFileError(
      .noFiniteGrid, line: line, key: name,
      "'\(name)': a range without 'count' has no finite grid",
      remedy: "Add 'count', the number of values.")
  }

  private static func decimal(
    _ node: SourceNode, _ key: String
  ) throws(SweepFileError) -> DecimalNumber {
    let value = try node.number(key)
    guard case .scalar(let text, _) = node.content else {
      throw node.wrongType(key, wanted: "a number")
    }
    return DecimalNumber(text: text, value: value)
  }

  /// The values in ascending order, each rounded to 12 significant digits.
  ///
  /// They are computed so exactly that a value does not depend on the ends of the range: extended
  /// ranges hit the old values bit for bit.
  var values: [Double] {
    (0..<count).map { index in
      if index == 0 { return SignificantDigits.rounded(least.value) }
      if index == count - 1 { return SignificantDigits.rounded(most.value) }
      return switch scale {
      case .logarithmic:
        SignificantDigits.rounded(
          DecimalNumber.geometric(least, most, step: index, of: count - 1))
      case .linear, .categorical:
        DecimalNumber.linear(least, most, step: index, of: count - 1)
      }
    }
  }
}
