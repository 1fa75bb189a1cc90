import Protocol
import Scheduling
import TestSupport
import Testing

/// Enough work on each node for hours without a coordinator.
@Suite struct HoldTests {
  private static func policy(hours: Double, expectedSeconds: Double = 1) -> SchedulerPolicy {
    var policy = SchedulerPolicy()
    policy.holdSeconds = hours * 3600
    policy.expectedTrialSeconds = expectedSeconds
    return policy
  }

  /// A cluster whose coordinator has gone after twenty seconds.
  private static func left(
    _ nodes: [String: ClusterModel.Node], trialSeconds: [Double], policy: SchedulerPolicy
  ) -> ClusterModel {
    var model = ClusterModel(nodes: nodes, trialSeconds: trialSeconds, policy: policy)
    model.play(untilSeconds: 20)
    return model
  }

  @Test func `each node holds enough for the time that was asked for`() {
    let model = HoldTests.left(
      ["quick": .init(slots: 2), "slow": .init(slots: 1, slowness: 3)],
      trialSeconds: Array(repeating: 2, count: 40_000), policy: HoldTests.policy(hours: 2))
    for name in ["quick", "slow"] {
      #expect(model.seconds(on: name) > 0.85 * 7200)
      #expect(model.seconds(on: name) < 1.2 * 7200)
    }
  }

  @Test func `what is left is shared so that nodes end together`() {
    let model = HoldTests.left(
      ["quick": .init(slots: 2), "slow": .init(slots: 1, slowness: 3)],
      trialSeconds: Array(repeating: 2, count: 1400), policy: HoldTests.policy(hours: 10))
    #expect(model.scheduler.state.waitingCount == 0)
    let quick = model.seconds(on: "quick")
    let slow = model.seconds(on: "slow")
    #expect(min(quick, slow) > 0.8 * max(quick, slow))
  }

  @Test func `trials that differ are shared as well`() {
    for seed in 0..<8 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let seconds = ClusterModel.variedSeconds(count: 3000, using: &random)
      let model = HoldTests.left(
        [
          "a": .init(slots: 2, delaySeconds: 0.01), "b": .init(slots: 1, slowness: 2),
          "c": .init(slots: 4, slowness: 1.5, delaySeconds: 0.1),
        ], trialSeconds: seconds, policy: HoldTests.policy(hours: 10))
      let times = ["a", "b", "c"].map(model.seconds)
      #expect((times.min() ?? 0) > 0.7 * (times.max() ?? 0), "seed \(seed)")
    }
  }

  @Test func `work is held before the first trial has ended`() {
    let model = HoldTests.left(
      ["a": .init(slots: 1), "b": .init(slots: 1)],
      trialSeconds: Array(repeating: 600, count: 200),
      policy: HoldTests.policy(hours: 8, expectedSeconds: 600))
    for name in ["a", "b"] { #expect(model.seconds(on: name) > 0.9 * 8 * 3600) }
  }

  @Test func `a node holds no more than a worker takes`() {
    let policy = HoldTests.policy(hours: 8)
    #expect(policy.holdTrialsLongMax < Limits.trialsPerListMax)
    let model = HoldTests.left(
      ["a": .init(slots: 8)], trialSeconds: Array(repeating: 0.01, count: 60_000),
      policy: policy)
    #expect(model.scheduler.state.heldCount <= policy.holdTrialsLongMax)
    #expect(model.scheduler.state.heldCount > policy.holdTrialsLongMax / 2)
  }

  @Test func `holding for long needs few messages`() {
    let model = HoldTests.left(
      ["a": .init(slots: 2), "b": .init(slots: 2)],
      trialSeconds: Array(repeating: 0.5, count: 20_000), policy: HoldTests.policy(hours: 1))
    #expect(model.assignActionCount < 40)
  }

  @Test func `the lease outlasts the work`() {
    var policy = HoldTests.policy(hours: 8)
    policy.leaseSeconds = 60
    #expect(policy.silenceSecondsMax > 8 * 3600)
    var world = SchedulerWorld(policy: policy, trials: 4, nodes: ["a": 1, "b": 1])
    _ = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    #expect(world.send(.tick, after: 4 * 3600).givenUp(on: "a").isEmpty)
    #expect(!world.send(.tick, after: 4.1 * 3600).givenUp(on: "a").isEmpty)
  }

  @Test func `a sweep with a long hold ends in time`() {
    var model = ClusterModel(
      nodes: ["quick": .init(slots: 2), "slow": .init(slots: 2, slowness: 3)],
      trialSeconds: Array(repeating: 0.5, count: 800), policy: HoldTests.policy(hours: 1))
    model.play()
    #expect(model.fault == nil)
    #expect(model.counted.count == 800)
    #expect(model.endSeconds < 1.05 * model.idealSeconds)
  }
}

extension ClusterModel {
  /// How long a node works on what it has, in seconds.
  func seconds(on name: String) -> Double {
    guard let node = nodes[NodeName(name)] else { return 0 }
    let work = (node.waiting + node.running).reduce(0) {
      $0 + trialSeconds[Int($1.trial.rawValue)]
    }
    return work * node.slowness / Double(node.slots)
  }
}
