import Protocol
import Scheduling
import Testing

/// What is asked back of nodes, and what is not.
@Suite struct RetractionTests {
  /// Two nodes, of which the first holds everything, and it is slow.
  private func twoNodes(trials: Int = 4) -> (world: SchedulerWorld, onSlow: [Assignment]) {
    var policy = SchedulerPolicy()
    policy.holdTrialsMin = 16
    var world = SchedulerWorld(policy: policy, trials: trials, nodes: ["fast": 1, "slow": 1])
    let onSlow = world.ready("slow")
    return (world, onSlow)
  }

  @Test func `an idle node gets what another one would begin last`() {
    var (world, onSlow) = twoNodes()
    let asked = world.answer("fast").retracted(from: "slow")
    #expect(asked == Array(onSlow.suffix(2)))
    let actions = world.send(.returned(NodeName("slow"), asked))
    #expect(actions.assigned(to: "fast").map(\.trial) == asked.map(\.trial))
    #expect(actions.assigned(to: "fast").allSatisfy { $0.attempt == AttemptNumber(2) })
    #expect(actions.assigned(to: "slow").isEmpty)
  }

  @Test func `a node is not asked again before it has answered`() {
    var (world, _) = twoNodes()
    world.answer("fast")
    #expect(world.send(.tick, after: 1).isEmpty)
    #expect(world.send(.tick, after: 1).isEmpty)
  }

  @Test func `what has begun is not asked for again`() {
    var (world, onSlow) = twoNodes(trials: 2)
    let asked = world.answer("fast").retracted(from: "slow")
    #expect(asked == [onSlow[1]])
    #expect(world.send(.returned(NodeName("slow"), [])).isEmpty)
    #expect(world.send(.tick, after: 1).isEmpty)
  }

  @Test func `what a heartbeat shows in a slot is not asked for`() {
    var (world, onSlow) = twoNodes(trials: 2)
    world.send(.running(NodeName("slow"), onSlow))
    #expect(world.answer("fast").isEmpty)
  }

  @Test func `a node that was lost while it was asked is asked again when it is back`() {
    var (world, onSlow) = twoNodes()
    world.answer("fast")
    world.send(.nodeLost(NodeName("slow")))
    let asked = world.answer("slow", held: onSlow).retracted(from: "slow")
    #expect(asked.count == 2)
  }

  @Test func `a single trial that runs is nobody else's`() {
    var (world, _) = twoNodes(trials: 1)
    #expect(world.answer("fast").isEmpty)
  }

  @Test func `a far node holds more than a near one`() {
    var held: [Int] = []
    for seconds in [0.001, 0.8] {
      var world = SchedulerWorld(trials: 5000, nodes: ["a": 1])
      world.send(.latency(NodeName("a"), seconds: seconds))
      var assigned = world.ready("a")
      for _ in 0..<50 {
        assigned += world.finish(assigned.removeFirst(), on: "a", seconds: 0.05)
          .assigned(to: "a")
      }
      held.append(world.scheduler.state.heldCount)
    }
    #expect(held[0] <= 11)
    #expect(held[1] >= 30)
  }

  @Test func `one node holds no more than half of what a worker takes`() {
    var world = SchedulerWorld(trials: 40_000, nodes: ["a": 512])
    var assigned = world.ready("a")
    for _ in 0..<2000 {
      assigned += world.finish(assigned.removeFirst(), on: "a", seconds: 1e-5).assigned(to: "a")
    }
    #expect(world.scheduler.state.heldCount <= Limits.trialsPerListMax / 2)
    #expect(world.scheduler.state.heldCount >= Limits.trialsPerListMax / 4)
  }
}
