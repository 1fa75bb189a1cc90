import Foundation
import Protocol
import Testing

@testable import Kernel

/// Holds the studies of two-layer networks against an independent program.
///
/// `Golden/two-layer-reference.txt` has what a program in NumPy, in double precision with the
/// eigenvalues of LAPACK, gives from the same standard normal draws.
@Suite struct ReferenceTrajectoryTests {
  /// One line of the file.
  struct Reference: Sendable, CustomTestStringConvertible {
    let study: String
    let gamma: Double
    let gammaPrime: Double
    let width: Int64
    let steps: UInt64
    /// The measures that the study's lines list, in their order.
    let values: [Double]

    var testDescription: String { "\(study) (\(gamma), \(gammaPrime)) m = \(width)" }

    var request: [String: ParameterValue] {
      [
        "init.gamma": .real(gamma), "init.gammaPrime": .real(gammaPrime), "width": .integer(width),
      ]
    }
  }

  /// The measures of a line, in the order of the file's columns.
  static let columns = [
    "two-layer-phase-diagram": [
      "relativeChange", "relativeChangeOutput", "directionNumber", "lossRatio",
    ],
    "initial-condensation": [
      "relativeChange", "relativeChangeOutput", "alignment", "meanCosine", "lossRatio",
    ],
  ]

  static func references() throws -> [Reference] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/two-layer-reference.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
      .map { line in
        let fields = line.split(separator: " ")
        let numbers = try fields.dropFirst().map { try #require(Double($0)) }
        return Reference(
          study: String(fields[0]), gamma: numbers[0], gammaPrime: numbers[1],
          width: Int64(numbers[2]), steps: UInt64(numbers[3]), values: Array(numbers.dropFirst(4)))
      }
  }

  @Test(arguments: try ReferenceTrajectoryTests.references())
  func `single precision reproduces the reference`(reference: Reference) throws {
    let report = try StudyRequests.train(
      try StudyRequests.specification(reference.study, reference.request))
    #expect(report.outcome == .completed(.rule))
    #expect(report.steps == reference.steps)
    let columns = try #require(ReferenceTrajectoryTests.columns[reference.study])
    for (name, expected) in zip(columns, reference.values) {
      // Rounding to single precision adds up along up to 2000 steps; the loss at the end, a
      // hundred-thousandth of the first, feels it most.
      let tolerance = name == "lossRatio" ? 2e-3 : 1e-4
      let value = try report.number(name)
      #expect(abs(value - expected) <= tolerance * expected, "\(name)")
    }
  }

  @Test(arguments: try ReferenceTrajectoryTests.references())
  func `double precision reproduces the reference`(reference: Reference) throws {
    let trial = try StudyRequests.specification(reference.study, reference.request)
    let request = TrainingRequest(
      key: trial.key, numerics: .pinned, parameters: trial.parameters, seeds: trial.seeds,
      replicate: 0)
    let training =
      reference.study == "initial-condensation"
      ? try InitialCondensation().training(of: request)
      : try TwoLayerPhaseDiagram().training(of: request)
    let course = try training.train(Double.self, numerics: .pinned)
    #expect(course.steps == reference.steps)
    // The reference is printed with twelve digits; the eigenvalue that caps the steps is computed
    // in another way there.
    #expect(abs(course.input.relativeChange / reference.values[0] - 1) < 1e-8)
    #expect(abs(course.output.relativeChange / reference.values[1] - 1) < 1e-8)
  }

  @Test(arguments: [(0.5, -0.493), (1.0, 0.019), (1.75, 0.386)])
  func `slopes over the widths are those of the reference`(gamma: Double, slope: Double) throws {
    let lines = try ReferenceTrajectoryTests.references().filter {
      $0.study == "two-layer-phase-diagram" && $0.gamma == gamma && $0.gammaPrime == 0
    }
    let rows = try lines.map { line in
      let trial = try StudyRequests.specification(line.study, line.request)
      let change = try StudyRequests.train(trial).number("relativeChange")
      return StudyRow(
        parameters: trial.parameters, replicate: 0, outcome: .completed(.rule),
        measures: ["relativeChange": change])
    }
    let ours = try #require(
      PhaseTable(rows, fixed: [:]).slope(of: "relativeChange", at: PhasePoint(gamma, 0)))
    let reference = PhaseTable.leastSquaresSlope(
      lines.map { (Elementary.logarithm(Double($0.width)), Elementary.logarithm($0.values[0])) })
    #expect(abs(ours - reference) < 1e-4)
    #expect(abs(reference - slope) < 1e-3)
  }
}
