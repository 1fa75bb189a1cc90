import Planning
import Protocol
import TestSupport
import Testing

@Suite struct SweepKeyTests {
  private func keys(_ body: String) throws -> Set<TrialKey> {
    Set(try SweepTexts.plan(body).trials.map(\.key))
  }

  @Test func `keys do not depend on the order of axes and values`() throws {
    #expect(
      try keys("parameters:\n  width: {values: [100, 200]}\n  init.gamma: {values: [1, 2]}")
        == keys("parameters:\n  init.gamma: {values: [2, 1]}\n  width: {values: [200, 100]}"))
  }

  @Test func `keys do not depend on the sweep's name, diagrams and limits`() throws {
    let body = "parameters: {width: {values: [100, 200]}, init.gamma: {values: [1, 2]}}\n"
    let plain = try SweepFile(
      text: "sweep: one\nstudy: fixture\n" + body, path: "a.yaml")
    let other = try SweepFile(
      text: "sweep: two\nstudy: fixture\n" + body + "limits: {time: 1 h}\n"
        + "diagram: {x: width, y: init.gamma, color: loss}\n", path: "b.yaml")
    let study = StudyFixture.description
    #expect(
      try SweepPlan(plain, study: study).trials.map(\.key)
        == SweepPlan(other, study: study).trials.map(\.key))
  }

  @Test func `a default that is written out is the same trial`() throws {
    #expect(try keys("parameters: {width: 1000}") == keys("parameters: {}"))
  }

  @Test func `an extended axis keeps its old keys`() throws {
    let old = try keys("parameters: {init.gamma: {min: 0.6, max: 1.4, count: 9}}")
    let new = try keys("parameters: {init.gamma: {min: 0.3, max: 1.7, count: 15}}")
    #expect(old.isSubset(of: new))
    #expect(new.count == 15)
  }

  @Test func `cells that differ in inactive parameters share a trial`() throws {
    let plan = try SweepTexts.plan(
      "parameters: {mode: {values: [none, drop]}, keepProbability: {values: [0.5, 0.9]}}")
    #expect(plan.trialCount == 4)
    let keys = plan.trials.map(\.key)
    #expect(keys[0] == keys[1])
    #expect(Set(keys).count == 3)
    #expect(plan.trials.map(\.cell.values[1]) == [.real(0.5), .real(0.9), .real(0.5), .real(0.9)])
    #expect(
      plan.trials.map(\.specification.parameters["keepProbability"])
        == [.real(1), .real(1), .real(0.5), .real(0.9)])
  }

  @Test func `fixed seeds, replicates and numerics make the key`() throws {
    let bodies = [
      "parameters: {}", "parameters: {}\nseeds: {data: 7}", "parameters: {}\nreplicates: [7]",
      "parameters: {}\nnumerics: native",
    ]
    let found = try bodies.flatMap { try keys($0) }
    #expect(Set(found).count == bodies.count)
  }

  @Test func `the keys of a sweep are what they have always been`() throws {
    let plan = try SweepTexts.plan(
      """
      parameters:
        init.gamma: {min: 0.6, max: 1.4, count: 9}
        mode: {values: [none, drop]}
        keepProbability: 0.9
      replicates: 2
      """)
    let lines = plan.trials.map { trial in
      "\(trial.key) \(trial.cell.values.map(\.canonicalText)) \(trial.specification.replicate)\n"
    }
    try expectGolden(lines.joined(), named: "fixture-keys.txt")
  }
}
