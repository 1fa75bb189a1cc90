extension ParameterDescription {
  /// The value as this parameter takes it, checked for type and range.
  ///
  /// A whole real is taken for an integer where an integer is asked for, and an integer for a real.
  /// - Throws: ``StudyError`` `study.parameter-type` or `study.parameter-range`.
  public func check(_ value: ParameterValue) throws(StudyError) -> ParameterValue {
    switch (type, value) {
    case (.integer, .integer(let integer)):
      try checkRange(Double(integer), value)
      return value
    case (.integer, .real(let real)):
      guard let integer = Int64(exactly: real) else {
        throw mismatch("\(value.canonicalText) is not a whole number")
      }
      try checkRange(real, value)
      return .integer(integer)
    case (.real, .integer(let integer)):
      try checkRange(Double(integer), value)
      return .real(Double(integer))
    case (.real, .real(let real)):
      guard real.isFinite else { throw mismatch("\(real) is not a finite number") }
      try checkRange(real, value)
      return .real(real == 0 ? 0 : real)
    case (.choice(let words), .text(let word)):
      guard words.contains(word) else {
        let nearest = nearestName(to: word, among: words).map { "; did you mean '\($0)'?" } ?? ""
        throw StudyError(
          .parameterRange, "'\(word)' is no value of parameter '\(name)'\(nearest)",
          remedy: "Use one of \(words.map { "'\($0)'" }.joined(separator: ", ")).")
      }
      return value
    case (.boolean, .boolean), (.text, .text):
      return value
    case (.file, .text(let digest)):
      guard digest.isEmpty || FileDigest.isOne(digest) else {
        throw mismatch("\(value.shown) is no SHA-256 of a file")
      }
      return value
    default:
      throw mismatch("\(value.shown) is \(value.typeName)")
    }
  }

  /// What the parameter takes, for messages: `an integer from 2 to 1000000`.
  public var accepted: String {
    let bounds =
      switch (minimum, maximum) {
      case (let least?, let most?):
        " from \(ParameterDescription.shown(least)) to "
          + ParameterDescription.shown(most)
      case (let least?, nil): " of at least \(ParameterDescription.shown(least))"
      case (nil, let most?): " of at most \(ParameterDescription.shown(most))"
      case (nil, nil): ""
      }
    return switch type {
    case .integer: "an integer\(bounds)"
    case .real: "a number\(bounds)"
    case .choice(let words): "one of \(words.map { "'\($0)'" }.joined(separator: ", "))"
    case .boolean: "true or false"
    case .text: "text"
    case .file: "a file"
    }
  }

  private func checkRange(_ number: Double, _ value: ParameterValue) throws(StudyError) {
    guard number < minimum ?? -.infinity || number > maximum ?? .infinity else { return }
    throw StudyError(
      .parameterRange,
      "\(value.canonicalText) is out of range for parameter '\(name)', which takes \(accepted)",
      remedy: "Use a value in that range.")
  }

  private func mismatch(_ problem: String) -> StudyError {
    StudyError(
      .parameterType, "\(problem), but parameter '\(name)' takes \(accepted)",
      remedy: "Give it \(accepted).")
  }

  private static func shown(_ number: Double) -> String {
    Int64(exactly: number).map { String($0) } ?? String(number)
  }
}

extension ParameterValue {
  /// The value as a message shows it: words in quotes, cut where they are long.
  fileprivate var shown: String {
    if case .text(let text) = self { "'\(text.prefix(60))'" } else { canonicalText }
  }

  fileprivate var typeName: String {
    switch self {
    case .integer, .real: "a number"
    case .text: "text"
    case .boolean: "true or false"
    }
  }
}
