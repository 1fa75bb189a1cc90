import Protocol

@testable import Kernel

/// Tables of results as theory would have them, to hold statements against.
enum StatementFixtures {
  /// The widths of the tables.
  static let widths: [Int64] = [1000, 2000, 4000, 8000]

  /// One trial of a study with its default parameters but for the named ones.
  static func row(
    _ study: any Study, gamma: Double, gammaPrime: Double, width: Int64, replicate: UInt32 = 0,
    outcome: TrialOutcome = .completed(.rule), measures: [String: Double],
    changes: [String: ParameterValue] = [:]
  ) -> StudyRow {
    var parameters: [String: ParameterValue] = [:]
    for parameter in study.description.parameters {
      parameters[parameter.name] = parameter.defaultValue
    }
    parameters["init.gamma"] = .real(gamma)
    parameters["init.gammaPrime"] = .real(gammaPrime)
    parameters["width"] = .integer(width)
    return StudyRow(
      parameters: parameters.merging(changes) { _, new in new }, replicate: replicate,
      outcome: outcome, measures: measures)
  }

  /// The whole grid of the ReLU study: relative changes m^S with the predicted slope.
  /// - Parameters:
  ///   - slope: The slope that the table shall have, given the predicted one.
  ///   - directions: The number of directions of a cell.
  /// - Returns: One trial a cell and width.
  static func twoLayerGrid(
    slope: (PhasePoint, Double) -> Double = { $1 },
    directions: (PhasePoint) -> Double = { $0.gamma < 1 ? 58 : 3 }
  ) -> [StudyRow] {
    var points = [PhasePoint(0.5, 0), PhasePoint(1.75, 0)]
    for gammaPrime in -4...4 {
      for gamma in 6...14 {
        // Products of a tenth, as an axis from a step has them: 3 · 0.1 is not 0.3.
        points.append(PhasePoint(Double(gamma) * 0.1, Double(gammaPrime) * 0.1))
      }
    }
    return points.flatMap { point in
      widths.map { width in
        let exponent = slope(point, TwoLayerPhaseDiagram.predictedSlope(at: point))
        return row(
          TwoLayerPhaseDiagram(), gamma: point.gamma, gammaPrime: point.gammaPrime, width: width,
          measures: [
            "relativeChange": 2 * Elementary.power(Double(width), exponent),
            "directionNumber": directions(point),
          ])
      }
    }
  }

  /// The grid of the tanh study: alignments and relative changes m^S.
  /// - Parameters:
  ///   - slope: The slope of a cell, given its distance from the boundary.
  ///   - alignment: The alignment of a cell at a width, given its distance from the boundary.
  /// - Returns: One trial a cell and width.
  static func condensationGrid(
    slope: (PhasePoint, Double) -> Double = { $1 },
    alignment: (PhasePoint, Int64, Double) -> Double = { _, width, distance in
      distance <= 0 ? 0.34 : 1 - 0.1 / Double(width)
    }
  ) -> [StudyRow] {
    var rows: [StudyRow] = []
    for gammaPrime in [-0.5, 0, 0.5] {
      for gamma in [0.6, 0.8, 1, 1.2, 1.5, 2] {
        let point = PhasePoint(gamma, gammaPrime)
        let distance = gamma - max(1, 1 + gammaPrime)
        for width: Int64 in [500, 1000, 2000, 4000] {
          rows.append(
            row(
              InitialCondensation(), gamma: gamma, gammaPrime: gammaPrime, width: width,
              measures: [
                "relativeChange": Elementary.power(Double(width), slope(point, distance)),
                "alignment": alignment(point, width, distance),
              ]))
        }
      }
    }
    return rows
  }

  /// The verdict on one statement.
  static func verdict(
    _ name: String, of study: any Study, on rows: [StudyRow]
  ) -> StatementVerdict? {
    study.verdicts(on: rows).first { $0.name == name }
  }
}
