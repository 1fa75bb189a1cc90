import CatalogStore
import Planning
import Protocol
import Testing

@testable import Diagrams

@Suite struct HeatmapDataTests {
  private static let plane = [
    TableFixture.axis("a", [0, 1, 2]), TableFixture.axis("b", [0, 1]),
  ]

  @Test(arguments: [
    (DiagramRequest.Summary.mean, 3.0), (.median, 2), (.minimum, 1), (.maximum, 6),
  ])
  func `replicates become one number`(summary: DiagramRequest.Summary, expected: Double) throws {
    let table = TableFixture.grid(HeatmapDataTests.plane, replicates: 3) { _, replicate in
      .score([1, 2, 6][Int(replicate)])
    }
    var request = TableFixture.request()
    request.replicates = summary
    #expect(try TableFixture.data(table, request).cell(1, 1)?.value == expected)
  }

  @Test func `cells stand row by row from the bottom`() throws {
    let table = TableFixture.grid(HeatmapDataTests.plane) { point, _ in
      .score(point[0] + 10 * point[1])
    }
    let data = try TableFixture.data(table)
    #expect(data.panels[0].cells.map { $0?.value } == [0, 1, 2, 10, 11, 12])
  }

  @Test func `a cell with some replicates keeps its number and says what the others are`() throws {
    let table = TableFixture.grid(HeatmapDataTests.plane, replicates: 3) { _, replicate in
      replicate == 0 ? .score(5) : replicate == 1 ? .missing : .diverged
    }
    let cell = try #require(try TableFixture.data(table).cell(0, 0))
    #expect(cell.value == 5 && cell.replicates == 1 && cell.state == .value)
    #expect(cell.shortfall == .diverged)
    #expect(cell.counts == OutcomeCounts(completed: 1, diverged: 1, missing: 1))
  }

  @Test func `what is not asked for differs from what is missing`() throws {
    let table = TableFixture.grid(HeatmapDataTests.plane) { point, _ in
      switch (point[0], point[1]) {
      case (0, 0): .notInGrid
      case (1, 0): .missing
      case (2, 0): .diverged
      case (0, 1): .failed
      case (1, 1): .score(.nan)
      default: .score(1)
      }
    }
    let data = try TableFixture.data(table)
    let states = data.panels[0].cells.map { $0?.state }
    #expect(states == [nil, .missing, .diverged, .failed, .undefined, .value])
  }

  @Test func `values without any cell leave the axis`() throws {
    let table = TableFixture.grid(HeatmapDataTests.plane) { point, _ in
      point[0] == 1 ? .notInGrid : .score(1)
    }
    #expect(try TableFixture.data(table).x.values == [.real(0), .real(2)])
  }

  @Test func `an axis that is held at one value shows that value alone`() throws {
    let axes = HeatmapDataTests.plane + [TableFixture.axis("width", [10, 20])]
    let table = TableFixture.grid(axes) { point, _ in .score(point[2]) }
    var request = TableFixture.request()
    request.fixed = ["width": .integer(20)]
    let data = try TableFixture.data(table, request)
    #expect(data.cell(0, 0)?.value == 20)
    #expect(data.remarks.first == "m = 20")
  }

  @Test func `axes that move together need no reduction`() throws {
    let axes = HeatmapDataTests.plane + [TableFixture.axis("width", [0, 1, 2])]
    let table = TableFixture.grid(axes) { point, _ in
      point[2] == point[0] ? .score(point[0]) : .notInGrid
    }
    #expect(try TableFixture.data(table).cell(2, 0)?.value == 2)
  }

  @Test func `a mask mutes the cells where it is true`() throws {
    let table = TableFixture.grid(HeatmapDataTests.plane) { point, _ in
      .numbers(point[0], point[0])
    }
    let data = try TableFixture.data(table, TableFixture.request(mask: "loss < 0.5 or b == 1"))
    #expect(data.panels[0].cells.map { $0?.isMasked } == [true, false, false, true, true, true])
  }

  @Test func `several colours share one range`() throws {
    let table = TableFixture.grid(HeatmapDataTests.plane) { point, _ in
      .numbers(point[0], 10 * point[0])
    }
    var request = TableFixture.request()
    request.color = ["score", "loss"]
    let data = try TableFixture.data(table, request)
    #expect(data.panels.map(\.measure) == ["score", "loss"])
    #expect(data.range?.lower == 0 && data.range?.upper == 20)
  }

  @Test func `the words say measure, reductions and units`() throws {
    let axes = HeatmapDataTests.plane + [TableFixture.axis("width", [1, 2])]
    let table = TableFixture.grid(axes) { _, _ in .numbers(1, 1) }
    var request = TableFixture.request(reduce: [.init(axis: "width", by: .logLogSlope)])
    request.contour = DiagramRequest.Contour(level: -0.5)
    let data = try TableFixture.data(table, request)
    #expect(data.rangeLabel == "slope of log score S over log m")
    #expect(data.contourLabel == "slope = −0.5")
    #expect(data.y.title == "β (h)")
  }

  @Test(arguments: [(-1.0, "score S > −1 everywhere"), (9, "score S < 9 everywhere"), (0.5, nil)])
  func `a contour that crosses no cell is told of`(level: Double, words: String?) throws {
    let table = TableFixture.grid(HeatmapDataTests.plane) { point, _ in .score(point[0]) }
    var request = TableFixture.request()
    request.contour = DiagramRequest.Contour(level: level)
    let data = try TableFixture.data(table, request)
    #expect(data.panels[0].contours.isEmpty == (words != nil))
    #expect(data.remarks.last { $0.contains("everywhere") } == words)
  }

  @Test func `rows in another order give the same data`() throws {
    let axes = HeatmapDataTests.plane + [TableFixture.axis("width", [1, 2, 3])]
    var table = TableFixture.grid(axes, replicates: 3) { point, replicate in
      .score(0.1 * point[0] + 0.7 * point[2] / (1 + Double(replicate)))
    }
    let request = TableFixture.request(reduce: [.init(axis: "width", by: .mean)])
    let straight = HeatmapDiagram(
      try TableFixture.data(table, request), provenance: TableFixture.provenance)
    table.rows.reverse()
    let reversed = HeatmapDiagram(
      try TableFixture.data(table, request), provenance: TableFixture.provenance)
    #expect(straight.table() == reversed.table())
  }
}
