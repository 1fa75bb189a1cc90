import Protocol
import TestSupport
import Testing

@Suite struct JSONTests {
  @Test func `a document comes back as it was`() throws {
    let document: JSONValue = [
      "name": "γ′ \"quoted\" \\ \n\t\u{1}", "count": -3, "rate": .real(0.1), "none": .null,
      "flags": [true, false], "empty": [:], "list": [],
    ]
    #expect(try JSONValue(parsing: document.text) == document)
    #expect(try JSONValue(parsing: document.indentedText) == document)
  }

  @Test func `numbers keep every bit`() throws {
    for number in [0.1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 2.0 / 3.0] {
      let read = try JSONValue(parsing: JSONValue.real(number).text).number
      #expect(read?.bitPattern == number.bitPattern)
    }
  }

  @Test func `what is no number is written as null`() {
    #expect(JSONValue.array([.real(.nan), .real(.infinity)]).text == "[null,null]")
  }

  @Test func `escapes and surrogate pairs are read`() throws {
    #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\b""#).string == "é😀/\u{8}")
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\" 1}", "{\"a\":1,}", "nul", "01x", "\"\\u12\"", "\"\\ud800\"", "1 2",
    "\"a\nb\"", "--1", "1e999", "[", "\"abc", "{1:2}",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func `deep nesting is refused and not followed`() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func `random bytes never trap`() {
    var random = SeededGenerator(seed: 3)
    let alphabet = Array("{}[]\",:0123456789.eE+-truefalsn\\u \n".utf8) + [0xff, 0x80]
    for _ in 0..<20_000 {
      let count = Int.random(in: 0..<40, using: &random)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      _ = Result { try JSONValue(parsing: bytes) }
    }
  }
}
