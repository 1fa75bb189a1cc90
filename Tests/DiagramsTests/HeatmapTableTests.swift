import Foundation
import Planning
import Protocol
import Testing

@testable import Diagrams

@Suite struct HeatmapTableTests {
  private static let word = "both, \"in quotes\"\nand lines"

  /// A table with a field that needs every kind of quoting.
  private var table: String {
    get throws {
      let axes = [
        TableFixture.axis("a", ["plain", HeatmapTableTests.word]),
        TableFixture.axis("b", [0.1 + 0.2]),
      ]
      let data = try TableFixture.data(
        TableFixture.table(axes, replicates: 2) { _, replicate in
          replicate == 0 ? .score(1.0 / 3.0) : .score(1)
        })
      return HeatmapDiagram(data, provenance: TableFixture.provenance).table()
    }
  }

  @Test func `a row has the cell's numbers in full`() throws {
    let lines = try table.split(separator: "\n")
    #expect(
      lines[0]
        == "a,b,measure,value,replicates,spread,completed,diverged,failed,missing,masked")
    #expect(
      lines[1]
        == "plain,0.30000000000000004,score,0.6666666666666666,2,0.4714045207910317,2,0,0,0,false")
  }

  @Test func `fields with commas, quotation marks and line feeds are quoted`() throws {
    let quoted = "\"both, \"\"in quotes\"\"\nand lines\""
    #expect(try table.contains("\n\(quoted),0.30000000000000004,score,"))
  }

  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: python != nil, "Python is not installed"))
  func `Python reads the table back`() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("phasegrid-table-\(UUID().uuidString).csv")
    try Data(try table.utf8).write(to: file)
    let program = """
      import csv, sys
      rows = list(csv.reader(open(sys.argv[1], newline="")))
      assert all(len(row) == 11 for row in rows), rows
      assert rows[2][0] == sys.argv[2], rows[2]
      assert float(rows[2][1]) == 0.1 + 0.2
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(HeatmapTableTests.python))
    process.arguments = ["-c", program, file.path, HeatmapTableTests.word]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    try FileManager.default.removeItem(at: file)
  }

  @Test func `a parameter called like a column does not hide it`() throws {
    let axes = [TableFixture.axis("value", [1]), TableFixture.axis("b", [2])]
    var request = TableFixture.request()
    request.x = "value"
    let data = try TableFixture.data(TableFixture.grid(axes) { _, _ in .score(1) }, request)
    let table = HeatmapDiagram(data, provenance: TableFixture.provenance).table()
    #expect(table.hasPrefix("x,b,measure,value,"))
  }
}
