import Planning
import Protocol

/// A `--where` expression, bound to the places where a row of results holds its names.
struct ResultCondition {
  private enum Source {
    case axis(Int)
    case parameter(String)
    case replicate
    case outcome
    case stop
    case measure(Int)
  }

  private let expression: Expression
  private let sources: [Source]

  /// Whether the condition asks for a parameter that is no axis.
  let needsParameters: Bool

  /// Binds the names of an expression.
  /// - Parameters:
  ///   - expression: over axes, parameters, `replicate`, `outcome`, `stop` and measures.
  ///   - sweep: the sweep whose rows are asked.
  ///   - parameters: the parameters of one of its trials, for their names and types.
  /// - Throws: `expression.unknown-name`, `expression.type`.
  init(
    _ expression: Expression, sweep: SweepDefinition, parameters: [String: ParameterValue]
  ) throws(ExpressionError) {
    var sources: [Source] = []
    var types: [String: ExpressionType] = [:]
    for reference in expression.references {
      let name = reference.name
      let source: Source
      if let index = sweep.axes.firstIndex(where: { $0.name == name }) {
        source = .axis(index)
        types[name] = sweep.axes[index].values.first.map { ExpressionValue($0).type }
      } else if let value = parameters[name] {
        source = .parameter(name)
        types[name] = ExpressionValue(value).type
      } else if let index = sweep.measures.firstIndex(of: name) {
        source = .measure(index)
        types[name] = .number
      } else if let (word, type) = ResultCondition.words[name] {
        source = word
        types[name] = type
      } else {
        let known =
          sweep.axes.map(\.name) + parameters.keys.sorted() + sweep.measures
          + ResultCondition.words.keys.sorted()
        throw expression.unknownName(reference, known: known)
      }
      sources.append(source)
    }
    if types.count == expression.references.count {
      _ = try expression.type(of: { types[$0] })
    }
    self.expression = expression
    self.sources = sources
    needsParameters = sources.contains { if case .parameter = $0 { true } else { false } }
  }

  /// Whether a row is wanted.
  /// - Parameters:
  ///   - row: the row.
  ///   - parameters: those of its trial; empty when ``needsParameters`` is false.
  /// - Returns: whether the condition is true; it is not where a value is missing.
  /// - Throws: `expression.type`.
  func holds(
    _ row: ResultRow, parameters: [String: ParameterValue]
  ) throws(ExpressionError) -> Bool {
    try expression.isTrueByPosition({ position in
      switch sources[position] {
      case .axis(let index): ExpressionValue(row.values[index])
      case .parameter(let name): parameters[name].map { ExpressionValue($0) }
      case .replicate: .number(Double(row.replicate))
      case .outcome: row.outcome.map { .text($0.word) }
      case .stop: row.outcome?.stopWord.map { .text($0) }
      case .measure(let index): .number(row.numbers[index])
      }
    })
  }

  private static let words: [String: (Source, ExpressionType)] = [
    "replicate": (.replicate, .number), "outcome": (.outcome, .text), "stop": (.stop, .text),
  ]
}
