import Protocol
import Scheduling
import Testing

/// Nodes that come back after their lease, coordinators that come back after a sleep, and answers
/// that nobody expects.
@Suite struct ReturningNodeTests {
  @Test func `what a node still holds after its lease is its own again if nobody has it`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let onA = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    world.send(.tick, after: 130)
    #expect(world.scheduler.state.waitingCount == 2)
    let actions = world.answer("a", held: onA)
    #expect(
      actions.assigned(to: "a")
        == onA.map { Assignment(trial: $0.trial, attempt: AttemptNumber(2)) })
    #expect(actions.retracted(from: "a").isEmpty)
  }

  @Test func `what another node has been given meanwhile is asked back`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    _ = world.ready("b")
    world.send(.tick, after: 130)
    #expect(world.answer("a", held: onA).retracted(from: "a") == onA)
  }

  @Test func `what nobody remembers is asked back`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    let unknown = Assignment(trial: TrialID(77), attempt: AttemptNumber(5))
    #expect(world.answer("a", held: [unknown]).retracted(from: "a") == [unknown])
  }

  @Test func `a later attempt that did not arrive is sent again and takes the earlier one's place`()
  {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    let first = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    world.send(.tick, after: 130)
    let second = world.answer("a", held: first).assigned(to: "a")
    world.send(.running(NodeName("a"), second))
    world.send(.nodeLost(NodeName("a")))
    #expect(world.answer("a", held: first) == [.assignAgain(NodeName("a"), second)])
  }

  @Test func `a sleep of the coordinator ends no lease`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "b": 1])
    _ = world.ready("a")
    world.answer("b")
    world.send(.nodeLost(NodeName("a")))
    #expect(world.handle(.tick, after: 8 * 3600).givenUp(on: "a").isEmpty)
    #expect(!world.send(.tick, after: 130).givenUp(on: "a").isEmpty)
  }

  @Test func `a clock that goes back stands still`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    _ = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    world.time -= 1000
    #expect(world.send(.tick, after: 1).isEmpty)
    #expect(world.send(.tick, after: 1000 + 118).isEmpty)
    #expect(!world.send(.tick, after: 5).isEmpty)
  }

  @Test func `an attempt number that a node made up is not used again`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1, "b": 1])
    let first = world.ready("a")[0]
    let madeUp = Assignment(trial: first.trial, attempt: AttemptNumber(2))
    world.send(.failed(NodeName("b"), madeUp))
    let next = world.send(.failed(NodeName("a"), first)).assigned(to: "a")
    #expect(next.map(\.attempt) == [AttemptNumber(3)])
  }

  @Test func `a made up number that leaves no others is not believed`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    let first = world.ready("a")[0]
    world.send(.failed(NodeName("a"), Assignment(trial: first.trial, attempt: AttemptNumber(.max))))
    let next = world.send(.failed(NodeName("a"), first)).assigned(to: "a")
    #expect(next.map(\.attempt) == [AttemptNumber(2)])
  }

  @Test func `both attempts at a copied trial are waited for after a restart`() {
    let first = PendingTrial(
      trial: TrialID(7), attempts: 2, failures: 0, hasBegun: true, held: AttemptNumber(1))
    let copy = PendingTrial(trial: TrialID(7), attempts: 2, failures: 0, hasBegun: true)
    var world = SchedulerWorld(
      trials: 0, nodes: ["a": 1, "b": 1], recalled: ["a": [first], "b": [copy]])
    #expect(world.scheduler.state.copyCount == 1)
    #expect(
      world.answer("a", held: [Assignment(trial: TrialID(7), attempt: AttemptNumber(1))]).isEmpty)
    let late = Assignment(trial: TrialID(7), attempt: AttemptNumber(2))
    #expect(world.answer("b", held: [late]).isEmpty)
    #expect(world.finish(late, on: "b").last == .end(.complete))
  }
}
