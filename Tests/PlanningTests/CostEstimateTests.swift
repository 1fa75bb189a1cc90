import Planning
import Protocol
import TestSupport
import Testing

@Suite struct CostEstimateTests {
  @Test func `trials cost what the study says`() throws {
    let plan = try SweepTexts.plan("parameters: {width: {values: [100, 200]}}\nreplicates: 2")
    var estimate = try CostEstimate(plan.study)
    for trial in plan.trials { estimate.add(trial.specification) }
    #expect(estimate.trialCount == 4)
    #expect(estimate.multiplyAdds == 25 * 4 * (100 + 200) * 1000 * 2)
    #expect(abs(estimate.coreSeconds - 0.03) < 1e-12)
    #expect(estimate.assumption == "assuming 2e9 multiply-adds a second on each core")
  }

  @Test func `measured trials replace the assumption`() throws {
    let plan = try SweepTexts.plan("parameters: {width: {values: [100, 200]}}")
    let trials = plan.trials.map(\.specification)
    var estimate = try CostEstimate(plan.study)
    estimate.learn(trials[0], cpuSeconds: 3)
    estimate.learn(trials[0], cpuSeconds: .nan)
    estimate.add(trials[1])
    #expect(abs(estimate.coreSeconds - 6) < 1e-9)
    #expect(estimate.assumption == "as 1 trial of this sweep took")
  }

  @Test(arguments: ["", "log(0 - width)", "0 - width", "1 / (width - 1000)"])
  func `a trial without a price is counted`(cost: String) throws {
    var study = StudyFixture.description
    study.cost = cost
    let plan = try SweepTexts.plan("parameters: {}", study: study)
    var estimate = try CostEstimate(plan.study)
    for trial in plan.trials { estimate.add(trial.specification) }
    #expect(estimate.unpricedCount == 1)
    #expect(estimate.coreSeconds == 0)
    #expect(estimate.assumption.hasSuffix("1 of the trials have no price"))
  }

  @Test func `a cost that is no expression is the worker's fault`() {
    var study = StudyFixture.description
    study.cost = "width *"
    let error = #expect(throws: SweepFileError.self) { try CostEstimate(study) }
    #expect(error?.exitStatus == .internalFault)
  }
}
