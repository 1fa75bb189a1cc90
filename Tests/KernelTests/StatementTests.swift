import Protocol
import Testing

@testable import Kernel

@Suite struct StatementTests {
  static let twoLayer = TwoLayerPhaseDiagram()
  static let condensation = InitialCondensation()

  static func twoLayerVerdict(_ name: String, on rows: [StudyRow]) -> StatementVerdict? {
    StatementFixtures.verdict(name, of: twoLayer, on: rows)
  }

  static func condensationVerdict(_ name: String, on rows: [StudyRow]) -> StatementVerdict? {
    StatementFixtures.verdict(name, of: condensation, on: rows)
  }

  @Test(arguments: StatementTests.twoLayer.description.statements.map(\.name))
  func `a table as theory has it supports the ReLU study's statements`(name: String) {
    let verdict = StatementTests.twoLayerVerdict(name, on: StatementFixtures.twoLayerGrid())
    #expect(verdict?.verdict == .holds)
  }

  @Test(arguments: StatementTests.condensation.description.statements.map(\.name))
  func `a table as theory has it supports the tanh study's statements`(name: String) {
    let verdict = StatementTests.condensationVerdict(
      name, on: StatementFixtures.condensationGrid())
    #expect(verdict?.verdict == .holds)
  }

  @Test func `A1 shows its three slopes`() {
    let verdict = StatementTests.twoLayerVerdict("A1", on: StatementFixtures.twoLayerGrid())
    #expect(
      verdict?.evidence == "S_w(0.5, 0) = -0.500, S_w(1, 0) = 0.000, S_w(1.75, 0) = 0.375")
  }

  @Test(arguments: [(0.5, 0.061), (1.0, -0.051), (1.75, 0.061)])
  func `A1 fails when one slope is off`(gamma: Double, error: Double) {
    let rows = StatementFixtures.twoLayerGrid { point, slope in
      point == PhasePoint(gamma, 0) ? slope + error : slope
    }
    let verdict = StatementTests.twoLayerVerdict("A1", on: rows)
    #expect(verdict?.verdict == .fails)
    #expect(verdict?.evidence.hasPrefix("against it: S_w(\(Numeral.short(gamma)), 0) = ") == true)
  }

  @Test func `A1 is not covered without one of its cells`() {
    let rows = StatementFixtures.twoLayerGrid().filter {
      $0.parameters["init.gamma"] != .real(1.75)
    }
    let verdict = StatementTests.twoLayerVerdict("A1", on: rows)
    #expect(verdict?.verdict == .notCovered)
    #expect(verdict?.evidence.hasPrefix("missing: S_w(1.75, 0);") == true)
  }

  @Test func `A2 interpolates where the slope changes its sign`() {
    // The zero moves from 1.2 to 1.25 when every slope of the row is 0.05 lower around it.
    let rows = StatementFixtures.twoLayerGrid { point, slope in
      point.isOnRow(0.2) ? point.gamma - 1.25 : slope
    }
    let verdict = StatementTests.twoLayerVerdict("A2", on: rows)
    #expect(verdict?.verdict == .holds)
    #expect(verdict?.evidence.contains("γ′ = 0.2: zero at 1.250") == true)
  }

  @Test(arguments: [-0.4, 0.0, 0.3])
  func `A2 fails when one zero is off`(gammaPrime: Double) {
    let rows = StatementFixtures.twoLayerGrid { point, slope in
      point.isOnRow(gammaPrime) ? point.gamma - max(1, 1 + gammaPrime) + 0.11 : slope
    }
    #expect(StatementTests.twoLayerVerdict("A2", on: rows)?.verdict == .fails)
  }

  @Test func `A2 fails when a row has no zero`() {
    let rows = StatementFixtures.twoLayerGrid { point, slope in
      point.isOnRow(-0.1) ? -0.3 : slope
    }
    let verdict = StatementTests.twoLayerVerdict("A2", on: rows)
    #expect(verdict?.verdict == .fails)
    #expect(verdict?.evidence.contains("γ′ = -0.1: no zero") == true)
  }

  @Test func `A2 counts the zero that is farthest from the boundary`() {
    let rows = StatementFixtures.twoLayerGrid { point, slope in
      point == PhasePoint(0.7, -0.3) ? 0.1 : slope
    }
    #expect(StatementTests.twoLayerVerdict("A2", on: rows)?.verdict == .fails)
  }

  @Test func `A2 is not covered by a grid that ends before the boundary`() {
    let rows = StatementFixtures.twoLayerGrid().filter {
      ($0.parameters["init.gamma"]?.number ?? 0) < 1.25
    }
    let verdict = StatementTests.twoLayerVerdict("A2", on: rows)
    #expect(verdict?.verdict == .notCovered)
    #expect(verdict?.evidence.contains("slopes around γ = 1.3 at γ′ = 0.3") == true)
  }

  @Test func `A3 counts the cells`() {
    let verdict = StatementTests.twoLayerVerdict("A3", on: StatementFixtures.twoLayerGrid())
    #expect(verdict?.evidence == "61 of 61 cells have the predicted sign")
  }

  @Test func `A3 fails by one cell and names it`() {
    let rows = StatementFixtures.twoLayerGrid { point, slope in
      point == PhasePoint(0.8, 0.1) ? 0.01 : slope
    }
    let verdict = StatementTests.twoLayerVerdict("A3", on: rows)
    #expect(verdict?.verdict == .fails)
    #expect(
      verdict?.evidence
        == "against it: S_w(0.8, 0.1) = 0.010 (predicted -0.400);"
        + " 60 of 61 cells have the predicted sign")
  }

  @Test func `A3 is not covered without a cell`() {
    let rows = StatementFixtures.twoLayerGrid().filter {
      $0.parameters["init.gammaPrime"] != .real(0.4)
    }
    #expect(StatementTests.twoLayerVerdict("A3", on: rows)?.verdict == .notCovered)
  }

  @Test(arguments: [(0.6, 0.4, 49.9), (1.4, -0.2, 6.1)])
  func `A4 fails by one cell`(gamma: Double, gammaPrime: Double, number: Double) {
    let rows = StatementFixtures.twoLayerGrid(directions: { point in
      point == PhasePoint(gamma, gammaPrime) ? number : point.gamma < 1 ? 58 : 3
    })
    #expect(StatementTests.twoLayerVerdict("A4", on: rows)?.verdict == .fails)
  }

  @Test func `A4 is not covered without the edge of the grid`() {
    let rows = StatementFixtures.twoLayerGrid().filter {
      $0.parameters["init.gamma"] != .real(0.6)
    }
    #expect(StatementTests.twoLayerVerdict("A4", on: rows)?.verdict == .notCovered)
  }

  @Test func `B1 fails by one cell`() {
    let rows = StatementFixtures.condensationGrid(alignment: { point, _, _ in
      point == PhasePoint(2, 0) ? 0.94 : 0.99
    })
    #expect(StatementTests.condensationVerdict("B1", on: rows)?.verdict == .fails)
  }

  @Test func `B2 fails by one cell`() {
    let rows = StatementFixtures.condensationGrid(alignment: { point, _, _ in
      point == PhasePoint(0.8, 0.5) ? 0.41 : 0.34
    })
    #expect(StatementTests.condensationVerdict("B2", on: rows)?.verdict == .fails)
  }

  @Test(arguments: ["B1", "B2", "B4"])
  func `alignments are not covered by networks below 4000 neurons`(name: String) {
    let rows = StatementFixtures.condensationGrid().filter {
      $0.parameters["width"] != .integer(4000)
    }
    #expect(StatementTests.condensationVerdict(name, on: rows)?.verdict == .notCovered)
  }

  @Test func `B3 counts cells at a distance of a fifth from the boundary`() {
    // 1.2 - 1 is a little less than 0.2 in binary; the cell counts all the same.
    let rows = StatementFixtures.condensationGrid { point, slope in
      point == PhasePoint(1.2, 0) ? -0.01 : slope
    }
    let verdict = StatementTests.condensationVerdict("B3", on: rows)
    #expect(verdict?.verdict == .fails)
    #expect(verdict?.evidence.hasPrefix("against it: slope(1.2, 0) = -0.010;") == true)
  }

  @Test func `B3 leaves the cells on the boundary out`() {
    let rows = StatementFixtures.condensationGrid { point, slope in
      point == PhasePoint(1.5, 0.5) ? -0.3 : point == PhasePoint(1, 0) ? 0.3 : slope
    }
    #expect(StatementTests.condensationVerdict("B3", on: rows)?.verdict == .holds)
  }

  @Test func `B3 is not covered without a cell`() {
    let rows = StatementFixtures.condensationGrid().filter {
      $0.parameters["init.gamma"] != .real(1.2)
    }
    let verdict = StatementTests.condensationVerdict("B3", on: rows)
    #expect(verdict?.verdict == .notCovered)
    #expect(verdict?.evidence.hasPrefix("missing: slope(1.2, -0.5)") == true)
  }

  @Test func `B4 fails when one width is less aligned than the one before`() {
    let rows = StatementFixtures.condensationGrid(alignment: { _, width, _ in
      width == 2000 ? 0.97 : 0.96 + Double(width) * 1e-6
    })
    let verdict = StatementTests.condensationVerdict("B4", on: rows)
    #expect(verdict?.verdict == .fails)
    #expect(verdict?.evidence.hasPrefix("against it: m = 4000: 0.964") == true)
  }

  @Test func `nothing is covered by an empty table`() {
    for study in [StatementTests.twoLayer, StatementTests.condensation] as [any Study] {
      #expect(study.verdicts(on: []).allSatisfy { $0.verdict == .notCovered })
    }
  }

  @Test func `the idle study states nothing`() {
    #expect(IdleStudy().verdicts(on: []).isEmpty)
  }
}
