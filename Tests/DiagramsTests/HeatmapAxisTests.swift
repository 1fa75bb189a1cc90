import Planning
import Protocol
import Testing

@testable import Diagrams

@Suite struct HeatmapAxisTests {
  /// An axis whose values all have cells in the same places.
  private func full(_ values: [Double], _ scale: Axis.Scale = .linear) -> HeatmapAxis {
    HeatmapAxis(
      TableFixture.axis("a", values, scale), description: nil,
      cellsOfValues: values.map { _ in [0, 1] })
  }

  @Test func `whole numbers have no marks in between`() {
    let axis = HeatmapAxis(
      Axis(name: "depth", values: [2, 3, 4].map { .integer($0) }, scale: .linear),
      description: nil, cellsOfValues: [[0], [0], [0]])
    #expect(AxisTicks.ticks(of: axis, atMost: 20).map(\.label.text) == ["2", "3", "4"])
  }

  @Test func `unequal spacing is drawn true`() {
    #expect(full([0, 1, 3]).spans == [-0.5...0.5, 0.5...2, 2...4])
  }

  @Test func `edges of a logarithmic axis are halfway between the logarithms`() {
    let axis = full([1, 100, 10000], .logarithmic)
    #expect(axis.spacing == .logarithmic)
    #expect(axis.spans == [-1...1, 1...3, 3...5])
  }

  @Test func `listed numbers that grow by factors are logarithmic`() {
    #expect(full([1000, 5000, 10000, 20000, 40000]).spacing == .logarithmic)
  }

  @Test(arguments: [[0, 1, 2], [1, 2, 3, 4, 20], [0.5, 1, 1.5, 2, 5], [-1, 10, 100]])
  func `other numbers are linear`(values: [Double]) {
    #expect(full(values).spacing == .linear)
  }

  @Test func `words stand in bands of equal width`() {
    let axis = HeatmapAxis(
      TableFixture.axis("mode", ["none", "pre"]), description: nil, cellsOfValues: [[0], [0]])
    #expect(axis.spacing == .banded)
    #expect(axis.spans == [-0.5...0.5, 0.5...1.5])
  }

  @Test func `an axis of one number is a band`() {
    #expect(full([7]).spacing == .banded)
  }

  @Test func `points beside a grid keep the usual width and leave the gap empty`() {
    // The grid of D1: nine values with nine rows each, and two with the middle row alone.
    let values = [0.5] + (0...8).map { 0.6 + 0.1 * Double($0) } + [1.75]
    let rows = Set(0..<9)
    let cells = values.map { [0.5, 1.75].contains($0) ? [4] : rows }
    let axis = HeatmapAxis(
      TableFixture.axis("a", values), description: nil, cellsOfValues: cells)
    #expect(abs(axis.spans[0].lowerBound - 0.45) < 1e-12)
    #expect(abs(axis.spans[0].upperBound - 0.55) < 1e-12)
    #expect(abs(axis.spans[9].upperBound - 1.45) < 1e-12)
    #expect(abs(axis.spans[10].lowerBound - 1.7) < 1e-12)
    #expect(abs(axis.spans[10].upperBound - 1.8) < 1e-12)
  }

  @Test func `grids apart do not reach across the gap`() {
    let spans = HeatmapAxis.spans(
      centers: [0, 1, 5, 6], cellsOfValues: [[0, 1], [0, 1], [2, 3], [2, 3]])
    #expect(spans == [-0.5...0.5, 0.5...1.5, 4.5...5.5, 5.5...6.5])
  }

  @Test func `cells never overlap`() {
    let spans = HeatmapAxis.spans(
      centers: [0, 1, 1.2, 1.9, 2.1, 9],
      cellsOfValues: [[0, 1, 2], [0, 1, 2], [5], [0, 1, 2], [6], [0]])
    for (left, right) in zip(spans, spans.dropFirst()) {
      #expect(left.upperBound <= right.lowerBound)
    }
  }

  @Test func `the label has the unit`() {
    let axis = HeatmapAxis(
      TableFixture.axis("b", [0, 1]), description: TableFixture.study.parameter("b"),
      cellsOfValues: [[0], [0]])
    #expect(axis.title == "β (h)")
  }
}
