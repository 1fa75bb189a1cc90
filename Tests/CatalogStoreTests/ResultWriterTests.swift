import CatalogStore
import Planning
import Protocol
import Testing

@Suite struct ResultWriterTests {
  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("return\r", "\"return\r\""), ("", ""), ("é λ", "é λ"),
  ])
  func `a csv field is quoted where a reader could mistake it`(
    text: String, field: String
  ) throws {
    var writer = ResultWriter(format: .csv, axes: [axis(text)], measures: [])
    try writer.append(row(text))
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\(field),0,,\n")
  }

  @Test func `a name that needs it is quoted in the heading`() {
    let axis = Axis(name: "a,b", values: [.integer(1)], scale: .linear)
    var writer = ResultWriter(format: .csv, axes: [axis], measures: ["m"])
    writer.begin()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"a,b\",replicate,outcome,stop,m\n")
  }

  @Test func `bytes may be taken between rows`() throws {
    var writer = ResultWriter(format: .json, axes: [axis("x")], measures: [])
    var text = ""
    writer.begin()
    for _ in 0..<2 {
      try writer.append(row("x"))
      text += String(decoding: writer.bytes, as: UTF8.self)
      writer.bytes.removeAll()
    }
    writer.end()
    text += String(decoding: writer.bytes, as: UTF8.self)
    #expect(try JSONValue(parsing: text).array?.count == 2)
  }

  @Test func `a table that was not measured is as wide as its heading`() throws {
    var writer = ResultWriter(format: .table, axes: [axis("long text")], measures: [])
    writer.begin()
    try writer.append(row("x"))
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "mode  replicate  outcome  stop\nx             0\n")
  }

  private func axis(_ text: String) -> Axis {
    Axis(name: "mode", values: [.text(text)], scale: .categorical)
  }

  private func row(_ text: String) throws -> ResultRow {
    let key = try #require(TrialKey(bytes: [UInt8](repeating: 7, count: 32)))
    return ResultRow(
      cell: 0, values: [.text(text)], replicate: 0, key: key, outcome: nil, numbers: [])
  }
}
