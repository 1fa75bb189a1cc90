import Protocol

/// Parameters that several studies have, each with its own defaults.
///
/// A study lists them among its own and reads them back where it puts its training together:
///
/// ```swift
/// static let optimizer = OptimizerParameters(rules: [.adamW], learningRate: 1e-3)
/// parameters: [...] + optimizer.parameters, constraints: optimizer.constraints
/// let rule = try optimizer.optimizer(reader, steps: 3000, stepsPerEpoch: 64)
/// ```
protocol ParameterGroup: Sendable {
  /// The parameters, in the order in which a reader wants them.
  var parameters: [ParameterDescription] { get }
  /// Combinations of them that cannot be trained.
  var constraints: [StudyConstraint] { get }
}

extension ParameterGroup {
  /// Most groups can be combined freely.
  var constraints: [StudyConstraint] { [] }
}

extension ParameterDescription {
  /// A parameter that is one word of several.
  static func choice<Choice: RawRepresentable<String>>(
    _ name: String, label: String, among choices: [Choice], default value: Choice,
    meaning: String, activeWhen: String? = nil
  ) -> ParameterDescription {
    ParameterDescription(
      name: name, label: label, type: .choice(choices.map(\.rawValue)),
      defaultValue: .text(value.rawValue), meaning: meaning, activeWhen: activeWhen)
  }

  /// A parameter that is a number of a range.
  static func real(
    _ name: String, label: String, default value: Double, _ range: ClosedRange<Double>,
    unit: String = "", meaning: String, activeWhen: String? = nil
  ) -> ParameterDescription {
    ParameterDescription(
      name: name, label: label, type: .real, defaultValue: .real(value),
      minimum: range.lowerBound, maximum: range.upperBound, unit: unit, meaning: meaning,
      activeWhen: activeWhen)
  }

  /// A parameter that is a whole number of a range.
  static func integer(
    _ name: String, label: String, default value: Int, _ range: ClosedRange<Int>,
    meaning: String, activeWhen: String? = nil
  ) -> ParameterDescription {
    ParameterDescription(
      name: name, label: label, type: .integer, defaultValue: .integer(Int64(value)),
      minimum: Double(range.lowerBound), maximum: Double(range.upperBound), meaning: meaning,
      activeWhen: activeWhen)
  }

  /// A parameter that is a file of the user.
  static func file(_ name: String, label: String, meaning: String) -> ParameterDescription {
    ParameterDescription(
      name: name, label: label, type: .file, defaultValue: .text(""), meaning: meaning)
  }

  /// The same parameter where a condition holds besides its own.
  func active(when condition: String) -> ParameterDescription {
    var result = self
    result.activeWhen = activeWhen.map { "(\(condition)) and (\($0))" } ?? condition
    return result
  }

  /// A parameter that is true or false.
  static func boolean(
    _ name: String, label: String, default value: Bool, meaning: String,
    activeWhen: String? = nil
  ) -> ParameterDescription {
    ParameterDescription(
      name: name, label: label, type: .boolean, defaultValue: .boolean(value), meaning: meaning,
      activeWhen: activeWhen)
  }
}
