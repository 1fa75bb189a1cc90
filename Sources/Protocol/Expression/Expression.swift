/// A condition or formula over parameters and measures, in the one grammar that sweep files, the
/// command line and the studies share.
///
/// ```swift
/// let condition = try Expression(parsing: "width >= 1000 and mode in ['none', 'drop']")
/// let holds = try condition.isTrue { name in
///   name == "width" ? .number(2000) : .text("none")
/// }
/// ```
///
/// A measure that a trial does not have is *missing*: a lookup gives `nil` or NaN for it.
/// Arithmetic with it is missing too; a comparison with it is false, `!=` and `in` included; and
/// where true or false is asked for, it is false. `docs/EXPRESSIONS.md` has the grammar.
public struct Expression: Hashable, Sendable {
  /// A name that an expression uses.
  public struct Reference: Hashable, Sendable {
    /// The name, dotted or not.
    public let name: String
    /// Where it stands first, in characters from 1.
    public let column: Int
  }

  /// The most characters that an expression may have.
  public static let characterCountMax = 4096
  /// The most levels of parentheses, signs and operators that wait for each other.
  public static let depthMax = 64
  /// The most values in a list.
  public static let listCountMax = 256

  /// The expression as it was written.
  public let text: String
  let program: ExpressionProgram

  /// Reads an expression.
  /// - Parameter text: The expression, at most ``characterCountMax`` characters.
  /// - Throws: ``ExpressionError`` `expression.syntax` with the column and what was expected there,
  ///   `expression.unknown-name` for an unknown function, `expression.limit` for one that is too
  ///   long or too deep.
  public init(parsing text: String) throws(ExpressionError) {
    guard text.unicodeScalars.count <= Expression.characterCountMax else {
      throw ExpressionError(
        .limit, in: text, at: Expression.characterCountMax + 1,
        "the expression has more than \(Expression.characterCountMax) characters",
        remedy: "Write a shorter one.")
    }
    self.text = text
    program = try ExpressionParser.parse(text)
  }

  /// The names that it uses, each once, in the order of their first place.
  public var references: [Reference] { program.references }

  /// The names that it uses.
  public var names: Set<String> { Set(references.map(\.name)) }

  /// The text literals that a name is compared with, for those who know which words it may be.
  public var comparedTexts: [(name: String, text: String, column: Int)] {
    var found: [(name: String, text: String, column: Int)] = []
    let instructions = program.instructions
    for (index, instruction) in instructions.enumerated() {
      let count: Int
      switch instruction {
      case .comparison: count = 2
      case .member(let members): count = members + 1
      default: continue
      }
      guard index >= count, case .name(let name) = instructions[index - count] else { continue }
      let operands = (index - count + 1)..<index
      guard operands.allSatisfy({ instructions[$0].isLeaf }) else { continue }
      for operand in operands {
        guard case .text(let literal) = instructions[operand] else { continue }
        found.append(
          (references[name].name, program.literals[literal], program.columns[operand]))
      }
    }
    return found
  }

  /// What an unknown name is told: its place, and the nearest of the known ones.
  public func unknownName(_ reference: Reference, known: some Sequence<String>) -> ExpressionError {
    let nearest = nearestName(to: reference.name, among: known)
    return ExpressionError(
      .name, in: text, at: reference.column, "unknown name '\(reference.name)'",
      remedy: nearest.map { "Did you mean '\($0)'?" }
        ?? "Use a name that is known here; put words in quotes.")
  }
}
