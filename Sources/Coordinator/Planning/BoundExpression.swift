import Protocol

/// An expression over a study's parameters, with its names bound to their places.
///
/// Names and types are checked when it is bound, so that what is left to happen in a cell is a
/// missing value: the root of a negative number, or zero by zero.
struct BoundExpression: Sendable {
  let source: SourceExpression
  let type: ExpressionType
  private let positions: [Int]

  init(_ source: SourceExpression, _ resolver: StudyResolver) throws(SweepFileError) {
    let study = resolver.study
    let known = study.parameters.map(\.name)
    try SweepNames.check(
      source, known: Dictionary(uniqueKeysWithValues: study.parameters.map { ($0.name, $0.type) }),
      order: known)
    do throws(ExpressionError) {
      type = try source.expression.type { name in
        study.parameter(name).map { ExpressionType($0.type) }
      }
    } catch {
      throw .expression(error, key: source.key, line: source.line)
    }
    self.source = source
    positions = source.expression.references.compactMap { resolver.position(of: $0.name) }
  }

  /// A bound expression that is true or false.
  static func condition(
    _ source: SourceExpression, _ resolver: StudyResolver
  ) throws(SweepFileError) -> BoundExpression {
    let bound = try BoundExpression(source, resolver)
    try SweepNames.expectBoolean(bound.type, source)
    return bound
  }

  func isTrue(_ values: [ParameterValue]) throws(SweepFileError) -> Bool {
    do throws(ExpressionError) {
      return try source.expression.isTrueByPosition({ ExpressionValue(values[positions[$0]]) })
    } catch {
      throw .expression(error, key: source.key, line: source.line)
    }
  }

  func evaluate(_ values: [ParameterValue]) throws(SweepFileError) -> ExpressionValue? {
    do throws(ExpressionError) {
      return try source.expression.evaluateByPosition({
        ExpressionValue(values[positions[$0]])
      })
    } catch {
      throw .expression(error, key: source.key, line: source.line)
    }
  }
}

/// What the names of expressions in sweep files are held against.
enum SweepNames {
  /// Every name is known, and a choice is compared with its own words.
  static func check(
    _ source: SourceExpression, known: [String: ParameterType?], order: [String]
  ) throws(SweepFileError) {
    let expression = source.expression
    for reference in expression.references where known[reference.name] == nil {
      let error = expression.unknownName(reference, known: order)
      throw .expression(error, key: source.key, line: source.line)
    }
    for compared in expression.comparedTexts {
      guard case .choice(let words)?? = known[compared.name], !words.contains(compared.text) else {
        continue
      }
      let nearest = nearestName(to: compared.text, among: words)
      throw SweepFileError(
        .expression, line: source.line, key: source.key,
        "\(source.key): '\(compared.text.prefix(60))' is no value of "
          + "'\(compared.name)' at column \(compared.column) of \"\(expression.text)\""
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
        remedy: "Use one of \(words.map { "'\($0)'" }.joined(separator: ", ")).")
    }
  }

  static func expectBoolean(
    _ type: ExpressionType, _ source: SourceExpression
  ) throws(SweepFileError) {
    guard type == .boolean else {
      throw SweepFileError(
        .expression, line: source.line, key: source.key,
        "\(source.key): \"\(source.expression.text)\" is \(type.name), not a condition",
        remedy: "Compare it with a value, for instance '> 0'.")
    }
  }
}
