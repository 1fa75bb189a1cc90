import Planning
import Protocol
import Testing

@testable import Diagrams

@Suite struct ScaleTests {
  @Test func `numbers of one sign span a sequential map`() throws {
    let range = try #require(ColorRange([0.12, 0.97], level: 0.5))
    #expect(range.lower == 0.1 && range.upper == 1 && range.center == nil)
  }

  @Test func `numbers of both signs are symmetric around zero`() throws {
    let range = try #require(ColorRange([-1.18, 0.4], level: nil))
    #expect(range.lower == -1.2 && range.upper == 1.2 && range.center == 0)
  }

  @Test func `numbers of both signs are symmetric around the level`() throws {
    let range = try #require(ColorRange([-1, 0.4], level: 0.5))
    #expect(range.lower == -1 && range.upper == 2 && range.center == 0.5)
  }

  @Test func `a little noise below zero does not make a diverging map`() throws {
    #expect(try #require(ColorRange([-0.01, 1], level: nil)).center == nil)
  }

  @Test func `a contour at zero makes a diverging map`() throws {
    #expect(try #require(ColorRange([0.2, 0.3], level: 0)).center == 0)
  }

  @Test(arguments: [0, 0.5, -3e8])
  func `equal numbers get room`(number: Double) throws {
    let range = try #require(ColorRange([number, number], level: nil))
    #expect(range.lower < number && number < range.upper)
  }

  @Test func `no numbers have no range`() {
    #expect(ColorRange([], level: 0) == nil)
  }

  @Test func `given limits show what passes them`() throws {
    let range = try #require(ColorRange([-1.2, 0.3], level: 0, limits: -0.4...0.4))
    #expect(range.exceedsLower && !range.exceedsUpper)
    #expect(range.center == 0)
    #expect(range.share(of: -1.2) == 0)
  }

  @Test(arguments: [1e-300, 1e149, 1e160])
  func `extreme numbers have a range`(number: Double) throws {
    let range = try #require(ColorRange([0, 1, number, -number], level: nil))
    #expect(range.lower < range.upper && range.ticks.count > 1)
  }

  @Test func `ticks are exact multiples with equal decimals`() {
    let ticks = TickStep(spanning: 1.35, atMost: 7).ticks(in: 0.45...1.8)
    #expect(ticks.map(\.value) == [0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8])
    #expect(ticks.map(\.label.text) == ["0.6", "0.8", "1.0", "1.2", "1.4", "1.6", "1.8"])
  }

  @Test func `large ticks are written with a power of ten`() {
    let ticks = TickStep(spanning: 3e6, atMost: 3).ticks(in: -1e6...2e6)
    #expect(ticks.map(\.label.text) == ["−1×10", "0", "1×10", "2×10"])
    #expect(ticks.map(\.label.exponent) == ["6", "", "6", "6"])
  }

  private func logarithmic(_ values: [Double]) -> HeatmapAxis {
    HeatmapAxis(
      TableFixture.axis("rate", values, .logarithmic), description: nil,
      cellsOfValues: values.map { _ in [0] })
  }

  @Test func `a few whole values of a logarithmic axis are written themselves`() {
    let ticks = AxisTicks.ticks(of: logarithmic([1000, 4000, 16000]), atMost: 5)
    #expect(ticks.map(\.label.text) == ["1000", "4000", "16000"])
  }

  @Test func `many decades are powers of ten`() {
    let ticks = AxisTicks.ticks(of: logarithmic([1e-4, 1e-3, 1e-2, 0.1]), atMost: 5)
      .filter { !$0.label.isEmpty }
    #expect(ticks.map(\.label.text) == ["10", "10", "10", "10"])
    #expect(ticks.map(\.label.exponent) == ["−4", "−3", "−2", "−1"])
  }

  @Test func `labels of a crowded axis do not touch`() {
    let values = (0..<60).map(Double.init)
    let words = values.map { "category number \(Int($0))" }
    let axis = HeatmapAxis(
      TableFixture.axis("mode", words), description: nil, cellsOfValues: words.map { _ in [0] })
    let marks = AxisMarks(across: axis, length: 180)
    #expect(marks.isTurned)
    let places = marks.ticks.filter { !$0.label.isEmpty }.map { $0.value * 180 / 60 }
    #expect(places.count > 10)
    #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 6.5 })
  }
}
