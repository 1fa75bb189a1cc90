import Planning
import Protocol
import Testing

@testable import Diagrams

/// Reductions inside a replicate, seen through the one cell of a diagram.
@Suite struct ReductionTests {
  private static let rates: [Double] = [1, 2, 4, 8]

  /// The one cell of a diagram whose trials differ in `rate`.
  private func cell(
    _ summary: DiagramRequest.Summary, if condition: String = "",
    _ report: (Double) -> TableFixture.Report
  ) throws -> HeatmapCell {
    let axes = [
      TableFixture.axis("a", [0]), TableFixture.axis("b", [0]),
      TableFixture.axis("rate", ReductionTests.rates),
    ]
    let table = TableFixture.grid(axes) { point, _ in report(point[2]) }
    let request = TableFixture.request(
      reduce: [.init(axis: "rate", by: summary, condition: condition)])
    return try #require(try TableFixture.data(table, request).cell(0, 0))
  }

  @Test(arguments: [
    (DiagramRequest.Summary.mean, 6.25), (.median, 3), (.minimum, 1), (.maximum, 18),
    (.quantile(0.25), 1.75), (.at(.real(4)), 4), (.at(.integer(4)), 4),
  ])
  func `a reduction gives the known number`(
    summary: DiagramRequest.Summary, expected: Double
  ) throws {
    let scores: [Double: Double] = [1: 1, 2: 2, 4: 4, 8: 18]
    #expect(try cell(summary) { .score(scores[$0] ?? .nan) }.value == expected)
  }

  @Test func `a slope is taken over the values of the axis`() throws {
    #expect(try cell(.slope) { .score(3 - 0.5 * $0) }.value == -0.5)
  }

  @Test func `a slope of logarithms gives the exponent of a power law`() throws {
    let value = try cell(.logLogSlope) { .score(7 * $0 * $0) }.value
    // Eight logarithms are rounded; each is right to 1e-16 of at most 7.
    #expect(abs(value - 2) < 1e-14)
  }

  @Test func `a slope of logarithms of a negative number is undefined`() throws {
    let cell = try cell(.logLogSlope) { .score($0 - 3) }
    #expect(cell.state == .undefined && cell.value.isNaN)
  }

  @Test(arguments: [DiagramRequest.Summary.mean, .slope, .median])
  func `one diverged trial makes an average diverge`(summary: DiagramRequest.Summary) throws {
    #expect(try cell(summary) { $0 == 8 ? .diverged : .score($0) }.state == .diverged)
  }

  @Test func `one missing trial makes an average missing`() throws {
    #expect(try cell(.mean) { $0 == 8 ? .missing : .score($0) }.state == .missing)
  }

  @Test func `the greatest passes over what diverged and failed`() throws {
    let cell = try cell(.maximum) { $0 == 8 ? .diverged : $0 == 1 ? .failed : .score($0) }
    #expect(cell.value == 4)
    #expect(cell.counts == OutcomeCounts(completed: 2, diverged: 1, failed: 1))
  }

  @Test func `the greatest is missing while a trial is missing`() throws {
    #expect(try cell(.maximum) { $0 == 1 ? .missing : .score($0) }.state == .missing)
  }

  @Test func `the greatest of diverged trials diverged`() throws {
    #expect(try cell(.maximum) { _ in .diverged }.state == .diverged)
  }

  @Test func `a condition on a measure chooses among the trials`() throws {
    let cell = try cell(.maximum, if: "loss < 0.5") { .numbers($0, $0 / 10) }
    #expect(cell.value == 4)
    #expect(cell.counts.completed == 4)
  }

  @Test func `a cell where no trial meets the condition is undefined`() throws {
    #expect(try cell(.maximum, if: "loss < 0") { .numbers($0, 1) }.state == .undefined)
  }

  @Test func `a diverged trial meets no condition on a measure`() throws {
    let cell = try cell(.mean, if: "loss < 1") { $0 == 8 ? .diverged : .numbers($0, 0) }
    #expect(cell.value == 7.0 / 3.0)
    #expect(cell.counts.diverged == 1)
  }

  @Test func `a condition on parameters says which trials are meant`() throws {
    let cell = try cell(.mean, if: "rate <= 2") { $0 > 2 ? .missing : .score($0) }
    #expect(cell.value == 1.5)
    #expect(cell.counts == OutcomeCounts(completed: 2))
  }

  @Test func `a condition may name the outcome`() throws {
    let cell = try cell(.mean, if: "outcome == 'completed'") { $0 == 8 ? .failed : .score($0) }
    #expect(cell.value == 7.0 / 3.0)
  }

  @Test func `reductions run in order inside each replicate`() throws {
    // The best over rate is 10 * width in replicate 0 and 30 * width in replicate 1, so the slopes
    // over width are 10 and 30; the mean of all trials first would give another number.
    let axes = [
      TableFixture.axis("a", [0]), TableFixture.axis("b", [0]),
      TableFixture.axis("rate", [1, 10]), TableFixture.axis("width", [1, 2, 3]),
    ]
    let table = TableFixture.grid(axes, replicates: 2) { point, replicate in
      .score(replicate == 0 ? point[2] * point[3] : 3 * point[2] * point[3])
    }
    let request = TableFixture.request(
      reduce: [.init(axis: "rate", by: .maximum), .init(axis: "width", by: .slope)])
    let cell = try #require(try TableFixture.data(table, request).cell(0, 0))
    #expect(cell.value == 20)
    #expect(cell.replicates == 2)
    // The sample standard deviation of 10 and 30.
    #expect(abs(cell.spread - 200.0.squareRoot()) < 1e-12)
  }
}
