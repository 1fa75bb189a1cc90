/// What an expression is made of and what it comes to.
public enum ExpressionValue: Hashable, Sendable {
  /// A number; NaN counts as missing.
  case number(Double)
  /// Text.
  case text(String)
  /// True or false.
  case boolean(Bool)

  /// The value of a parameter.
  public init(_ value: ParameterValue) {
    switch value {
    case .integer(let integer): self = .number(Double(integer))
    case .real(let real): self = .number(real)
    case .text(let text): self = .text(text)
    case .boolean(let boolean): self = .boolean(boolean)
    }
  }

  /// The type.
  public var type: ExpressionType {
    switch self {
    case .number: .number
    case .text: .text
    case .boolean: .boolean
    }
  }
}

/// The type of a value in an expression.
public enum ExpressionType: String, Hashable, Sendable {
  /// A number.
  case number
  /// Text.
  case text
  /// True or false.
  case boolean

  /// The type that values of a parameter have.
  public init(_ type: ParameterType) {
    switch type {
    case .integer, .real: self = .number
    case .choice, .text, .file: self = .text
    case .boolean: self = .boolean
    }
  }

  /// The type as a sentence names it.
  public var name: String {
    switch self {
    case .number: "a number"
    case .text: "text"
    case .boolean: "true or false"
    }
  }
}
