/// What a study makes of the values that a sweep assigns: every parameter with its value, which
/// ones matter, and whether the combination can be trained.
///
/// Planning asks it for every cell and a worker for the one trial that it is given, so both come to
/// the same trial key. The conditions of a study are read once, here, and their types are checked,
/// because a description comes from a worker and may hold anything.
public struct StudyResolver: Sendable {
  /// The study.
  public let study: StudyDescription
  /// The default of every parameter, in the study's order.
  public let defaults: [ParameterValue]

  private let positions: [String: Int]
  /// The parameters with a condition, those that a condition asks about first.
  private let conditionals: [(position: Int, condition: StudyCondition)]
  private let constraints: [StudyCondition]

  /// Reads and checks a description.
  /// - Throws: ``StudyError`` `study.malformed-description`.
  public init(_ study: StudyDescription) throws(StudyError) {
    try StudyDescriptionCheck(study).check()
    self.study = study
    defaults = study.parameters.map(\.defaultValue)
    var positions: [String: Int] = [:]
    for (position, parameter) in study.parameters.enumerated() {
      positions[parameter.name] = position
    }
    self.positions = positions
    var conditions: [Int: StudyCondition] = [:]
    for (position, parameter) in study.parameters.enumerated() {
      guard let text = parameter.activeWhen else { continue }
      conditions[position] = try StudyCondition(
        text, what: "activeWhen of '\(parameter.name)'", type: .boolean, study, positions)
    }
    conditionals = try StudyResolver.order(conditions, in: study)
    var constraints: [StudyCondition] = []
    for constraint in study.constraints {
      constraints.append(
        try StudyCondition(
          constraint.validWhen, what: "a constraint", type: .boolean, study, positions))
    }
    self.constraints = constraints
  }

  /// The place of a parameter in the study's order.
  public func position(of name: String) -> Int? { positions[name] }

  /// The value as the parameter takes it, checked for type and range.
  /// - Parameters:
  ///   - value: What a sweep or a file assigns; a whole real is taken for an integer, and an
  ///     integer for a real.
  ///   - name: The parameter.
  /// - Returns: The value in the parameter's own type.
  /// - Throws: ``StudyError`` `study.unknown-parameter` with the nearest name,
  ///   `study.parameter-type` or `study.parameter-range` with what the parameter takes.
  public func check(
    _ value: ParameterValue, for name: String
  ) throws(StudyError) -> ParameterValue {
    guard let position = positions[name] else { throw unknownParameter(name) }
    return try study.parameters[position].check(value)
  }

  /// Completes assigned values to a cell.
  /// - Parameter assigned: Values by parameter name; what is not here has its default.
  /// - Returns: The cell; ``violation(of:)`` says whether it can be trained.
  /// - Throws: As ``check(_:for:)``, for the first wrong value in alphabetical order.
  public func resolve(
    _ assigned: [String: ParameterValue]
  ) throws(StudyError) -> ResolvedCell {
    var values = defaults
    for (name, value) in assigned.sorted(by: { $0.key < $1.key }) {
      let checked = try check(value, for: name)
      guard let position = positions[name] else { throw unknownParameter(name) }
      values[position] = checked
    }
    return resolve(values: values)
  }

  /// Completes a cell from a value for every parameter, in the study's order, each checked before.
  public func resolve(values: [ParameterValue]) -> ResolvedCell {
    precondition(values.count == defaults.count, "a cell has a value for every parameter")
    var effective = values
    var isActive = [Bool](repeating: true, count: values.count)
    for (position, condition) in conditionals where !condition.holds(effective) {
      isActive[position] = false
      effective[position] = defaults[position]
    }
    var isKeyed = isActive
    for (position, parameter) in study.parameters.enumerated() {
      guard let neutral = parameter.neutral, effective[position] == neutral else { continue }
      isKeyed[position] = false
    }
    let violated = constraints.firstIndex { !$0.holds(effective) }
    return ResolvedCell(
      values: effective, isActive: isActive, isKeyed: isKeyed, violatedConstraint: violated)
  }

  /// Why a cell cannot be trained; `nil` for one that can.
  public func violation(of cell: ResolvedCell) -> String? {
    cell.violatedConstraint.map { study.constraints[$0].reason }
  }

  /// The seed index of every purpose of the study.
  /// - Parameters:
  ///   - fixed: The purposes that do not follow the replicate, with their seed index.
  ///   - replicate: Which repetition of its cell.
  /// - Returns: One index for each of ``StudyDescription/seedPurposes``.
  public func seeds(fixed: [String: UInt32] = [:], replicate: UInt32) -> [String: UInt32] {
    var seeds: [String: UInt32] = [:]
    for purpose in study.seedPurposes { seeds[purpose] = fixed[purpose] ?? replicate }
    return seeds
  }

