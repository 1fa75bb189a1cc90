import Glibc
import Planning
import Protocol
import Testing

@testable import Diagrams

@Suite struct TheoryCurveTests {
  private func axis(
    _ name: String, _ values: [Double], _ scale: Axis.Scale = .linear
  ) -> HeatmapAxis {
    HeatmapAxis(
      TableFixture.axis(name, values, scale), description: nil,
      cellsOfValues: values.map { _ in [0] })
  }

  private func line(_ points: [(Double, Double)], x: String = "a", y: String = "b") -> TheoryLine {
    TheoryLine(
      label: "theory", x: x, y: y, points: points.map { TheoryLine.Point(x: $0.0, y: $0.1) })
  }

  @Test func `a line is clipped to the frame`() {
    // The frame of values 0, 1, 2 is -0.5...2.5 both ways.
    let curve = TheoryCurve(
      line([(1, -10), (1, 1), (11, 11)]), x: axis("a", [0, 1, 2]), y: axis("b", [0, 1, 2]))
    #expect(
      curve?.pieces == [
        [PlanePoint(x: 1, y: -0.5), PlanePoint(x: 1, y: 1), PlanePoint(x: 2.5, y: 2.5)]
      ])
  }

  @Test func `a line that leaves and returns has two pieces`() {
    let curve = TheoryCurve(
      line([(0, 0), (1, 5), (2, 0)]), x: axis("a", [0, 1, 2]), y: axis("b", [0, 1, 2]))
    #expect(curve?.pieces.count == 2)
  }

  @Test func `axes the other way round turn the line`() {
    let curve = TheoryCurve(
      line([(0, 1), (2, 1)]), x: axis("b", [0, 1, 2]), y: axis("a", [0, 1, 2]))
    #expect(curve?.pieces == [[PlanePoint(x: 1, y: 0), PlanePoint(x: 1, y: 2)]])
  }

  @Test func `a straight line is bent on a logarithmic axis`() throws {
    let curve = try #require(
      TheoryCurve(
        line([(1, 1), (100, 100)]), x: axis("a", [1, 100], .logarithmic),
        y: axis("b", [1, 50, 100])))
    let points = curve.pieces[0]
    #expect(points.count > 50)
    // Every point is on the line: x = y, the first through its logarithm.
    #expect(points.allSatisfy { abs($0.x - log10($0.y)) < 1e-9 })
  }

  @Test(arguments: [("a", "c"), ("width", "b")])
  func `a line about other parameters is left out`(x: String, y: String) {
    let curve = TheoryCurve(
      line([(0, 0), (2, 2)], x: x, y: y), x: axis("a", [0, 1, 2]), y: axis("b", [0, 1, 2]))
    #expect(curve == nil)
  }

  @Test func `a line outside the frame is left out`() {
    let curve = TheoryCurve(
      line([(5, 0), (5, 2)]), x: axis("a", [0, 1, 2]), y: axis("b", [0, 1, 2]))
    #expect(curve == nil)
  }

  @Test func `a line needs numbers on both axes`() {
    let curve = TheoryCurve(line([(0, 0), (2, 2)]), x: axis("a", [0]), y: axis("b", [0, 1, 2]))
    #expect(curve == nil)
  }
}
