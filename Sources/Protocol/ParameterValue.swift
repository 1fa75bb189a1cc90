/// The value of a parameter in one trial.
public enum ParameterValue: Hashable, Sendable {
  /// A whole number.
  case integer(Int64)
  /// A real number, finite.
  case real(Double)
  /// One of the words that a choice allows, or free text.
  case text(String)
  /// True or false.
  case boolean(Bool)

  /// The one way to write this value: what the trial key is made of and what tables show.
  ///
  /// Reals are the shortest digits that give the same Double back; text is as it is.
  public var canonicalText: String {
    switch self {
    case .integer(let value): String(value)
    case .real(let value): value == 0 ? "0.0" : String(value)
    case .text(let value): value
    case .boolean(let value): value ? "true" : "false"
    }
  }

  /// The number, for integers and reals.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .text, .boolean: nil
    }
  }

  /// The whole number, for integers.
  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The text, for text.
  public var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// The truth value, for booleans.
  public var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }
}

/// The type of a parameter.
public enum ParameterType: Hashable, Sendable {
  /// A whole number.
  case integer
  /// A real number.
  case real
  /// One of these words.
  case choice([String])
  /// True or false.
  case boolean
  /// Free text.
  case text
  /// A file of the user, whose value is the SHA-256 of its content; empty for none.
  case file

  /// The type's name in `describe` and in messages.
  public var name: String {
    switch self {
    case .integer: "integer"
    case .real: "real"
    case .choice: "choice"
    case .boolean: "boolean"
    case .text: "text"
    case .file: "file"
    }
  }
}
