import Planning
import Protocol
import TestSupport

/// Sweep files that are good.
enum SweepTexts {
  /// Everything that a sweep file can say.
  static let everything = """
    # Does the width matter?
    sweep: everything-1
    study: fixture
    parameters:
      init.gamma: {min: 0.6, max: 1.4, count: 9}
      init.gammaPrime: {values: [0.7, -0.5, 0]}
      width: {values: [100, 200]}
      training.learningRate: {min: 1e-3, max: 1e-1, count: 3, scale: log}
      samples: 5
    zip:
      - {mode: [none, drop, r1], keepProbability: [1, 0.9, 0.9]}
    set:
      - {where: "init.gamma > 0.8", training.steps: 5000}
      - {samples: "min(8, width / 25)"}
    exclude:
      - "init.gammaPrime > init.gamma and width < 150"
      - "mode == 'r1' and training.learningRate in [0.1]"
    seeds: {data: 0, initialization: replicate}
    replicates: 2
    numerics: pinned
    keep: {parameters: [0, final], curves: {every: 50}, matrices: [cosineW]}
    limits: {memory: 2 GiB, time: 1 h}
    diagrams:
      - x: init.gamma
        y: init.gammaPrime
        color: [loss, distance]
        reduce:
          - {axis: training.learningRate, by: min, if: "loss < 1 and outcome == 'completed'"}
          - {axis: width, by: logLogSlope}
        fixed: {mode: drop, keepProbability: 0.9}
        replicates: median
        contour: {measure: distance, at: 0.5}
        mask: "loss > 0.1"
        title: The width
      - x: init.gamma
        y: mode
        color: loss
        fixed: {training.learningRate: 0.01, init.gammaPrime: 0}
        reduce: [{axis: width, by: quantile, quantile: 0.9}]
        contour: 0
    """

  /// A plan of the fixture study whose file holds these lines after its name.
  static func plan(
    _ body: String, study: StudyDescription = StudyFixture.description
  ) throws -> SweepPlan {
    let text = "sweep: good\nstudy: fixture\n" + body + "\n"
    return try SweepPlan(try SweepFile(text: text, path: "good.yaml"), study: study)
  }

  /// The values of every cell on every axis, in grid order.
  static func cells(_ body: String) throws -> [String] {
    let plan = try plan(body)
    var rows: [String] = []
    for trial in plan.trials where rows.count == trial.cell.position {
      rows.append(trial.cell.values.map(\.canonicalText).joined(separator: " "))
    }
    return rows
  }
}
