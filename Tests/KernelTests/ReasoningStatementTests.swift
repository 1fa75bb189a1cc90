import Protocol
import Testing

@testable import Kernel

/// The statements of the studies of composite anchors and of matching, on tables made for them.
@Suite struct ReasoningStatementTests {
  static let composite = CompositeAnchors()
  static let matching = MatchingReasoning()

  /// Five replicates at all learning rates: measures over γ that the specification would have.
  static func compositeRows(
    inferential: [Double: Double] = [1: 0.55, 0.6: 0.2],
    near: [Double: Double] = [1: 0.78, 0.6: 0.2],
    cosine: [Double: Double] = [1: 0.84, 0.6: 0.52, 0.4: 0.14],
    rank: [Double: Double] = [1: 6.6, 0.6: 26], training: Double = 0.97, test: Double = 0.91,
    exception: Double = 0.9, replicates: UInt32 = 5, changes: [String: ParameterValue] = [:]
  ) -> [StudyRow] {
    var rows: [StudyRow] = []
    for gamma in [0.4, 0.5, 0.6, 0.7, 0.8, 1] {
      for rate in [5e-4, 1e-3, 1.5e-3] {
        // The best rate is the greatest; the others have half of it.
        let share = rate > 1e-3 ? 1 : 0.5
        let cell: [String: ParameterValue] = [
          "init.gamma": .real(gamma), "optimizer.learningRate": .real(rate),
        ]
        let measures: [String: Double] = [
          "inferentialAccuracy": share * (inferential[gamma] ?? 0),
          "nearInferentialAccuracy": share * (near[gamma] ?? 0), "exceptionAccuracy": exception,
          "queryCosine": cosine[gamma] ?? 0.6, "embeddingRank": rank[gamma] ?? 20,
          "trainAccuracy": training, "testAccuracy": test,
        ]
        for replicate in 0..<replicates {
          rows.append(
            LayerStudyStatementTests.row(
              composite, cell.merging(changes) { $1 }, replicate: replicate,
              outcome: .completed(.steps), measures: measures))
        }
      }
    }
    return rows
  }

  static func compositeVerdict(_ name: String, _ rows: [StudyRow]) -> StatementVerdict.Verdict? {
    StatementFixtures.verdict(name, of: composite, on: rows)?.verdict
  }

  @Test(arguments: ["A1", "A4", "A5"])
  func `the table of the specification supports all statements of composite anchors`(name: String) {
    #expect(Self.compositeVerdict(name, Self.compositeRows()) == .holds)
  }

  @Test(arguments: ["A1", "A4", "A5"])
  func `four replicates or the other variant do not cover composite anchors`(name: String) {
    #expect(Self.compositeVerdict(name, Self.compositeRows(replicates: 4)) == .notCovered)
    let other: [String: ParameterValue] = ["data.variant": .text("both-unseen")]
    #expect(Self.compositeVerdict(name, Self.compositeRows(changes: other)) == .notCovered)
  }

  @Test func `each bound of composite anchors refutes by itself`() {
    func verdict(_ name: String, _ rows: [StudyRow]) -> StatementVerdict.Verdict? {
      Self.compositeVerdict(name, rows)
    }
    #expect(verdict("A1", Self.compositeRows(inferential: [1: 0.55, 0.6: 0.36])) == .fails)
    #expect(verdict("A1", Self.compositeRows(near: [1: 0.78, 0.6: 0.44])) == .fails)
    #expect(verdict("A4", Self.compositeRows(cosine: [1: 0.74, 0.6: 0.5, 0.4: 0.1])) == .fails)
    #expect(verdict("A4", Self.compositeRows(cosine: [1: 0.8, 0.6: 0.61, 0.4: 0.1])) == .fails)
    #expect(verdict("A4", Self.compositeRows(cosine: [1: 0.8, 0.6: 0.5, 0.4: 0.31])) == .fails)
    #expect(verdict("A4", Self.compositeRows(rank: [1: 13.1, 0.6: 26])) == .fails)
    #expect(verdict("A5", Self.compositeRows(training: 0.94)) == .fails)
    #expect(verdict("A5", Self.compositeRows(test: 0.89)) == .fails)
  }

  @Test func `runs that have not learned the exception do not count`() {
    #expect(Self.compositeVerdict("A1", Self.compositeRows(exception: 0.79)) == .notCovered)
    // The best rate of γ = 0.6 has not learned it, so half of its value counts.
    let rows = Self.compositeRows(inferential: [1: 0.55, 0.6: 0.5]).map { row in
      var row = row
      if row.parameters["init.gamma"] == .real(0.6),
        row.parameters["optimizer.learningRate"] == .real(1.5e-3)
      {
        row.measures["exceptionAccuracy"] = 0.1
      }
      return row
    }
    #expect(Self.compositeVerdict("A1", rows) == .holds)
  }

