import Planning
import Protocol
import TestSupport
import Testing

@Suite struct TrialSizesTests {
  private static func sizes(_ body: String) throws -> (sizes: TrialSizes, prices: CostEstimate) {
    let plan = try SweepTexts.plan(body)
    var sizes = TrialSizes(plan.study)
    for trial in plan.trials { sizes.add(trial.specification) }
    return (sizes, try CostEstimate(plan.study))
  }

  @Test func `rates and exponents change no size`() throws {
    let (sizes, prices) = try Self.sizes(
      """
      parameters:
        init.gamma: {min: 0.6, max: 1.4, count: 5, scale: log}
        width: {values: [100, 200]}
      replicates: 3
      """)
    #expect(sizes.trialCount == 30)
    #expect(sizes.representatives(12, prices: prices).map(\.count) == [15, 15])
  }

  @Test func `a real number that is zero or one may leave something out`() throws {
    let (sizes, _) = try Self.sizes(
      "parameters: {init.gamma: {values: [0, 0.5, 0.7, 1]}, mode: {values: [none, drop]}}")
    #expect(sizes.count == 6)
  }

  @Test func `neighbours in price share the dearest of them`() throws {
    let (sizes, prices) = try Self.sizes("parameters: {width: {values: [700, 100, 300, 500, 200]}}")
    let representatives = sizes.representatives(2, prices: prices)
    #expect(representatives.map { $0.trial.parameters["width"] } == [.integer(700), .integer(300)])
    #expect(representatives.map(\.count) == [2, 3])
  }

  @Test func `no trials have no sizes`() throws {
    let plan = try SweepTexts.plan("parameters: {}")
    let sizes = TrialSizes(plan.study)
    #expect(sizes.representatives(3, prices: try CostEstimate(plan.study)).isEmpty)
  }
}
