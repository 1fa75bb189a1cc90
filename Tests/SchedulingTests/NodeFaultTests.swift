import Protocol
import Scheduling
import Testing

/// Nodes that are only collected from, that are refused, and on which everything fails.
@Suite struct NodeFaultTests {
  @Test func `a node tells how many slots it has`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": nil])
    #expect(world.ready("a", slots: 3).count == 6)
  }

  @Test func `what the worker says of its slots replaces what the cluster said`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1])
    #expect(world.ready("a", slots: 4).count == 8)
  }

  @Test func `a node that is only collected from is handed nothing and gives back what it holds`() {
    let recalled = [1, 2].map { PendingTrial(trial: TrialID(100 + $0), attempts: 1, failures: 0) }
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "old": 0], recalled: ["old": recalled])
    let held = recalled.map { Assignment(trial: $0.trial, attempt: AttemptNumber(1)) }
    let actions = world.answer("old", slots: 4, held: held)
    #expect(actions == [.retract(NodeName("old"), held)])
    #expect(world.send(.tick, after: 1).isEmpty)
    world.send(.returned(NodeName("old"), [held[1]]))
    #expect(world.ready("a").map(\.trial.rawValue) == [1, 2])
    let end = world.finish(held[0], on: "old")
    #expect(end.isEmpty)
    #expect(world.scheduler.state.waitingCount == 1)
  }

  @Test func `what never arrived at a node that is only collected from goes elsewhere`() {
    let recalled = PendingTrial(trial: TrialID(7), attempts: 1, failures: 0)
    var world = SchedulerWorld(trials: 0, nodes: ["a": 1, "old": 0], recalled: ["old": [recalled]])
    _ = world.ready("a")
    let actions = world.answer("old")
    #expect(actions.givenUp(on: "old").first?.reason == .forgotten)
    #expect(
      actions.assigned(to: "a") == [Assignment(trial: TrialID(7), attempt: AttemptNumber(2))])
  }

  @Test func `nodes that are all refused end the sweep at once`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1, "b": 1])
    #expect(world.send(.nodeRefused(NodeName("a"))).count == 1)
    #expect(world.send(.nodeRefused(NodeName("b"))).last == .end(.noNode))
  }

  @Test func `a sweep without a usable node ends once nothing is left to collect`() {
    let recalled = PendingTrial(trial: TrialID(7), attempts: 1, failures: 0, hasBegun: true)
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1, "old": 0], recalled: ["old": [recalled]])
    let held = Assignment(trial: TrialID(7), attempt: AttemptNumber(1))
    world.answer("old", held: [held])
    #expect(!world.send(.nodeRefused(NodeName("a"))).contains(.end(.noNode)))
    #expect(world.finish(held, on: "old").last == .end(.noNode))
  }

  @Test func `a refused node is tried again after a minute and joins when it is mended`() {
    var world = SchedulerWorld(trials: 9, nodes: ["a": 1, "b": 1])
    _ = world.ready("a")
    let actions = world.send(.nodeRefused(NodeName("b")))
    guard case .connect(_, let pause) = actions.first else {
      Issue.record("a refused node is not tried again")
      return
    }
    #expect(pause >= 60 && pause <= 90)
    #expect(world.send(.nodeReady(NodeName("b"), slots: 1, held: []), after: pause).count == 1)
  }

  @Test func `what a node held that is refused in the middle waits for its lease`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    _ = world.ready("b")
    world.send(.nodeLost(NodeName("a")))
    world.send(.nodeRefused(NodeName("a")), after: 60)
    #expect(world.send(.tick, after: 59).assigned(to: "b").isEmpty)
    #expect(world.send(.tick, after: 2).assigned(to: "b").map(\.trial) == onA.map(\.trial))
  }

  @Test func `a trial that failed on a node is tried on another one`() {
    var world = SchedulerWorld(trials: 4, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    let onB = world.ready("b")
    #expect(world.send(.failed(NodeName("a"), onA[0])).assigned(to: "a").isEmpty)
    let actions = world.finish(onB[0], on: "b")
    #expect(actions.assigned(to: "b").map(\.trial) == [onA[0].trial])
  }

  @Test func `a node on which everything fails gets single trials with growing pauses`() {
    var world = SchedulerWorld(trials: 500, nodes: ["bad": 1, "good": 1])
    var onGood = world.ready("good")
    let next = world.finish(onGood.removeFirst(), on: "good")
    onGood += next.assigned(to: "good")
    var onBad = world.ready("bad")
    for _ in 0..<5 {
      let actions = world.send(.failed(NodeName("bad"), onBad.removeFirst()))
      onBad += actions.assigned(to: "bad")
    }
    world.send(.returned(NodeName("bad"), onBad))
    var pauses: [Double] = []
    for _ in 0..<4 {
      let begin = world.time
      var tried: [Assignment] = []
      while tried.isEmpty { tried = world.send(.tick, after: 0.25).assigned(to: "bad") }
      #expect(tried.count == 1)
      pauses.append(world.time - begin)
      world.send(.failed(NodeName("bad"), tried[0]))
    }
    #expect(pauses == [1, 2, 4, 8])
  }

  @Test func `a node on which something succeeds again is a node like others`() {
    var world = SchedulerWorld(trials: 500, nodes: ["bad": 1, "good": 1])
    let onGood = world.ready("good")
    world.finish(onGood[0], on: "good")
    var onBad = world.ready("bad")
    for _ in 0..<5 {
      let actions = world.send(.failed(NodeName("bad"), onBad.removeFirst()))
      onBad += actions.assigned(to: "bad")
    }
    world.send(.returned(NodeName("bad"), onBad))
    let tried = world.send(.tick, after: 2).assigned(to: "bad")
    #expect(tried.count == 1)
    #expect(world.finish(tried[0], on: "bad").assigned(to: "bad").count >= 2)
  }

  @Test func `where trials fail on every node no node is suspected`() {
    var world = SchedulerWorld(trials: 50, nodes: ["a": 1])
    var held = world.ready("a")
    for _ in 0..<20 {
      held += world.send(.failed(NodeName("a"), held.removeFirst())).assigned(to: "a")
      #expect(!held.isEmpty)
    }
  }
}
