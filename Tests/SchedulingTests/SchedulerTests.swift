import Protocol
import Scheduling
import Testing

@Suite struct SchedulerTests {
  @Test func `a node that is ready is handed the first trials in order`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 2])
    let assigned = world.ready("a")
    #expect(assigned.map(\.trial.rawValue) == [1, 2, 3, 4])
    #expect(assigned.allSatisfy { $0.attempt == AttemptNumber(1) })
  }

  @Test func `nothing is handed out before a node is ready`() {
    var world = SchedulerWorld(trials: 5, nodes: ["a": 2])
    #expect(world.send(.tick).isEmpty)
    #expect(world.scheduler.state.waitingCount == 5)
  }

  @Test func `the sweep ends when every trial has its result`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let assigned = world.ready("a")
    #expect(!world.finish(assigned[0], on: "a").contains(.end(.complete)))
    #expect(world.finish(assigned[1], on: "a") == [.end(.complete)])
  }

  @Test func `a sweep without trials is complete at once`() {
    var scheduler = Scheduler()
    let actions = scheduler.handle(
      .begin(nodes: [NodeName("a"): 1], waiting: [], recalled: [:]), at: 0)
    #expect(actions.last == .end(.complete))
  }

  @Test func `a trial that failed gets the next attempt number`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    let first = world.ready("a")[0]
    let second = world.send(.failed(NodeName("a"), first)).assigned(to: "a")
    #expect(second == [Assignment(trial: first.trial, attempt: AttemptNumber(2))])
  }

  @Test func `a trial that fails three times is set aside and the rest goes on`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let assigned = world.ready("a")
    world.finish(assigned[1], on: "a")
    let second = world.send(.failed(NodeName("a"), assigned[0])).assigned(to: "a")[0]
    let third = world.send(.failed(NodeName("a"), second)).assigned(to: "a")[0]
    let actions = world.send(.failed(NodeName("a"), third))
    #expect(actions == [.setAside(third.trial), .end(.complete)])
  }

  @Test func `what a lost node holds is kept for it until its lease ends`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    world.send(.nodeLost(NodeName("a")), after: 1)
    #expect(world.ready("b").isEmpty)
    #expect(world.send(.tick, after: 100).assigned(to: "b").isEmpty)
    let actions = world.send(.tick, after: 25)
    #expect(actions.givenUp(on: "a").first?.assignments == onA)
    #expect(actions.givenUp(on: "a").first?.reason == .leaseEnded)
    let again = actions.assigned(to: "b")
    #expect(again.map(\.trial) == onA.map(\.trial))
    #expect(again.allSatisfy { $0.attempt == AttemptNumber(2) })
  }

  @Test func `a node that comes back with what it holds goes on with it`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let assigned = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    let actions = world.answer("a", held: assigned)
    #expect(actions.isEmpty)
    #expect(world.scheduler.state.heldCount == 2)
  }

  @Test func `what a returning node never began is handed to it under its number`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let assigned = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    let actions = world.answer("a", held: [assigned[1]])
    #expect(actions == [.assignAgain(NodeName("a"), [assigned[0]])])
  }

  @Test func `what a returning node had begun and has forgotten is another attempt`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let assigned = world.ready("a")
    world.send(.running(NodeName("a"), [assigned[0]]))
    world.send(.nodeLost(NodeName("a")))
    let actions = world.answer("a", held: [assigned[1]])
    #expect(actions.givenUp(on: "a").first?.assignments == [assigned[0]])
    #expect(
      actions.assigned(to: "a")
        == [Assignment(trial: assigned[0].trial, attempt: AttemptNumber(2))])
  }

  @Test func `an attempt of an earlier coordinator is waited for on its node`() {
    let recalled = PendingTrial(trial: TrialID(7), attempts: 3, failures: 0)
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1, "b": 1], recalled: ["a": [recalled]])
    #expect(world.ready("b").map(\.trial) == [TrialID(1)])
    let held = Assignment(trial: TrialID(7), attempt: AttemptNumber(3))
    #expect(world.ready("a", held: [held]).isEmpty)
    #expect(world.scheduler.state.heldCount == 2)
  }

  @Test func `a late result counts and the attempt that replaced it is called off`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1, "b": 1])
    let first = world.ready("a")[0]
    world.send(.nodeLost(NodeName("a")))
    _ = world.ready("b")
    let second = world.send(.tick, after: 200).assigned(to: "b")[0]
    let actions = world.finish(first, on: "a")
    #expect(actions.givenUp(on: "b").first?.reason == .overtaken)
    #expect(actions.contains(.retract(NodeName("b"), [second])))
    #expect(actions.last == .end(.complete))
  }

  @Test func `a stale failure changes nothing`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1, "b": 1])
    let first = world.ready("a")[0]
    world.send(.nodeLost(NodeName("a")))
    _ = world.ready("b")
    world.send(.tick, after: 200)
    #expect(world.send(.failed(NodeName("a"), first)).isEmpty)
    #expect(world.scheduler.state.heldCount == 1)
  }

  @Test func `stopping takes back what waits and ends when what runs has ended`() {
    var world = SchedulerWorld(trials: 9, nodes: ["a": 1])
    let assigned = world.ready("a")
    #expect(world.send(.stop) == [.retract(NodeName("a"), assigned)])
    #expect(world.send(.returned(NodeName("a"), Array(assigned[1...]))).isEmpty)
    #expect(world.finish(assigned[0], on: "a") == [.end(.stopped)])
  }

  @Test func `quick trials are handed out many at a time`() {
    var world = SchedulerWorld(trials: 5000, nodes: ["a": 1])
    var assigned = world.ready("a")
    for _ in 0..<60 {
      assigned += world.finish(assigned.removeFirst(), on: "a", seconds: 1e-5).assigned(to: "a")
    }
    #expect(world.scheduler.state.heldCount >= 250)
  }

  @Test func `slow trials are handed out two at a time`() {
    var world = SchedulerWorld(trials: 100, nodes: ["a": 1])
    for assignment in world.ready("a") { world.finish(assignment, on: "a", seconds: 60) }
    #expect(world.scheduler.state.heldCount == 2)
  }

  @Test func `a node that never answers ends the sweep`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    var actions: [SchedulerAction] = []
    for _ in 0..<4 { actions = world.send(.nodeLost(NodeName("a")), after: 1) }
    #expect(actions.last == .end(.noNode))
  }

  @Test func `pauses between connections double and stay bounded`() {
    let policy = SchedulerPolicy()
    let pauses = (1...20).map { policy.reconnectSeconds(NodeName("a"), failures: $0) }
    #expect(pauses[0] < 0.31)
    #expect(pauses[4] > 3)
    #expect(pauses.allSatisfy { $0 <= 90 })
    #expect(
      policy.reconnectSeconds(NodeName("a"), failures: 9)
        != policy.reconnectSeconds(NodeName("b"), failures: 9))
  }
}
