/// What a word or sign of an expression is.
enum ExpressionToken: Hashable {
  case number(Double)
  case text(String)
  case name(String)
  /// A keyword, operator or bracket, as it is written.
  case sign(String)
  case end

  /// The token as a message shows it.
  var shown: String {
    switch self {
    case .number(let value): String(value)
    case .text(let text): "'\(text.prefix(40))'"
    case .name(let name): "'\(name.prefix(40))'"
    case .sign(let sign): "'\(sign)'"
    case .end: "the end"
    }
  }
}

/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
  static let keywords: Set<String> = ["and", "or", "not", "in", "true", "false"]

  private let text: String
  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  /// The next token with the column at which it starts.
  mutating func next() throws(ExpressionError) -> (ExpressionToken, Int) {
    while let scalar = peek(), scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
      position += 1
    }
    let column = position + 1
    guard let first = peek() else { return (.end, column) }
    if first.isNameStart { return (name(), column) }
    if first.isDecimalDigit || (first == "." && peek(1)?.isDecimalDigit == true) {
      return (try number(), column)
    }
    if first == "'" || first == "\"" { return (try quoted(first), column) }
    return (try sign(first), column)
  }

  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    position + distance < scalars.count ? scalars[position + distance] : nil
  }

  private func string(from start: Int) -> String {
    String(String.UnicodeScalarView(scalars[start..<position]))
  }

  private func failure(_ problem: String, at index: Int, remedy: String) -> ExpressionError {
    ExpressionError(.syntax, in: text, at: index + 1, problem, remedy: remedy)
  }

  private mutating func name() -> ExpressionToken {
    let start = position
    while let scalar = peek(),
      scalar.isNamePart || (scalar == "." && peek(1)?.isNamePart == true)
    {
      position += 1
    }
    let name = string(from: start)
    return ExpressionLexer.keywords.contains(name) ? .sign(name) : .name(name)
  }

  private mutating func number() throws(ExpressionError) -> ExpressionToken {
    let start = position
    skipDigits()
    if peek() == "." {
      position += 1
      skipDigits()
    }
    if peek() == "e" || peek() == "E" {
      let signed = peek(1) == "+" || peek(1) == "-"
      if peek(signed ? 2 : 1)?.isDecimalDigit == true {
        position += signed ? 2 : 1
        skipDigits()
      }
    }
    if let scalar = peek(), scalar.isNamePart || scalar == "." {
      throw failure(
        "'\(string(from: start))' is followed by '\(scalar)'", at: position,
        remedy: "Write a number, then an operator such as '*'.")
    }
    guard let value = Double(string(from: start)), value.isFinite else {
      throw failure(
        "'\(string(from: start))' is too large for a number", at: start,
        remedy: "Write a number below 1.8e308.")
    }
    return .number(value)
  }

  private mutating func skipDigits() {
    while peek()?.isDecimalDigit == true { position += 1 }
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(ExpressionError) -> ExpressionToken {
    let start = position
    position += 1
    while let scalar = peek() {
      position += 1
      guard scalar == quote else { continue }
      return .text(String(String.UnicodeScalarView(scalars[(start + 1)..<(position - 1)])))
    }
    throw failure(
      "the text that begins here does not end", at: start, remedy: "Close it with \(quote).")
  }

  private mutating func sign(_ first: Unicode.Scalar) throws(ExpressionError) -> ExpressionToken {
    let pair = String(first) + (peek(1).map { String($0) } ?? "")
    if ["==", "!=", "<=", ">="].contains(pair) {
      position += 2
      return .sign(pair)
    }
    switch first {
    case "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "<", ">":
      if let instead = ["**": "^", "<>": "!="][pair] {
        throw failure("'\(pair)' is no operator here", at: position, remedy: "Write '\(instead)'.")
      }
      position += 1
      return .sign(String(first))
    case "&", "|":
      throw failure(
        "'\(first)' is no operator here", at: position,
        remedy: "Write '\(first == "&" ? "and" : "or")'.")
    case "=":
      throw failure("'=' is no operator here", at: position, remedy: "Write '==' to compare.")
    case "!":
      throw failure("'!' is no operator here", at: position, remedy: "Write 'not'.")
    case "{", "}":
      throw failure(
        "'\(first)' is no bracket here", at: position,
        remedy: "Write a list in square brackets, for instance [1, 2].")
    default:
      throw failure(
        "the character U+\(String(first.value, radix: 16, uppercase: true)) was not expected",
        at: position, remedy: "Write names, numbers, quoted text and operators only.")
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isDecimalDigit: Bool { ("0"..."9").contains(self) }

  fileprivate var isNameStart: Bool {
    ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_"
  }

  fileprivate var isNamePart: Bool { isNameStart || isDecimalDigit }
}
