import Protocol
import Scheduling
import TestSupport
import Testing

/// How near unequal nodes come to the best time, and how little their slots wait.
@Suite struct UnequalNodesTests {
  @Test(arguments: [(0.1, 1), (0.5, 2), (1.0, 1), (0.05, 4)])
  func `a node and a three times slower one end together`(seconds: Double, slots: Int) {
    var model = ClusterModel(
      nodes: [
        "fast": .init(slots: slots, delaySeconds: 0.001),
        "slow": .init(slots: slots, slowness: 3, delaySeconds: 0.001),
      ], trialSeconds: Array(repeating: seconds, count: 400 * slots))
    model.play()
    #expect(model.fault == nil)
    #expect(model.counted.count == 400 * slots)
    #expect(model.endSeconds < 1.05 * model.idealSeconds)
  }

  @Test func `trials that differ end within a twentieth of the ideal on nodes that differ`() {
    for seed in 0..<16 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var model = ClusterModel(
        nodes: [
          "fast": .init(slots: 2, delaySeconds: 0.005),
          "slow": .init(slots: 2, slowness: 3, delaySeconds: 0.02),
          "far": .init(slots: 1, slowness: 1.5, delaySeconds: 0.1),
        ], trialSeconds: ClusterModel.variedSeconds(count: 800, using: &random))
      model.play()
      #expect(model.fault == nil, "seed \(seed)")
      #expect(model.endSeconds < 1.05 * model.idealSeconds, "seed \(seed)")
    }
  }

  @Test(arguments: [(0.5, 1), (0.5, 4), (0.1, 2), (5, 2)])
  func `no slot waits for a network with delay`(seconds: Double, slots: Int) {
    var model = ClusterModel(
      nodes: [
        "a": .init(slots: slots, delaySeconds: 0.02), "b": .init(slots: slots, delaySeconds: 0.02),
      ], trialSeconds: Array(repeating: seconds, count: 400 * slots))
    model.play()
    #expect(model.fault == nil)
    #expect(model.idlePart < 0.02)
    #expect(model.endSeconds < 1.02 * model.idealSeconds)
  }

  @Test func `varied trials leave no slot waiting either`() {
    var random = SeededGenerator(seed: 9)
    var model = ClusterModel(
      nodes: ["a": .init(slots: 4, delaySeconds: 0.02)],
      trialSeconds: ClusterModel.variedSeconds(count: 800, using: &random))
    model.play()
    #expect(model.fault == nil)
    #expect(model.idlePart < 0.02)
  }

  @Test func `quick trials over a delay are handed out in few messages`() {
    var model = ClusterModel(
      nodes: [
        "a": .init(slots: 2, delaySeconds: 0.02), "b": .init(slots: 2, delaySeconds: 0.02),
      ], trialSeconds: Array(repeating: 0.01, count: 8000))
    model.play()
    #expect(model.fault == nil)
    #expect(model.idlePart < 0.02)
    #expect(model.assignActionCount < 200)
  }

  @Test func `many nodes share a thousand quick trials in few messages`() {
    let nodes = (0..<64).map { ("n\($0)", ClusterModel.Node(slots: 1, delaySeconds: 0.001)) }
    var model = ClusterModel(
      nodes: Dictionary(uniqueKeysWithValues: nodes),
      trialSeconds: Array(repeating: 0.001, count: 1000))
    model.play()
    #expect(model.fault == nil)
    #expect(model.assignActionCount < 400)
    #expect(model.endSeconds < 0.5)
  }

  @Test func `what a slow node would begin last is trained on one that runs dry`() {
    // The slow node is there first and takes all that it may.
    var policy = SchedulerPolicy()
    policy.holdTrialsMin = 8
    var model = ClusterModel(
      nodes: ["slow": .init(slots: 1, slowness: 10), "fast": .init(slots: 1, readyAt: 0.5)],
      trialSeconds: Array(repeating: 1, count: 8), policy: policy)
    model.play()
    #expect(model.fault == nil)
    #expect(model.retractedCount == 7)
    #expect(model.endSeconds < 11)
  }

  @Test func `near its end a sweep hands a far slower node nothing`() {
    var model = ClusterModel(
      nodes: ["fast": .init(slots: 2), "slow": .init(slots: 1, slowness: 50)],
      trialSeconds: Array(repeating: 0.2, count: 400))
    model.play()
    #expect(model.fault == nil)
    #expect(model.endSeconds < 1.05 * 40)
  }

  @Test func `a slow node that is alone trains everything`() {
    var model = ClusterModel(
      nodes: ["slow": .init(slots: 1, slowness: 50)], trialSeconds: [0.2, 0.2, 0.2])
    model.play()
    #expect(model.counted.count == 3)
  }

  @Test func `what waits behind a slot that hangs is trained elsewhere`() {
    var model = ClusterModel(
      nodes: ["a": .init(slots: 1), "hung": .init(slots: 1, hangsAt: 5)],
      trialSeconds: Array(repeating: 0.3, count: 100))
    model.play(untilSeconds: 60)
    #expect(model.counted.count == 99)
  }

  @Test func `a node on which everything fails costs a sweep no trial`() {
    var model = ClusterModel(
      nodes: ["good": .init(slots: 1), "bad": .init(slots: 4, slowness: 0.01, failsAlways: true)],
      trialSeconds: Array(repeating: 0.1, count: 600))
    model.play()
    #expect(model.fault == nil)
    #expect(model.setAsideCount == 0)
    #expect(model.counted.count == 600)
    #expect((model.nodes[NodeName("bad")]?.trainedCount ?? 0) < 30)
    #expect(model.endSeconds < 62)
  }

  @Test func `the same cluster gives the same actions`() {
    var first = ClusterModel.mixed(seed: 3)
    var second = ClusterModel.mixed(seed: 3)
    first.play()
    second.play()
    #expect(first.log == second.log)
    #expect(first.fault == nil)
  }

  @Test func `every trial of any cluster ends once`() {
    for seed in 0..<60 as Range<UInt64> {
      var model = ClusterModel.mixed(seed: seed)
      model.play()
      #expect(model.fault == nil, "seed \(seed)")
      #expect(model.counted.count == model.trialSeconds.count, "seed \(seed)")
    }
  }
}

extension ClusterModel {
  /// Times between 0.04 s and 1 s, a quarter of them five times longer than the others.
  static func variedSeconds(count: Int, using random: inout SeededGenerator) -> [Double] {
    (0..<count).map { _ in
      let isLong = Int.random(in: 0..<4, using: &random) == 0
      return Double.random(in: 0.04...0.2, using: &random) * (isLong ? 5 : 1)
    }
  }

  /// A cluster that is a function of its seed.
  static func mixed(seed: UInt64) -> ClusterModel {
    var random = SeededGenerator(seed: seed)
    var nodes: [String: Node] = [:]
    for index in 0..<Int.random(in: 1...6, using: &random) {
      nodes["n\(index)"] = Node(
        slots: Int.random(in: 1...4, using: &random),
        slowness: Double.random(in: 1...6, using: &random),
        delaySeconds: Double.random(in: 0...0.2, using: &random),
        readyAt: Double.random(in: 0...3, using: &random))
    }
    let scale = [0.005, 0.1, 1, 20][Int.random(in: 0..<4, using: &random)]
    let seconds = variedSeconds(count: 120, using: &random).map { $0 * scale }
    return ClusterModel(nodes: nodes, trialSeconds: seconds)
  }
}
