import Planning
import Protocol
import TestSupport
import Testing

@Suite struct AxisValuesTests {
  private func values(_ declaration: String, of name: String = "init.gamma") throws -> [Double] {
    let plan = try SweepTexts.plan("parameters:\n  \(name): \(declaration)")
    return plan.axes.first?.values.compactMap(\.number) ?? []
  }

  @Test func `a linear range has the decimals that a person would write`() throws {
    #expect(
      try values("{min: 0.6, max: 1.4, count: 9}")
        == [0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4])
    #expect(
      try values("{min: -0.3, max: 0.4, count: 8}") == [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4])
  }

  @Test func `a third keeps twelve digits`() throws {
    #expect(try values("{min: 0, max: 1, count: 4}") == [0, 0.333333333333, 0.666666666667, 1])
    #expect(try values("{values: [0.33333333333333331]}") == [0.333333333333])
  }

  @Test func `a logarithmic range goes by equal factors`() throws {
    #expect(
      try values("{min: 1e-3, max: 1e-1, count: 5, scale: log}")
        == [1e-3, 0.00316227766017, 0.01, 0.0316227766017, 0.1])
    #expect(
      try values("{min: 1000, max: 16000, count: 5, scale: log}", of: "width")
        == [1000, 2000, 4000, 8000, 16000])
  }

  @Test(arguments: [3, 7, 10, 33, 100, 250])
  func `an extended linear range hits the old values`(steps: Int) throws {
    let step = 0.01
    let old = try values("{min: -1.23, max: \(-1.23 + Double(steps) * step), count: \(steps + 1)}")
    let more = steps * 2
    let new = try values("{min: -1.23, max: \(-1.23 + Double(more) * step), count: \(more + 1)}")
    #expect(old.count == steps + 1)
    #expect(Array(new.prefix(old.count)) == old)
  }

  @Test func `a fine range hits the values of a coarse one`() throws {
    let coarse = try values("{min: -1, max: 1, count: 2001}")
    let fine = try values("{min: -1, max: 1, count: 20001}")
    #expect(Set(coarse).isSubset(of: Set(fine)))
    #expect(fine[10001] == 1e-4)
  }

  @Test(arguments: [2, 3, 5, 8, 17, 40])
  func `an extended logarithmic range hits the old values`(perDecade: Int) throws {
    let name = "training.learningRate"
    let old = try values(
      "{min: 1e-6, max: 1e-3, count: \(3 * perDecade + 1), scale: log}", of: name)
    let new = try values("{min: 1e-8, max: 10, count: \(9 * perDecade + 1), scale: log}", of: name)
    #expect(Set(old).isSubset(of: Set(new)))
    #expect(new.count == 9 * perDecade + 1)
  }

  @Test func `logarithmic values are right to twelve digits`() throws {
    let found = try values("{min: 0.001, max: 9, count: 500, scale: log}")
    // 0.001 * 9000 ^ (i / 499) for i = 1, 137, 250, 498, by Python's decimal with 40 digits.
    #expect(
      [1, 137, 250, 498].map { found[$0] }
        == [0.00101841393624, 0.0121796193367, 0.0957377951814, 8.83727105423])
  }

  @Test(arguments: [
    "{min: 1e-300, max: 1e300, count: 3}", "{min: 1e-300, max: 1e300, count: 3, scale: log}",
    "{min: 0.1234567890123456789012, max: 7, count: 3}",
    "{min: -123456789012345678, max: 123456789012345678, count: 3}",
  ])
  func `ranges of any size have ascending values`(range: String) throws {
    var study = StudyFixture.description
    study.parameters[1].minimum = nil
    study.parameters[1].maximum = nil
    study.parameters[1].defaultValue = .real(1)
    let plan = try SweepTexts.plan("parameters:\n  init.gamma: \(range)", study: study)
    let values = plan.axes[0].values.compactMap(\.number)
    #expect(values.count == 3)
    #expect(values == values.sorted())
  }

  @Test func `numbers are ascending and words in file order`() throws {
    let plan = try SweepTexts.plan(
      "parameters:\n  width: {values: [300, 100, 200]}\n  mode: {values: [r1, none, drop]}")
    #expect(plan.axes[0].values == [.integer(100), .integer(200), .integer(300)])
    #expect(plan.axes[1].values == [.text("r1"), .text("none"), .text("drop")])
  }

  @Test func `scales follow the declaration`() throws {
    let plan = try SweepTexts.plan(
      """
      parameters:
        init.gamma: {min: 1, max: 2, count: 3}
        training.learningRate: {min: 0.1, max: 1, count: 3, scale: log}
        width: {values: [100, 1000], scale: log}
        samples: {values: [3, 4], scale: categorical}
        mode: {values: [none, drop]}
        antisymmetric: {values: [true, false]}
      """)
    #expect(
      plan.axes.map(\.scale)
        == [.linear, .logarithmic, .logarithmic, .categorical, .categorical, .categorical])
  }

  @Test func `whole numbers need no count`() throws {
    #expect(try values("{min: 3, max: 6}", of: "samples") == [3, 4, 5, 6])
  }

  @Test(arguments: [
    ("{value: 2}", []), ("{value: 2, distribution: constant}", []),
    ("{values: [2, 3], distribution: categorical}", [2, 3]),
    ("{min: 2, max: 3, count: 3, distribution: uniform}", [2, 2.5, 3]),
    ("{min: 0.01, max: 1, count: 3, distribution: log_uniform_values}", [0.01, 0.1, 1]),
    ("{min: 2, max: 4, count: 3, distribution: int_uniform}", [2, 3, 4]),
  ])
  func `the plain forms of W&B files are read`(declaration: String, expected: [Double]) throws {
    #expect(try values(declaration) == expected)
  }
}
