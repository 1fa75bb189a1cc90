import Protocol
import Testing

@testable import Kernel

/// The statements of the studies of convolutions and of anchors, on tables made for them.
@Suite struct LayerStudyStatementTests {
  static let convolution = ConvolutionCondensation()
  static let anchors = AnchorFunctions()

  /// One trial with default parameters but for the named ones.
  static func row(
    _ study: any Study, _ changes: [String: ParameterValue], replicate: UInt32 = 0,
    outcome: TrialOutcome, measures: [String: Double]
  ) -> StudyRow {
    var parameters: [String: ParameterValue] = [:]
    for parameter in study.description.parameters {
      parameters[parameter.name] = parameter.defaultValue
    }
    return StudyRow(
      parameters: parameters.merging(changes) { $1 }, replicate: replicate, outcome: outcome,
      measures: measures)
  }

  /// Ranks over the deviation for both activations, as the specification measured them.
  static func convolutionRows(
    tanh: [Double] = [1, 1.05, 1.81, 7.17, 8.29], relu: Double = 2.9, cosine: Double = 0.99,
    alignment: Double = 1, changes: [String: ParameterValue] = [:],
    outcome: TrialOutcome = .completed(.rule)
  ) -> [StudyRow] {
    let deviations = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    func row(_ activation: String, _ deviation: Double, _ rank: Double) -> StudyRow {
      Self.row(
        convolution,
        changes.merging([
          "model.activation": .text(activation), "init.deviation": .real(deviation),
        ]) { $1 },
        outcome: outcome,
        measures: [
          "kernelRank": rank, "kernelCosine": cosine, "kernelAlignment": alignment,
        ])
    }
    return zip(deviations, tanh).map { row("tanh", $0, $1) } + [row("relu", 1e-5, relu)]
  }

  static func verdict(_ name: String, _ rows: [StudyRow]) -> StatementVerdict.Verdict? {
    StatementFixtures.verdict(name, of: convolution, on: rows)?.verdict
  }

  @Test(arguments: ["C1", "C2", "C3", "C4"])
  func `the table of the specification supports all statements`(name: String) {
    #expect(Self.verdict(name, Self.convolutionRows()) == .holds)
  }

  @Test(arguments: ["C1", "C2", "C3", "C4"])
  func `other parameters and other ends are not covered`(name: String) {
    let adam: [String: ParameterValue] = ["optimizer.rule": .text("adam")]
    #expect(Self.verdict(name, Self.convolutionRows(changes: adam)) == .notCovered)
    #expect(
      Self.verdict(name, Self.convolutionRows(outcome: .completed(.cap))) == .notCovered)
    #expect(Self.verdict(name, []) == .notCovered)
  }

  @Test func `each bound of condensation refutes by itself`() {
    #expect(Self.verdict("C1", Self.convolutionRows(tanh: [1, 1.51, 2, 7, 8])) == .fails)
    #expect(Self.verdict("C1", Self.convolutionRows(cosine: 0.89)) == .fails)
    #expect(Self.verdict("C1", Self.convolutionRows(alignment: 0.94)) == .fails)
    #expect(Self.verdict("C2", Self.convolutionRows(tanh: [1, 1.05, 1.8, 6, 6.9])) == .fails)
    #expect(Self.verdict("C4", Self.convolutionRows(relu: 4.1)) == .fails)
  }

  @Test func `a rank that falls with a larger start is against C3`() {
    #expect(Self.verdict("C3", Self.convolutionRows(tanh: [1.1, 1.05, 1.8, 7, 8])) == .fails)
  }

  @Test func `C3 needs every deviation`() {
    let rows = Self.convolutionRows().filter {
      $0.parameters["init.deviation"] != .real(1e-3)
    }
    #expect(Self.verdict("C3", rows) == .notCovered)
  }

  /// Test accuracies over N for three replicates.
  static func anchorRows(
    test: [Double] = [0.01, 0.05, 0.3, 0.94, 1, 1], training: Double = 1, broadcast: Double = 0.9,
    shift: Double = 0.32, replicates: UInt32 = 3, changes: [String: ParameterValue] = [:]
  ) -> [StudyRow] {
    zip([100, 200, 400, 800, 1600, 3200], test).flatMap { size, accuracy in
      (0..<replicates).map { replicate in
        row(
          anchors, changes.merging(["data.samples": .integer(size)]) { $1 }, replicate: replicate,
          outcome: .completed(.steps),
          measures: [
            "trainAccuracy": replicate == 1 ? training : 1, "testAccuracy": accuracy,
            "broadcastScore": broadcast, "shiftScore": shift,
          ])
      }
    }
  }

  static func anchorVerdict(_ name: String, _ rows: [StudyRow]) -> StatementVerdict.Verdict? {
    StatementFixtures.verdict(name, of: anchors, on: rows)?.verdict
  }

  @Test(arguments: ["D1", "D2", "D3", "D4", "D5", "D6"])
  func `a sigmoid over the sentences supports all statements`(name: String) {
    #expect(Self.anchorVerdict(name, Self.anchorRows()) == .holds)
  }

  @Test(arguments: ["D1", "D2", "D3", "D4", "D5", "D6"])
  func `two replicates or another operation do not cover`(name: String) {
    #expect(Self.anchorVerdict(name, Self.anchorRows(replicates: 2)) == .notCovered)
    let other: [String: ParameterValue] = ["data.operation": .text("offsets")]
    #expect(Self.anchorVerdict(name, Self.anchorRows(changes: other)) == .notCovered)
  }

  @Test func `each bound of anchors refutes by itself`() {
    #expect(Self.anchorVerdict("D1", Self.anchorRows(training: 0.98)) == .fails)
    let weak = Self.anchorRows(test: [0, 0.1, 0.2, 0.5, 0.7, 0.89])
    #expect(Self.anchorVerdict("D2", weak) == .fails)
    let early = Self.anchorRows(test: [0.31, 0.4, 0.6, 0.9, 1, 1])
    #expect(Self.anchorVerdict("D3", early) == .fails)
    #expect(Self.anchorVerdict("D5", Self.anchorRows(broadcast: 0.49)) == .fails)
    #expect(Self.anchorVerdict("D6", Self.anchorRows(shift: 0.24)) == .fails)
  }

  @Test func `accuracy may fall by a twentieth and no more, however slowly`() {
    let small = Self.anchorRows(test: [0.01, 0.05, 0.3, 0.96, 0.92, 0.95])
    #expect(Self.anchorVerdict("D4", small) == .holds)
    let slow = Self.anchorRows(test: [0.01, 0.05, 0.3, 1, 0.97, 0.94])
    #expect(Self.anchorVerdict("D4", slow) == .fails)
  }
}
