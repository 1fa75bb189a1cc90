import Protocol

/// A study as a page of documentation.
struct StudyPage {
  private let study: StudyDescription
  private static let width = 78

  init(_ study: StudyDescription) {
    self.study = study
  }

  var text: String {
    var parts = [
      "\(study.name): \(study.title)", "", wrapped(study.summary), "",
      wrapped("Source: \(study.source)"), "Revision \(study.revision).", "", "Parameters", "",
    ]
    for parameter in study.parameters { parts += describe(parameter) }
    for constraint in study.constraints {
      parts += [wrapped("Valid when \(constraint.validWhen): \(constraint.reason)", by: 2)]
    }
    if !study.seedPurposes.isEmpty {
      parts += [
        "",
        wrapped(
          "Seeds: \(study.seedPurposes.joined(separator: ", ")); each follows the replicate "
            + "unless the sweep's 'seeds' say otherwise."),
      ]
    }
    parts += ["", "Measures", ""]
    for measure in study.measures {
      let unit = measure.unit.isEmpty ? "" : ", in \(measure.unit)"
      parts += ["  \(measure.name) (\(measure.label), \(measure.kind.rawValue)\(unit))"]
      parts += [wrapped(measure.meaning, by: 6)]
    }
    if !study.matrices.isEmpty {
      parts += ["", "Matrices that 'keep' can ask for", ""]
      for matrix in study.matrices {
        parts += ["  \(matrix.name) (\(matrix.label))", wrapped(matrix.meaning, by: 6)]
      }
    }
    if !study.statements.isEmpty {
      parts += ["", "Statements that 'phasegrid check' tests", ""]
      for statement in study.statements {
        parts += [wrapped("\(statement.name)  \(statement.claim)", by: 2, then: 6)]
      }
    }
    for line in study.theoryLines {
      parts += ["", wrapped("Theory line over \(line.x) and \(line.y): \(line.label).")]
    }
    return parts.joined(separator: "\n") + "\n"
  }

  private func describe(_ parameter: ParameterDescription) -> [String] {
    var facts = [parameter.type.name, "default \(parameter.defaultValue.canonicalText)"]
    if parameter.defaultValue == .text("") { facts[1] = "none by default" }
    if case .choice(let words) = parameter.type { facts[0] = words.joined(separator: " | ") }
    switch (parameter.minimum, parameter.maximum) {
    case (let least?, let most?): facts.append("\(short(least)) to \(short(most))")
    case (let least?, nil): facts.append("at least \(short(least))")
    case (nil, let most?): facts.append("at most \(short(most))")
    case (nil, nil): break
    }
    if !parameter.unit.isEmpty { facts.append("in \(parameter.unit)") }
    let label = parameter.label == parameter.name ? "" : " (\(parameter.label))"
    var lines = ["  \(parameter.name)\(label): \(facts.joined(separator: ", "))"]
    lines.append(wrapped(parameter.meaning, by: 6))
    if let condition = parameter.activeWhen { lines.append("      Active when \(condition).") }
    return lines
  }

  /// A number without a fraction that says nothing.
  private func short(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
  }

  private func wrapped(_ text: String, by indentation: Int = 0, then hanging: Int? = nil) -> String
  {
    var lines: [String] = []
    var line = String(repeating: " ", count: indentation)
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + word.count + 1 > StudyPage.width {
        lines.append(line)
        line = String(repeating: " ", count: hanging ?? indentation)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
