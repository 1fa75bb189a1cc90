import Protocol

/// The parameters of one request, checked against the study's description.
///
/// The coordinator has checked them before; a request can also come from a file that somebody
/// wrote, so it is held against the description again where it is used.
struct ParameterReader {
  private let values: [String: ParameterValue]

  /// Checks that every parameter is there, of its type and within its range.
  /// - Parameters:
  ///   - values: The parameters of the request.
  ///   - description: The study.
  /// - Throws: `kernel.parameter`.
  init(
    _ values: [String: ParameterValue], of description: StudyDescription
  ) throws(KernelError) {
    var checked: [String: ParameterValue] = [:]
    for parameter in description.parameters {
      guard let value = values[parameter.name] else {
        throw KernelError(
          .parameter, "training \(description.name): the parameter '\(parameter.name)' is missing",
          remedy: "Give \(parameter.name) a value, for instance"
            + " \(parameter.defaultValue.canonicalText).")
      }
      do throws(StudyError) {
        checked[parameter.name] = try parameter.check(value)
      } catch {
        throw KernelError(
          .parameter, "training \(description.name): \(error.message)", remedy: error.remedy)
      }
    }
    self.values = checked
  }

  /// A real parameter.
  func real(_ name: String) -> Double {
    guard let value = values[name]?.number else {
      preconditionFailure("\(name) is not a number of this study")
    }
    return value
  }

  /// A whole number.
  func integer(_ name: String) -> Int {
    guard let value = values[name]?.integer else {
      preconditionFailure("\(name) is not a whole number of this study")
    }
    return Int(value)
  }

  /// A truth value.
  func boolean(_ name: String) -> Bool {
    guard let value = values[name]?.boolean else {
      preconditionFailure("\(name) is not a truth value of this study")
    }
    return value
  }

  /// The SHA-256 of a file; empty where none is given.
  func file(_ name: String) -> String {
    guard let digest = values[name]?.text else {
      preconditionFailure("\(name) is not a file of this study")
    }
    return digest
  }

  /// A choice as the case whose raw value is its word.
  func choice<Choice: RawRepresentable<String>>(
    _ name: String, as type: Choice.Type = Choice.self
  ) -> Choice {
    guard let word = values[name]?.text, let choice = Choice(rawValue: word) else {
      preconditionFailure("\(name) is not a choice of this study")
    }
    return choice
  }

  /// The number of neurons, even where the start is antisymmetric.
  /// - Throws: `kernel.parameter` for an odd one.
  func evenWidth() throws(KernelError) -> Int {
    let width = integer("width")
    guard width.isMultiple(of: 2) || !boolean("init.antisymmetric") else {
      throw KernelError(
        .parameter, "initialising \(width) neurons: an antisymmetric start doubles neurons",
        remedy: "Choose an even width, or set init.antisymmetric to false.")
    }
    return width
  }
}
