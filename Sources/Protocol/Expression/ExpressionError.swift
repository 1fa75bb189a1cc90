/// Why an expression cannot be read, or cannot be evaluated.
public struct ExpressionError: Diagnosable, Hashable {
  /// The stable names of the errors of expressions.
  public struct Code: Hashable, Sendable {
    /// The dotted name.
    public let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// The text does not follow the grammar.
    public static let syntax = Code("expression.syntax")
    /// An operator was given a value of a type that it does not take.
    public static let type = Code("expression.type")
    /// A name is not known where the expression stands.
    public static let name = Code("expression.unknown-name")
    /// The text is longer, or nested deeper, than an expression may be.
    public static let limit = Code("expression.limit")
  }

  /// Which error it is.
  public let kind: Code
  /// The whole expression.
  public let text: String
  /// The character at which it is, from 1.
  public let column: Int
  /// What was expected there, without the place.
  public let problem: String
  /// What to do about it.
  public let remedy: String

  /// The dotted name.
  public var code: String { kind.rawValue }
  /// The problem with its place and the expression.
  public var message: String { "\(problem) at column \(column) of \"\(shownText)\"" }
  /// An expression is written by the user: in a file that says so itself, else on the command line.
  public var exitStatus: ExitStatus { .usage }

  init(_ kind: Code, in text: String, at column: Int, _ problem: String, remedy: String) {
    self.kind = kind
    self.text = text
    self.column = column
    self.problem = problem
    self.remedy = remedy
  }

  /// The expression, cut where it would fill the screen, without characters that would move about.
  private var shownText: String {
    let shown = text.unicodeScalars.prefix(200).map { scalar in
      scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
    return shown.joined() + (text.unicodeScalars.count > 200 ? "..." : "")
  }
}
