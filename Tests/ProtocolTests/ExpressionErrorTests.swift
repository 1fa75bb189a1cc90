import Protocol
import TestSupport
import Testing

@Suite struct ExpressionErrorTests {
  @Test(arguments: [
    ("", 1, "value was expected"), ("1 +", 4, "value was expected"), ("(1", 3, "')' was expected"),
    ("1 2", 3, "operator was expected"), ("a >> b", 4, "value was expected"),
    ("a && b", 3, "'&' is no operator"), ("a || b", 3, "'|' is no operator"),
    ("a = 1", 3, "'=' is no operator"), ("!a", 1, "'!' is no operator"),
    ("1 < a < 2", 7, "cannot be chained"), ("a in 3", 6, "'[' was expected"),
    ("a in []", 7, "value was expected"), ("a not 3", 7, "'in' was expected"),
    ("'abc", 1, "does not end"), ("a ** 2", 3, "'**' is no operator"), ("2x", 2, "followed by"),
    ("1.2.3", 4, "followed by"), ("a <> b", 3, "'<>' is no operator"), ("a in {1}", 6, "bracket"),
    ("a + \u{00e9}", 5, "U+E9"), ("1e999", 1, "too large"), ("a, b", 2, "operator was expected"),
    ("min()", 5, "value was expected"), ("and", 1, "value was expected"), ("a.", 2, "U+2E"),
    ("#", 1, "U+23"), ("a == not b", 6, "value was expected"),
  ])
  func `a text that is no expression is refused with its column`(
    text: String, column: Int, words: String
  ) {
    let error = #expect(throws: ExpressionError.self) { try Expression(parsing: text) }
    #expect(error?.kind == .syntax)
    #expect(error?.column == column)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("1 + 'a'", 3), ("mode + 1", 6), ("not 1", 1), ("1 and true", 3), ("false or 1", 7),
    ("mode < 'x'", 6), ("mode == 1", 6), ("true < false", 6), ("a in [1, 'x']", 3),
    ("sqrt('x')", 1), ("-mode", 1),
  ])
  func `a type error is found without values and with them`(text: String, column: Int) throws {
    let expression = try Expression(parsing: text)
    let early = #expect(throws: ExpressionError.self) {
      try expression.type { $0 == "mode" ? .text : .number }
    }
    #expect(early?.kind == .type)
    #expect(early?.column == column)
    let late = #expect(throws: ExpressionError.self) {
      try expression.evaluate { $0 == "mode" ? .text("x") : .number(7) }
    }
    #expect(late == early)
  }

  @Test func `a number is no condition`() throws {
    let expression = try Expression(parsing: "a + 1")
    #expect(throws: ExpressionError.self) { try expression.isTrue { _ in .number(1) } }
  }

  @Test func `an unknown function is told its nearest name`() {
    let error = #expect(throws: ExpressionError.self) { try Expression(parsing: "1 + sqr(2)") }
    #expect(error?.kind == .name)
    #expect(error?.column == 5)
    #expect(error?.remedy.contains("'sqrt'") == true)
  }

  @Test func `an unknown name is told its nearest name`() throws {
    let expression = try Expression(parsing: "1 + init.gama")
    let error = expression.unknownName(
      expression.references[0], known: ["init.gamma", "init.gammaPrime", "width"])
    #expect(error.kind == .name)
    #expect(error.column == 5)
    #expect(error.remedy.contains("'init.gamma'"))
  }

  @Test func `a text that is too long is refused`() {
    let text = "a" + String(repeating: " + a", count: 2000)
    #expect(throws: ExpressionError.self) { try Expression(parsing: text) }
  }

  @Test(arguments: ["(", "-", "not ", "1 ^ ", "abs(", "a in ["])
  func `a text that is nested too deeply is refused`(piece: String) {
    let text = String(repeating: piece, count: 500)
    let error = #expect(throws: ExpressionError.self) { try Expression(parsing: text) }
    #expect(error?.kind == .limit)
  }

  @Test func `a long chain of one operator is no depth`() throws {
    let expression = try Expression(parsing: "a" + String(repeating: "+a", count: 2000))
    #expect(try expression.evaluate { _ in .number(1) } == .number(2001))
  }

  @Test func `a list with too many values is refused`() {
    let list = (0...Expression.listCountMax).map { String($0) }.joined(separator: ",")
    let error = #expect(throws: ExpressionError.self) {
      try Expression(parsing: "a in [\(list)]")
    }
    #expect(error?.kind == .limit)
  }

  @Test func `the message shows no control characters`() {
    let error = #expect(throws: ExpressionError.self) {
      try Expression(parsing: "a \u{1b}[31m")
    }
    #expect(error?.message.unicodeScalars.contains("\u{1b}") == false)
  }

  @Test(arguments: 0..<20)
  func `no sequence of tokens traps, and a checked expression throws nothing`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "a", "mode", "on", "lost", "1", "2.5", "'x'", "true", "and", "or", "not", "in", "(", ")",
      "[", "]", ",", "+", "-", "*", "/", "^", "==", "!=", "<", "<=", ">", ">=", "min", "abs", "=",
      "\u{00e9}", "'", ".", "e",
    ]
    let types: [String: ExpressionType] = [
      "a": .number, "mode": .text, "on": .boolean, "lost": .number,
    ]
    let values: [String: ExpressionValue] = [
      "a": .number(2), "mode": .text("x"), "on": .boolean(false),
    ]
    var readCount = 0
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined(separator: " ")
      guard let expression = try? Expression(parsing: text) else { continue }
      readCount += 1
      guard (try? expression.type { types[$0] }) != nil else {
        _ = try? expression.evaluate { values[$0] }
        continue
      }
      #expect(throws: Never.self, "\(text)") { try expression.evaluate { values[$0] } }
    }
    #expect(readCount > 100)
  }

  @Test(arguments: 0..<10)
  func `no bytes trap`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? Expression(parsing: String(decoding: bytes, as: UTF8.self))
    }
  }
}
