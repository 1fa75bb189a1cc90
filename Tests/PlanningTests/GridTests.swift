import Planning
import Protocol
import TestSupport
import Testing

@Suite struct GridTests {
  @Test func `the first axis of the file is the slowest`() throws {
    #expect(
      try SweepTexts.cells(
        "parameters:\n  width: {values: [200, 100]}\n  mode: {values: [none, drop]}")
        == ["100 none", "100 drop", "200 none", "200 drop"])
  }

  @Test func `a file without an axis has one cell`() throws {
    let plan = try SweepTexts.plan("parameters: {width: 100}\nreplicates: 3")
    #expect(plan.axes.isEmpty)
    #expect(plan.cellCount == 1)
    #expect(plan.trials.map(\.specification.replicate) == [0, 1, 2])
  }

  @Test func `replicates of a cell come together`() throws {
    let plan = try SweepTexts.plan(
      "parameters: {width: {values: [100, 200]}}\nreplicates: [4, 1]")
    #expect(plan.trials.map(\.cell.position) == [0, 0, 1, 1])
    #expect(plan.trials.map(\.specification.replicate) == [4, 1, 4, 1])
    #expect(plan.trialCount == 4)
  }

  @Test func `a union trains shared cells once`() throws {
    let cells = try SweepTexts.cells(
      """
      grids:
        - {width: {values: [100, 200]}, init.gamma: {min: 0.5, max: 1, count: 2}}
        - {width: {values: [200, 300]}, init.gamma: {values: [1, 1.5]}}
      """)
    #expect(
      cells == [
        "100 0.5", "100 1.0", "200 0.5", "200 1.0", "200 1.5", "300 1.0", "300 1.5",
      ])
  }

  @Test func `the order of the grids of a union does not matter`() throws {
    let first = "  - {width: {values: [100, 200]}, init.gamma: 2}\n"
    let second = "  - {width: {values: [200, 300]}, init.gamma: {values: [2, 1]}}\n"
    #expect(
      try SweepTexts.cells("grids:\n" + first + second)
        == SweepTexts.cells("grids:\n" + second + first))
  }

  @Test func `a parameter that a grid does not name has its default there`() throws {
    #expect(
      try SweepTexts.cells(
        """
        grids:
          - {init.gamma: {values: [0.6, 0.7]}, init.gammaPrime: {values: [-0.4, 0.4]}}
          - {init.gamma: {values: [0.5, 1.75]}}
        """)
        == [
          "0.5 0.0", "0.6 -0.4", "0.6 0.4", "0.7 -0.4", "0.7 0.4", "1.75 0.0",
        ])
  }

  @Test func `a parameter that differs between grids is an axis`() throws {
    let plan = try SweepTexts.plan(
      "grids:\n  - {width: 100, samples: 4}\n  - {width: 200, samples: 4}")
    #expect(plan.axes.map(\.name) == ["width"])
    #expect(plan.cellCount == 2)
  }

  @Test func `the D1 sweep has 415 trials`() throws {
    let plan = try SweepTexts.plan(
      """
      grids:
        - width: {values: [1000, 2000, 4000, 8000, 16000]}
          init.gamma: {min: 0.6, max: 1.4, count: 9}
          init.gammaPrime: {min: -0.4, max: 0.4, count: 9}
        - width: {values: [1000, 2000, 4000, 8000, 16000]}
          init.gamma: {values: [0.5, 1.75]}
      """)
    #expect(plan.trialCount == 415)
    #expect(plan.axes.map(\.values.count) == [5, 11, 9])
    #expect(Set(plan.trials.map(\.key)).count == 415)
  }

  @Test func `zipped axes move together`() throws {
    #expect(
      try SweepTexts.cells(
        """
        parameters: {width: {values: [100, 200]}}
        zip: [{mode: [none, drop, r1], keepProbability: [1, 0.9, 0.8]}]
        """)
        == [
          "100 none 1.0", "100 drop 0.9", "100 r1 0.8",
          "200 none 1.0", "200 drop 0.9", "200 r1 0.8",
        ])
  }

  @Test func `zipped axes that come first in the file are the slowest`() throws {
    #expect(
      try SweepTexts.cells(
        """
        zip: [{samples: [5, 3], init.gamma: [1, 2]}]
        parameters: {width: {values: [100, 200]}}
        """)
        == ["3 2.0 100", "3 2.0 200", "5 1.0 100", "5 1.0 200"])
  }

  @Test func `set computes values in order`() throws {
    let plan = try SweepTexts.plan(
      """
      parameters: {width: {values: [100, 200]}}
      set:
        - {samples: "width / 50"}
        - {where: "samples > 2", samples: "samples + 1", mode: drop}
        - {where: "mode == 'drop'", keepProbability: "1 / 3", antisymmetric: "width < 150"}
      """)
    let trials = plan.trials.map(\.specification.parameters)
    #expect(trials.map { $0["samples"] } == [.integer(2), .integer(5)])
    #expect(trials.map { $0["mode"] } == [.text("none"), .text("drop")])
    #expect(trials.map { $0["keepProbability"] } == [.real(1), .real(0.333333333333)])
    #expect(trials.map { $0["antisymmetric"] } == [.boolean(true), .boolean(false)])
  }

  @Test func `excluded points have no place and are counted by reason`() throws {
    let plan = try SweepTexts.plan(
      """
      parameters:
        width: {values: [4, 100, 200]}
        init.gamma: {values: [1, 2]}
      exclude: ["init.gamma > 1 and width < 150", "width == 200 and init.gamma == 1"]
      """)
    #expect(plan.grid.pointCount == 6)
    #expect(plan.cellCount == 2)
    #expect(
      plan.grid.exclusions == [
        .init(source: .file, reason: "init.gamma > 1 and width < 150", count: 2),
        .init(source: .file, reason: "width == 200 and init.gamma == 1", count: 1),
        .init(source: .study, reason: "fewer than two neurons a sample", count: 1),
      ])
    #expect(plan.trials.map(\.cell.position) == [0, 1])
    #expect(
      plan.trials.map(\.cell.values) == [[.integer(100), .real(1)], [.integer(200), .real(2)]])
  }

  @Test func `everything that a file can say works together`() throws {
    let file = try SweepFile(text: SweepTexts.everything, path: "a.yaml")
    let plan = try SweepPlan(file, study: StudyFixture.description)
    #expect(
      plan.axes.map(\.name) == [
        "init.gamma", "init.gammaPrime", "width", "training.learningRate", "mode",
        "keepProbability",
      ])
    #expect(plan.grid.pointCount == 9 * 3 * 2 * 3 * 3)
    #expect(plan.grid.exclusions.map(\.count) == [9, 53])
    #expect(plan.fixedSeeds == ["data": 0])
    #expect(plan.diagrams.count == 2)
    var count = 0
    for trial in plan.trials {
      #expect(trial.specification.key == trial.key)
      #expect(trial.cell.position == count / 2)
      count += 1
    }
    #expect(count == plan.trialCount)
  }

  @Test func `the trials of a large grid are made one by one`() throws {
    var study = StudyFixture.description
    study.constraints = []
    let plan = try SweepTexts.plan(
      """
      parameters:
        init.gamma: {min: 0, max: 1, count: 1000}
        init.gammaPrime: {min: 0, max: 1, count: 1000}
      """, study: study)
    #expect(plan.trialCount == 1_000_000)
    let first = plan.trials.prefix(3).map(\.cell.values)
    #expect(
      first == [
        [.real(0), .real(0)], [.real(0), .real(0.001001001001)], [.real(0), .real(0.002002002002)],
      ])
  }
}
