import Protocol
import Testing

@testable import Diagrams

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.001, "0"), (12.3, "12.3"), (-7.046, "-7.05"), (100, "100"), (0.5, "0.5"),
  ])
  func `coordinates have at most two decimals`(value: Double, text: String) {
    #expect(NumberText.coordinate(value) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.1 + 0.2, "0.3"), (-1.23456, "−1.235"), (99999, "100000"), (12345, "12350"),
    (0.00012344, "0.0001234"), (1.5e-7, "1.5e−7"), (-2e30, "−2e30"), (1e-300, "0"),
    (.infinity, "∞"), (.nan, "—"),
  ])
  func `numbers in words have four digits`(value: Double, text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test(arguments: [
    (ParameterValue.real(0.1), "0.1"), (.integer(-40), "−40"), (.text("pre"), "pre"),
    (.boolean(true), "true"), (.real(1.234567890123), "1.23456789012"),
  ])
  func `values of parameters are written in full`(value: ParameterValue, text: String) {
    #expect(NumberText.value(value) == text)
  }

  @Test(arguments: [
    ("plain", "plain"), ("a < b & \"c\"", "a &lt; b &amp; &quot;c&quot;"), ("γ′", "γ′"),
    ("bell\u{7}", "bell\u{fffd}"),
  ])
  func `text is escaped for XML`(text: String, escaped: String) {
    #expect(SVGWriter.escaped(text) == escaped)
  }

  @Test func `lines are broken at spaces and no wider than the limit`() {
    let text = "the relative distance of a averylongwordthatfitsonnoline over the width"
    let lines = TextMetrics.lines(of: text, size: 7, widthMax: 60)
    #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    #expect(lines.allSatisfy { TextMetrics.width(of: $0, size: 7) <= 60 })
  }

  @Test func `balanced lines are as few and shorter`() {
    let text = "slope of log relative distance of the input weights over log m"
    let plain = TextMetrics.lines(of: text, size: 7, widthMax: 150)
    let balanced = TextMetrics.balancedLines(of: text, size: 7, widthMax: 150)
    #expect(balanced.count == plain.count)
    #expect((balanced.last?.count ?? 0) > (plain.last?.count ?? 0))
  }
}
