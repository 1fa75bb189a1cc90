import Protocol
import Testing

@testable import Kernel

@Suite struct PhaseTableTests {
  static func row(
    width: Int64, replicate: UInt32 = 0, change: Double,
    outcome: TrialOutcome = .completed(.rule), changes: [String: ParameterValue] = [:]
  ) -> StudyRow {
    StatementFixtures.row(
      TwoLayerPhaseDiagram(), gamma: 0.3, gammaPrime: 0, width: width, replicate: replicate,
      outcome: outcome, measures: ["relativeChange": change], changes: changes)
  }

  static func table(_ rows: [StudyRow]) -> PhaseTable {
    PhaseTable(rows, fixed: ["optimizer.curvatureFraction": .real(0.5)])
  }

  static let point = PhasePoint(0.1 * 3, 0)

  @Test func `a slope is that of the power law`() {
    let rows = [1000, 2000, 4000].map {
      PhaseTableTests.row(width: $0, change: 3 / Double($0).squareRoot())
    }
    let slope = PhaseTableTests.table(rows).slope(of: "relativeChange", at: PhaseTableTests.point)
    #expect(abs((slope ?? .nan) + 0.5) < 1e-12)
  }

  @Test func `a slope is the median over replicates`() {
    var rows: [StudyRow] = []
    for (replicate, exponent) in [(0, 1.0), (1, 5), (2, 2)] {
      for width: Int64 in [1000, 4000] {
        rows.append(
          PhaseTableTests.row(
            width: width, replicate: UInt32(replicate),
            change: Elementary.power(Double(width), exponent)))
      }
    }
    let slope = PhaseTableTests.table(rows).slope(of: "relativeChange", at: PhaseTableTests.point)
    #expect(abs((slope ?? .nan) - 2) < 1e-12)
  }

  @Test func `widths that are close together make no slope`() {
    let rows = [1000, 2000, 3990].map { PhaseTableTests.row(width: $0, change: 1) }
    #expect(
      PhaseTableTests.table(rows).slope(of: "relativeChange", at: PhaseTableTests.point) == nil)
  }

  @Test func `narrow networks are left out`() {
    let rows = [400, 500].map { PhaseTableTests.row(width: $0, change: 1) }
    #expect(PhaseTableTests.table(rows).widths(at: PhaseTableTests.point) == [500])
  }

  @Test func `rows with another fixed parameter are left out`() {
    let rows = [
      PhaseTableTests.row(
        width: 1000, change: 1, changes: ["optimizer.curvatureFraction": .real(0.1)]),
      PhaseTableTests.row(width: 2000, change: 1),
    ]
    #expect(PhaseTableTests.table(rows).widths(at: PhaseTableTests.point) == [2000])
  }

  @Test(arguments: [
    (TrialOutcome.completed(.cap), "left out: trials 1 that did not converge"),
    (.completed(.steps), "left out: trials 1 that did not converge"),
    (.diverged, "left out: trials 1 that diverged"),
    (.failed(.memory, "out of memory"), "left out: trials 1 that failed"),
  ])
  func `a trial without a converged result is left out and said`(
    outcome: TrialOutcome, remark: String
  ) {
    let table = PhaseTableTests.table([
      PhaseTableTests.row(width: 1000, change: 1, outcome: outcome)
    ])
    #expect(table.points.isEmpty)
    #expect(table.remark == remark)
  }

  @Test(arguments: [Double.nan, .infinity, 1e300])
  func `a row whose exponents are no exponents is ignored`(gamma: Double) {
    var row = PhaseTableTests.row(width: 1000, change: 1)
    row.parameters["init.gamma"] = .real(gamma)
    #expect(PhaseTableTests.table([row]).points.isEmpty)
  }

  @Test func `a remark adds up`() {
    let rows = [TrialOutcome.diverged, .diverged, .completed(.cap)].map {
      PhaseTableTests.row(width: 1000, change: 1, outcome: $0)
    }
    #expect(
      PhaseTableTests.table(rows).remark
        == "left out: trials 1 that did not converge, 2 that diverged")
  }

  @Test(arguments: [([1.0], 1.0), ([3.0, 1, 2], 2.0), ([4.0, 1, 3, 2], 2.5)])
  func `the median is the middle`(values: [Double], median: Double) {
    #expect(PhaseTable.median(values) == median)
  }

  @Test func `zeros are interpolated between close neighbours only`() {
    let samples = [(0.0, -1.0), (0.2, 3.0), (0.4, 0.0), (0.6, 1.0), (0.9, -1.0)]
    #expect(PhaseTable.zeros(samples, stepMax: 0.2) == [0.05, 0.4])
  }

  @Test(arguments: [
    (-0.506, "-0.506"), (0.0071, "0.007"), (-0.0004, "0.000"), (12.0, "12.000"),
    (0.9996, "1.000"),
  ])
  func `numbers of evidence have three digits`(value: Double, text: String) {
    #expect(Numeral.thousandths(value) == text)
  }

  @Test(arguments: [(1.0, "1"), (0.1 * 3, "0.3"), (-0.4, "-0.4"), (0.0, "0")])
  func `axis values are written short`(value: Double, text: String) {
    #expect(Numeral.short(value) == text)
  }
}