  /// One trial of a cell.
  /// - Parameters:
  ///   - cell: The cell, as ``resolve(_:)`` gave it.
  ///   - numerics: How products are computed.
  ///   - seeds: The seed index of each purpose, as ``seeds(fixed:replicate:)`` gives it.
  ///   - replicate: Which repetition of its cell.
  /// - Returns: Everything that determines the trial's numbers.
  public func specification(
    of cell: ResolvedCell, numerics: NumericProfile, seeds: [String: UInt32], replicate: UInt32
  ) -> TrialSpecification {
    var parameters = [String: ParameterValue](minimumCapacity: cell.values.count)
    for (parameter, value) in zip(study.parameters, cell.values) {
      parameters[parameter.name] = value
    }
    return TrialSpecification(
      study: study.name, revision: study.revision, numerics: numerics, parameters: parameters,
      keyParameters: keyParameters(of: cell), seeds: seeds, replicate: replicate)
  }

  /// The names of the parameters that make the key of a cell's trials: active and not neutral.
  public func keyParameters(of cell: ResolvedCell) -> [String] {
    zip(study.parameters, cell.isKeyed).filter(\.1).map(\.0.name)
  }

  private func unknownParameter(_ name: String) -> StudyError {
    let nearest = nearestName(to: name, among: study.parameters.map(\.name))
    return StudyError(
      .unknownParameter,
      "unknown parameter '\(name)' of study \(study.name)"
        + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      remedy: "Use a name that `phasegrid studies \(study.name)` prints.")
  }

  /// Puts each condition after those of the parameters that it asks about, so that it sees them as
  /// they are: an inactive one has its default.
  private static func order(
    _ conditions: [Int: StudyCondition], in study: StudyDescription
  ) throws(StudyError) -> [(position: Int, condition: StudyCondition)] {
    var waiting = conditions.sorted { $0.key < $1.key }
    var ordered: [(position: Int, condition: StudyCondition)] = []
    while !waiting.isEmpty {
      let open = Set(waiting.map(\.key))
      let ready = waiting.filter { open.isDisjoint(with: $0.value.parameters) }
      guard !ready.isEmpty else {
        let names = waiting.map { study.parameters[$0.key].name }
        throw .malformed(
          study, "'\(names.joined(separator: "', '"))' are active depending on each other")
      }
      ordered.append(contentsOf: ready.map { ($0.key, $0.value) })
      let done = Set(ready.map(\.key))
      waiting.removeAll { done.contains($0.key) }
    }
    return ordered
  }
}

/// One cell of a study, complete.
public struct ResolvedCell: Hashable, Sendable {
  /// Every parameter's value, in the study's order; inactive ones have their default.
  public let values: [ParameterValue]
  /// Which parameters have an effect, in the study's order.
  public let isActive: [Bool]
  /// Which parameters make the trial key: those that are active and not neutral.
  public let isKeyed: [Bool]
  /// The position of the first constraint that does not hold; `nil` when the cell can be trained.
  public let violatedConstraint: Int?
}

/// An expression of a study, with its names bound to the places of parameters.
struct StudyCondition: Sendable {
  let expression: Expression
  /// The place of each name that the expression uses.
  let parameters: [Int]

  init(
    _ text: String, what: String, type: ExpressionType, _ study: StudyDescription,
    _ positions: [String: Int]
  ) throws(StudyError) {
    do {
      expression = try Expression(parsing: text)
      let found = try expression.type { name in
        positions[name].map { ExpressionType(study.parameters[$0].type) }
      }
      guard found == type else {
        throw StudyError.malformed(study, "\(what) comes to \(found.name), not to \(type.name)")
      }
    } catch let error as ExpressionError {
      throw .malformed(study, "\(what): \(error.message)")
    } catch let error as StudyError {
      throw error
    } catch {
      throw .malformed(study, "\(what): \(error)")
    }
    parameters = expression.references.compactMap { positions[$0.name] }
  }

  /// Whether the condition is true; the types were checked, so only a missing value is left, and
  /// that is not true.
  func holds(_ values: [ParameterValue]) -> Bool {
    do throws(ExpressionError) {
      return try expression.isTrueByPosition({ ExpressionValue(values[parameters[$0]]) })
    } catch {
      preconditionFailure("the types of a condition were checked: \(error)")
    }
  }
}
