/// One step of an expression's evaluation on a stack of values.
enum ExpressionInstruction: Hashable, Sendable {
  case number(Double)
  /// A text literal, by its position.
  case text(Int)
  case boolean(Bool)
  /// A name, by its position.
  case name(Int)
  case negate
  case arithmetic(ExpressionArithmetic)
  case comparison(ExpressionComparison)
  /// Whether the first of these values is among the others.
  case member(count: Int)
  case call(ExpressionFunction, count: Int)
  case not
  /// Where the top is false: stays false, and the right side is not looked at.
  case andThen(end: Int)
  /// Where the top is true: stays true, and the right side is not looked at.
  case orElse(end: Int)
  /// The right side of an `and` or `or` must be true or false.
  case truth

  /// Whether it puts a value on the stack and takes none.
  var isLeaf: Bool {
    switch self {
    case .number, .text, .boolean, .name: true
    default: false
    }
  }
}

enum ExpressionArithmetic: String, Hashable, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case power = "^"
}

enum ExpressionComparison: String, Hashable, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// What the parser makes of an expression: instructions in order, with what they point to.
///
/// Flat, so that neither evaluation nor destruction ever recurses, and small, so that a grid of
/// 10^6 cells can be asked.
struct ExpressionProgram: Hashable, Sendable {
  private(set) var instructions: [ExpressionInstruction] = []
  /// The column of each instruction's operator, from 1.
  private(set) var columns: [Int] = []
  private(set) var literals: [String] = []
  private(set) var references: [Expression.Reference] = []

  mutating func append(_ instruction: ExpressionInstruction, at column: Int) {
    instructions.append(instruction)
    columns.append(column)
  }

  mutating func append(literal: String, at column: Int) {
    append(.text(literals.count), at: column)
    literals.append(literal)
  }

  mutating func append(name: String, at column: Int) {
    let known = references.firstIndex { $0.name == name }
    if known == nil { references.append(Expression.Reference(name: name, column: column)) }
    append(.name(known ?? references.count - 1), at: column)
  }

  /// Puts an `and` or `or` where its left side ends; ``close(_:)`` says where the right one does.
  mutating func open(_ instruction: ExpressionInstruction, at column: Int) -> Int {
    append(instruction, at: column)
    return instructions.count - 1
  }

  mutating func close(_ index: Int) {
    append(.truth, at: columns[index])
    if case .andThen = instructions[index] {
      instructions[index] = .andThen(end: instructions.count)
    } else {
      instructions[index] = .orElse(end: instructions.count)
    }
  }
}
