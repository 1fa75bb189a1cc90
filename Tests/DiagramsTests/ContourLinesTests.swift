import Planning
import Testing

@testable import Diagrams

@Suite struct ContourLinesTests {
  private func axis(_ values: [Double], _ scale: Axis.Scale = .linear) -> HeatmapAxis {
    HeatmapAxis(
      TableFixture.axis("a", values, scale), description: nil,
      cellsOfValues: values.map { _ in [0] })
  }

  private func bands(_ count: Int) -> HeatmapAxis {
    HeatmapAxis(
      TableFixture.axis("mode", (0..<count).map { "word \($0)" }), description: nil,
      cellsOfValues: (0..<count).map { _ in [0] })
  }

  private func lines(
    _ values: [Double], _ x: HeatmapAxis, _ y: HeatmapAxis, level: Double = 0
  ) -> [[PlanePoint]] {
    ContourLines.lines(through: values, x: x, y: y, level: level)
  }

  @Test func `the level of a plane is one straight line`() {
    let x = axis([0, 1, 2, 3])
    let y = axis([0, 1, 2])
    let values = y.centers.flatMap { b in x.centers.map { $0 + b - 1.5 } }
    let found = lines(values, x, y)
    #expect(found.count == 1)
    #expect(found[0].count == 4)
    #expect(found[0].allSatisfy { abs($0.x + $0.y - 1.5) < 1e-12 })
  }

  @Test func `the level of a hill is one closed line`() {
    let x = axis([0, 1, 2])
    let found = lines([0, 0, 0, 0, 2, 0, 0, 0, 0], x, x, level: 1)
    #expect(found.count == 1)
    #expect(found[0].first == found[0].last)
    #expect(
      Set(found[0]) == [
        PlanePoint(x: 0.5, y: 1), PlanePoint(x: 1.5, y: 1), PlanePoint(x: 1, y: 0.5),
        PlanePoint(x: 1, y: 1.5),
      ])
  }

  @Test(arguments: [(4.0, true), (1.0, false)])
  func `a saddle is decided by its centre`(corner: Double, joinsHighCorners: Bool) {
    // High corners at the lower left and upper right, low ones at -2: the bilinear surface at the
    // saddle is (corner² - 4) / (2 corner + 4), positive above 2.
    let x = axis([0, 1])
    let found = lines([corner, -2, -2, corner], x, x)
    #expect(found.count == 2)
    // When the high corners are joined, each line cuts off a low one, such as the lower right.
    let cutsLowerRight = found.contains { line in line.allSatisfy { $0.x > $0.y } }
    #expect(cutsLowerRight == joinsHighCorners)
  }

  @Test func `no line runs where a number is missing`() {
    let x = axis([0, 1, 2, 3])
    let y = axis([0, 1])
    let found = lines([-1, -1, .nan, -1, 1, 1, 1, 1], x, y)
    #expect(found.count == 1)
    #expect(found[0].allSatisfy { $0.x <= 1 })
  }

  @Test func `the place between two values follows the axis`() {
    let x = axis([1, 100, 10000], .logarithmic)
    let y = axis([0, 1])
    let found = lines([-1, 1, 3, -1, 1, 3], x, y)
    // Halfway between 1 and 100 on a logarithmic axis is 10.
    #expect(found == [[PlanePoint(x: 1, y: 0), PlanePoint(x: 1, y: 1)]])
  }

  @Test func `in bands the line stands across each band`() {
    let found = lines([-1, 3, -1, -1, -3, 1], axis([0, 1, 2]), bands(2))
    #expect(
      found == [
        [PlanePoint(x: 0.25, y: -0.5), PlanePoint(x: 0.25, y: 0.5)],
        [PlanePoint(x: 1.75, y: -0.5), PlanePoint(x: 1.75, y: 0.5)],
        [PlanePoint(x: 1.75, y: 0.5), PlanePoint(x: 1.75, y: 1.5)],
      ])
  }

  @Test func `between bands of both axes the line follows the cells' edges`() {
    let found = lines([-1, 1, -1, -1], bands(2), bands(2))
    #expect(
      found == [
        [PlanePoint(x: 0.5, y: -0.5), PlanePoint(x: 0.5, y: 0.5)],
        [PlanePoint(x: 0.5, y: 0.5), PlanePoint(x: 1.5, y: 0.5)],
      ])
  }

  @Test func `a surface that never meets the level has no line`() {
    #expect(lines([1, 2, 3, 4], axis([0, 1]), axis([0, 1])).isEmpty)
  }

  @Test func `a contour of another measure is drawn in every panel`() throws {
    let axes = [TableFixture.axis("a", [0, 1]), TableFixture.axis("b", [0, 1])]
    let table = TableFixture.grid(axes) { point, _ in .numbers(5, point[0] - 0.25) }
    var request = TableFixture.request()
    request.color = ["score", "loss"]
    request.contour = .init(measure: "loss", level: 0)
    let data = try TableFixture.data(table, request)
    let expected = [[PlanePoint(x: 0.25, y: 0), PlanePoint(x: 0.25, y: 1)]]
    #expect(data.panels.map(\.contours) == [expected, expected])
    #expect(data.contourLabel == "loss (nat) = 0")
  }
}