  @Test func `a missing learning rate or initialisation leaves statements uncovered`() {
    let rows = Self.compositeRows()
    let rates = rows.filter { $0.parameters["optimizer.learningRate"] != .real(5e-4) }
    #expect(Self.compositeVerdict("A1", rates) == .notCovered)
    #expect(Self.compositeVerdict("A4", rates) == .holds)
    let gammas = rows.filter { $0.parameters["init.gamma"] != .real(0.7) }
    #expect(Self.compositeVerdict("A5", gammas) == .notCovered)
    #expect(Self.compositeVerdict("A1", gammas) == .holds)
  }

  /// One number of each cell of matching that the statements speak of.
  struct MatchingNumbers {
    var oneStep: [Double: (accuracy: Double, top: Double)] = [0.8: (0.9, 0.83), 0.3: (0.2, 0)]
    var accuracy = 0.99
    var tops = [0.97, 0.97]
    var scores = [0.78, 0.7]
    var steps: [String: Double] = ["post": 1300, "pre": 3000]
  }

  static func matchingRows(
    _ numbers: MatchingNumbers = MatchingNumbers(), replicates: UInt32 = 3,
    changes: [String: ParameterValue] = [:]
  ) -> [StudyRow] {
    func rows(_ cell: [String: ParameterValue], _ measures: [String: Double]) -> [StudyRow] {
      (0..<replicates).map {
        LayerStudyStatementTests.row(
          matching, cell.merging(changes) { $1 }, replicate: $0, outcome: .completed(.steps),
          measures: measures)
      }
    }
    let twoSteps = [
      "outOfDistributionAccuracy": numbers.accuracy, "matchingTop1": numbers.tops[0],
      "matchingTop2": numbers.tops[1], "matchingScore1": numbers.scores[0],
      "matchingScore2": numbers.scores[1],
    ]
    let fixed = rows(["model.fixedMatrices": .text("normal")], twoSteps)
    return fixed
      + ["post", "pre"].flatMap { normalization -> [StudyRow] in
        let cell: [String: ParameterValue] = ["model.normalization": .text(normalization)]
        let one = numbers.oneStep.flatMap { gamma, values in
          rows(
            cell.merging([
              "init.gamma": .real(gamma), "data.steps": .integer(1), "data.samples": .integer(2000),
              "training.steps": .integer(800), "model.depth": .integer(2),
            ]) { $1 },
            ["outOfDistributionAccuracy": values.accuracy, "matchingTop1": values.top])
        }
        var measures = twoSteps
        measures["outOfDistributionStep90"] = numbers.steps[normalization]
        return one + rows(cell, measures)
      }
  }

  static func matchingVerdict(
    _ name: String, _ rows: [StudyRow]
  ) -> StatementVerdict.Verdict? {
    StatementFixtures.verdict(name, of: matching, on: rows)?.verdict
  }

  @Test(arguments: ["A1", "A2", "A3", "A4"])
  func `the table of the specification supports all statements of matching`(name: String) {
    #expect(Self.matchingVerdict(name, Self.matchingRows()) == .holds)
  }

  @Test(arguments: ["A1", "A2", "A3", "A4"])
  func `two replicates or other chains do not cover matching`(name: String) {
    #expect(Self.matchingVerdict(name, Self.matchingRows(replicates: 2)) == .notCovered)
    let other: [String: ParameterValue] = ["data.relations": .integer(5)]
    #expect(Self.matchingVerdict(name, Self.matchingRows(changes: other)) == .notCovered)
  }

  @Test func `each bound of one step refutes by itself`() {
    let wrong: [[Double: (accuracy: Double, top: Double)]] = [
      [0.8: (0.74, 0.83), 0.3: (0.2, 0)], [0.8: (0.9, 0.69), 0.3: (0.2, 0)],
      [0.8: (0.9, 0.83), 0.3: (0.36, 0)], [0.8: (0.9, 0.83), 0.3: (0.2, 0.21)],
    ]
    for oneStep in wrong {
      let rows = Self.matchingRows(MatchingNumbers(oneStep: oneStep))
      #expect(Self.matchingVerdict("A1", rows) == .fails)
    }
  }

  @Test(arguments: ["A2", "A4"])
  func `each bound of two steps refutes by itself`(name: String) {
    let wrong = [
      MatchingNumbers(accuracy: 0.94), MatchingNumbers(tops: [0.89, 1]),
      MatchingNumbers(tops: [1, 0.89]), MatchingNumbers(scores: [0.49, 1]),
      MatchingNumbers(scores: [1, 0.49]),
    ]
    for numbers in wrong {
      #expect(Self.matchingVerdict(name, Self.matchingRows(numbers)) == .fails)
    }
  }

  @Test func `steps that are equally many are not fewer`() {
    let numbers = MatchingNumbers(steps: ["post": 1300, "pre": 1300])
    #expect(Self.matchingVerdict("A3", Self.matchingRows(numbers)) == .fails)
  }
}
