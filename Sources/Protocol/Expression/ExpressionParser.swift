/// Turns the tokens of an expression into a program, operator by operator.
///
/// From loose to tight: `or`, `and`, `not`, comparison and `in`, `+ -`, `* /`, minus sign, `^`
/// (which binds to the right).
struct ExpressionParser {
  private enum Precedence: Int, Comparable {
    case or = 1, and, not, comparison, sum, product, sign, power

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }
  }

  private let text: String
  private var lexer: ExpressionLexer
  private var token = ExpressionToken.end
  private var column = 1
  private var program = ExpressionProgram()

  static func parse(_ text: String) throws(ExpressionError) -> ExpressionProgram {
    var parser = ExpressionParser(text)
    try parser.advance()
    try parser.expression(.or, depth: 0)
    guard parser.token == .end else {
      throw parser.failure(
        "an operator was expected instead of \(parser.token.shown)",
        remedy: "Join the parts by an operator such as 'and' or '+'.")
    }
    return parser.program
  }

  private init(_ text: String) {
    self.text = text
    lexer = ExpressionLexer(text)
  }

  private func failure(_ problem: String, remedy: String) -> ExpressionError {
    ExpressionError(.syntax, in: text, at: column, problem, remedy: remedy)
  }

  private mutating func advance() throws(ExpressionError) {
    (token, column) = try lexer.next()
  }

  private mutating func take(_ sign: String) throws(ExpressionError) -> Bool {
    guard token == .sign(sign) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ sign: String) throws(ExpressionError) {
    guard try take(sign) else {
      throw failure("'\(sign)' was expected instead of \(token.shown)", remedy: "Add '\(sign)'.")
    }
  }

  private mutating func expression(
    _ loosest: Precedence, depth: Int
  ) throws(ExpressionError) {
    guard depth < Expression.depthMax else {
      throw ExpressionError(
        .limit, in: text, at: column,
        "the expression is nested deeper than \(Expression.depthMax) levels",
        remedy: "Split it into several.")
    }
    try operand(loosest, depth: depth)
    while case .sign(let sign) = token {
      let start = column
      switch sign {
      case "or" where loosest <= .or:
        try junction(.orElse(end: 0), tighter: .and, depth: depth)
      case "and" where loosest <= .and:
        try junction(.andThen(end: 0), tighter: .not, depth: depth)
      case "in" where loosest <= .comparison:
        try membership(at: start, depth: depth)
        try refuseChain()
      case "not" where loosest <= .comparison:
        try advance()
        guard token == .sign("in") else {
          throw failure(
            "'in' was expected after 'not' instead of \(token.shown)",
            remedy: "Write 'not in [..]', or 'and not' before a condition.")
        }
        try membership(at: start, depth: depth)
        program.append(.not, at: start)
        try refuseChain()
      default:
        if let comparison = ExpressionComparison(rawValue: sign), loosest <= .comparison {
          try binary(.comparison(comparison), tighter: .sum, depth: depth)
          try refuseChain()
        } else if let arithmetic = ExpressionArithmetic(rawValue: sign),
          let tighter = ExpressionParser.tighter(than: arithmetic, loosest)
        {
          try binary(.arithmetic(arithmetic), tighter: tighter, depth: depth)
        } else {
          return
        }
      }
    }
  }

  /// What the right side of an arithmetic operator may hold; `nil` where the operator binds looser
  /// than what is being read.
  private static func tighter(
    than arithmetic: ExpressionArithmetic, _ loosest: Precedence
  ) -> Precedence? {
    switch arithmetic {
    case .add, .subtract: loosest <= .sum ? .product : nil
    case .multiply, .divide: loosest <= .product ? .sign : nil
    case .power: .power
    }
  }

  private mutating func junction(
    _ instruction: ExpressionInstruction, tighter: Precedence, depth: Int
  ) throws(ExpressionError) {
    let index = program.open(instruction, at: column)
    try advance()
    try expression(tighter, depth: depth + 1)
    program.close(index)
  }

  private mutating func binary(
    _ instruction: ExpressionInstruction, tighter: Precedence, depth: Int
  ) throws(ExpressionError) {
    let start = column
    try advance()
    try expression(tighter, depth: depth + 1)
    program.append(instruction, at: start)
  }

  private mutating func membership(at start: Int, depth: Int) throws(ExpressionError) {
    try advance()
    try expect("[")
    let count = try list(until: "]", countMax: Expression.listCountMax, depth: depth)
    program.append(.member(count: count), at: start)
  }

  private func refuseChain() throws(ExpressionError) {
    guard case .sign(let sign) = token,
      sign == "in" || ExpressionComparison(rawValue: sign) != nil
    else { return }
    throw failure(
      "comparisons cannot be chained", remedy: "Write them apart: 'a < b and b < c'.")
  }

  /// Expressions between commas, at least one, up to a closing bracket that is taken too.
  private mutating func list(
    until close: String, countMax: Int, depth: Int
  ) throws(ExpressionError) -> Int {
    var count = 0
    repeat {
      try expression(.or, depth: depth + 1)
      count += 1
      guard count <= countMax else {
        throw ExpressionError(
          .limit, in: text, at: column, "the list has more than \(countMax) values",
          remedy: "Write a shorter list.")
      }
    } while try take(",")
    try expect(close)
    return count
  }

  private mutating func operand(_ loosest: Precedence, depth: Int) throws(ExpressionError) {
    let start = column
    switch token {
    case .number(let value):
      program.append(.number(value), at: start)
      try advance()
    case .text(let literal):
      program.append(literal: literal, at: start)
      try advance()
    case .name(let name):
      try advance()
      if token == .sign("(") {
        try call(name, at: start, depth: depth)
      } else {
        program.append(name: name, at: start)
      }
    case .sign("true"), .sign("false"):
      program.append(.boolean(token == .sign("true")), at: start)
      try advance()
    case .sign("("):
      try advance()
      try expression(.or, depth: depth + 1)
      try expect(")")
    case .sign("-"):
      try advance()
      try expression(.sign, depth: depth + 1)
      program.append(.negate, at: start)
    case .sign("not") where loosest <= .not:
      try advance()
      try expression(.not, depth: depth + 1)
      program.append(.not, at: start)
    default:
      throw failure(
        "a value was expected instead of \(token.shown)",
        remedy: "Write a name, a number, a quoted text or a part in parentheses.")
    }
  }

  private mutating func call(
    _ name: String, at start: Int, depth: Int
  ) throws(ExpressionError) {
    guard let function = ExpressionFunction(rawValue: name) else {
      let known = ExpressionFunction.allCases.map(\.rawValue)
      let nearest = nearestName(to: name, among: known)
      throw ExpressionError(
        .name, in: text, at: start, "there is no function '\(name)'",
        remedy: nearest.map { "Did you mean '\($0)'?" }
          ?? "Use one of \(known.joined(separator: ", ")).")
    }
    try advance()
    let count = try list(until: ")", countMax: function.argumentCounts.upperBound, depth: depth)
    program.append(.call(function, count: count), at: start)
  }
}
