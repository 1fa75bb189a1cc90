/// Holds a description that a worker sent against what every study must keep to.
///
/// Names are lines of trial keys and columns of tables, so their letters are restricted; the rest
/// is what the coordinator would otherwise have to doubt at every use.
struct StudyDescriptionCheck {
  private static let countMax = 1000
  private static let nameLengthMax = 100
  /// What rows of results have beside parameters and measures.
  private static let reservedNames: Set<String> = ["replicate", "outcome", "stop"]

  private let study: StudyDescription

  init(_ study: StudyDescription) { self.study = study }

  func check() throws(StudyError) {
    try expect(
      isName(study.name, parts: false) { $0 == "-" || $0.isNumberOrLowercase },
      "its name may have small letters, digits and '-' only")
    try checkNames()
    for parameter in study.parameters { try check(parameter) }
    for line in study.theoryLines {
      try expect(
        study.parameter(line.x) != nil && study.parameter(line.y) != nil,
        "theory line '\(line.label)' is over an unknown parameter")
      try expect(
        line.points.allSatisfy { $0.x.isFinite && $0.y.isFinite },
        "theory line '\(line.label)' has a point that is not finite")
    }
    try checkCost()
  }

  private func expect(_ holds: Bool, _ problem: String) throws(StudyError) {
    guard holds else { throw .malformed(study, problem) }
  }

  private func checkNames() throws(StudyError) {
    var seen = StudyDescriptionCheck.reservedNames
    let names =
      study.parameters.map(\.name) + study.measures.map(\.name) + study.matrices.map(\.name)
    try expect(
      [study.parameters.count, study.measures.count, study.matrices.count]
        .allSatisfy { $0 <= StudyDescriptionCheck.countMax },
      "it has more than \(StudyDescriptionCheck.countMax) parameters, measures or matrices")
    try expect(
      study.matrices.allSatisfy { $0.kind == .matrix }
        && study.measures.allSatisfy { $0.kind != .matrix },
      "a matrix stands among the measures, or a measure among the matrices")
    for name in names {
      try expect(
        isName(name, parts: true, \.isLetterOrDigit)
          && !ExpressionLexer.keywords.contains(name),
        "'\(name)' is no name for a parameter or measure")
      try expect(seen.insert(name).inserted, "the name '\(name)' is given twice or reserved")
    }
    var purposes: Set<String> = []
    for purpose in study.seedPurposes {
      try expect(
        isName(purpose, parts: false, \.isLetterOrDigit) && purposes.insert(purpose).inserted,
        "'\(purpose)' is no name for a seed purpose, or is given twice")
    }
  }

  private func check(_ parameter: ParameterDescription) throws(StudyError) {
    let what = "parameter '\(parameter.name)'"
    if let least = parameter.minimum, let most = parameter.maximum {
      try expect(least <= most, "the range of \(what) is empty")
    }
    try expect(
      parameter.minimum?.isNaN != true && parameter.maximum?.isNaN != true,
      "the range of \(what) is not a number")
    if case .choice(let words) = parameter.type {
      try expect(
        !words.isEmpty && Set(words).count == words.count, "the words of \(what) are not distinct")
    }
    for value in [parameter.defaultValue, parameter.neutral].compactMap({ $0 }) {
      do throws(StudyError) {
        try expect(
          try parameter.check(value) == value, "\(what) has a default of another type")
      } catch {
        throw .malformed(study, error.message)
      }
    }
  }

  /// An empty cost is an unknown one.
  private func checkCost() throws(StudyError) {
    guard !study.cost.isEmpty else { return }
    var positions: [String: Int] = [:]
    for (position, parameter) in study.parameters.enumerated() {
      positions[parameter.name] = position
    }
    _ = try StudyCondition(study.cost, what: "cost", type: .number, study, positions)
  }

  /// Whether a name begins with a letter and keeps to some characters, in parts between dots.
  private func isName(
    _ name: String, parts: Bool, _ isAllowed: (Unicode.Scalar) -> Bool
  ) -> Bool {
    guard name.utf8.count <= StudyDescriptionCheck.nameLengthMax else { return false }
    let pieces =
      parts ? name.split(separator: ".", omittingEmptySubsequences: false) : [name[...]]
    return pieces.allSatisfy { piece in
      guard let first = piece.unicodeScalars.first, first.isLetter else { return false }
      return piece.unicodeScalars.allSatisfy(isAllowed)
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isLetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }

  fileprivate var isLetterOrDigit: Bool { isLetter || ("0"..."9").contains(self) }

  fileprivate var isNumberOrLowercase: Bool {
    ("a"..."z").contains(self) || ("0"..."9").contains(self)
  }
}
