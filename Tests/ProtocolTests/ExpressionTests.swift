import Protocol
import TestSupport
import Testing

/// What the names of the expressions below stand for; `loss` is missing, `rate` is NaN.
private func lookUp(_ name: String) -> ExpressionValue? {
  switch name {
  case "width": .number(1000)
  case "init.gamma": .number(0.5)
  case "a": .number(3)
  case "mode": .text("drop")
  case "on": .boolean(true)
  case "rate": .number(.nan)
  default: nil
  }
}

private func value(_ text: String) throws -> ExpressionValue? {
  try Expression(parsing: text).evaluate(lookUp)
}

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 - 2 - 1", 4), ("8 / 4 / 2", 1),
    ("2 ^ 3 ^ 2", 512), ("-2 ^ 2", -4), ("2 ^ -1", 0.5), ("2 * -3", -6), ("--a", 3),
    ("1e3 + .5", 1000.5), ("1.5E-1", 0.15), ("4 * width", 4000), ("init.gamma * 2", 1),
    ("abs(-2)", 2), ("min(3, 1, 2)", 1), ("max(a)", 3), ("sqrt(16)", 4), ("log10(1000)", 3),
    ("log(exp(1))", 1), ("floor(-1.5)", -2), ("ceil(1.2)", 2), ("round(2.5)", 3),
    ("round(-2.5)", -3), ("min(a, width) ^ 2 + 1", 10),
  ])
  func `arithmetic follows the usual precedence`(text: String, number: Double) throws {
    guard case .number(let found)? = try value(text) else {
      Issue.record("\(text) has no number")
      return
    }
    #expect(abs(found - number) <= 1e-12 * abs(number))
  }

  @Test(arguments: [
    "width >= 1000 and mode == 'drop'", "width > 1 or nothing > 1", "not width < 1000",
    "mode in ['none', \"drop\"]", "a not in [1, 2]", "not (a in [1, 2])", "on and a == 3",
    "on == true", "on != false", "a != 4", "1 < 2", "false or true", "not false and true",
    "a + 1 in [2 * 2]", "mode != 'none'", "a == 3 and not mode == 'none' or false",
  ])
  func `true conditions are true`(text: String) throws {
    #expect(try Expression(parsing: text).isTrue(lookUp))
  }

  @Test(arguments: [
    "loss < 1", "loss >= 1", "loss == loss", "loss != 1", "rate != 1", "rate == rate",
    "loss in [1, 2]", "1 in [loss]", "loss + 1 > 0", "sqrt(-1) < 1", "0 / 0 == 0",
    "not (loss < 1) and loss < 1", "unknownFlag", "max(loss, 1) > 0", "1 ^ rate == 1",
    "rate ^ 0 == 1",
  ])
  func `what depends on a missing value is not true`(text: String) throws {
    #expect(try !Expression(parsing: text).isTrue(lookUp))
  }

  @Test func `the right side is not evaluated where the left decides`() throws {
    let asked = try Expression(parsing: "a == 3 or forbidden > 1").isTrue { name in
      #expect(name != "forbidden")
      return lookUp(name)
    }
    #expect(asked)
  }

  @Test func `names are listed once in the order of their first place`() throws {
    let expression = try Expression(parsing: "b.c > a and a < 2 * b.c + max(d, 1)")
    #expect(expression.references.map(\.name) == ["b.c", "a", "d"])
    #expect(expression.references.map(\.column) == [1, 7, 31])
    #expect(expression.names == ["a", "b.c", "d"])
  }

  @Test func `texts that a name is compared with are listed`() throws {
    let expression = try Expression(parsing: "mode == 'x' and kind in ['y', 2] or 1 + a > 2")
    #expect(expression.comparedTexts.map(\.name) == ["mode", "kind"])
    #expect(expression.comparedTexts.map(\.text) == ["x", "y"])
    #expect(expression.comparedTexts.map(\.column) == [9, 26])
  }

  @Test(arguments: [
    ("width + 1", ExpressionType.number), ("width > 1", .boolean), ("mode", .text),
    ("not on", .boolean), ("width in [1]", .boolean), ("on and width > 1", .boolean),
  ])
  func `the type is known without values`(text: String, type: ExpressionType) throws {
    let found = try Expression(parsing: text).type { lookUp($0)?.type }
    #expect(found == type)
  }

  @Test func `many evaluations agree with the formula`() throws {
    let expression = try Expression(parsing: "2 * a + 1 > width and mode != 'none'")
    var count = 0
    for step in 0..<100_000 {
      let holds = try expression.isTrueByPosition({ position in
        position == 0 ? .number(Double(step)) : position == 1 ? .number(1000) : .text("drop")
      })
      if holds { count += 1 }
    }
    #expect(count == 99_500)
  }
}
