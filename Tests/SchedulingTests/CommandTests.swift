import Protocol
import Scheduling
import Testing

/// What people ask for while a sweep goes on: nodes that come and go, pauses, cancelled trials and
/// second chances.
@Suite struct CommandTests {
  @Test func `a drained node gives back what it has not begun and gets nothing more`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    let actions = world.send(.drain(NodeName("a")))
    #expect(actions == [.retract(NodeName("a"), onA)])
    world.send(.returned(NodeName("a"), [onA[1]]))
    #expect(world.send(.tick, after: 1).isEmpty)
    #expect(world.finish(onA[0], on: "a").isEmpty)
    #expect(world.ready("b").count == 2)
  }

  @Test func `a drained node that comes back is handed nothing`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1])
    let onA = world.ready("a")
    world.send(.drain(NodeName("a")))
    world.send(.nodeLost(NodeName("a")))
    let actions = world.answer("a", held: [onA[0]])
    #expect(actions.assigned(to: "a").isEmpty)
    #expect(actions.givenUp(on: "a").first?.assignments == [onA[1]])
    #expect(actions.retracted(from: "a") == [onA[0]])
  }

  @Test func `an undrained node is one like others`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1])
    let onA = world.ready("a")
    world.send(.drain(NodeName("a")))
    world.send(.returned(NodeName("a"), onA))
    #expect(world.send(.undrain(NodeName("a"))).assigned(to: "a").count == 2)
  }

  @Test func `a removed node is let go when it holds nothing`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    world.send(.remove(NodeName("a")))
    let returned = world.send(.returned(NodeName("a"), [onA[1]]))
    #expect(!returned.contains(.disconnect(NodeName("a"))))
    #expect(world.finish(onA[0], on: "a").contains(.disconnect(NodeName("a"))))
    #expect(world.send(.nodeLost(NodeName("a")), after: 1).isEmpty)
  }

  @Test func `a removed node that is silent is let go when its lease ends`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    world.send(.nodeLost(NodeName("a")))
    #expect(!world.send(.remove(NodeName("a"))).contains(.disconnect(NodeName("a"))))
    let actions = world.send(.tick, after: 125)
    #expect(actions.givenUp(on: "a").first?.assignments == onA)
    #expect(actions.contains(.disconnect(NodeName("a"))))
  }

  @Test func `a node that is removed and was never there is let go at once`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1, "b": 1])
    #expect(world.send(.remove(NodeName("a"))) == [.disconnect(NodeName("a"))])
  }

  @Test func `an added node is connected and handed trials`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1])
    let name = NodeName("b")
    #expect(world.send(.add(name, slots: 2)) == [.connect(name, afterSeconds: 0)])
    let actions = world.send(.nodeReady(name, slots: 2, held: []))
    #expect(actions.assigned(to: "b").count == 4)
  }

  @Test func `a node that was removed returns when it is added again`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1, "b": 1])
    world.send(.remove(NodeName("b")))
    #expect(
      world.send(.add(NodeName("b"), slots: 1)) == [.connect(NodeName("b"), afterSeconds: 0)])
    #expect(world.ready("b").count == 2)
  }

  @Test func `nodes that come and go leave nothing behind`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    world.send(.remove(NodeName("a")))
    for number in 0..<50 {
      world.send(.add(NodeName("n\(number)"), slots: 1))
      world.send(.remove(NodeName("n\(number)")))
    }
    #expect(world.scheduler.state.nodeCount == 1)
  }

  @Test func `a node that was only collected from is connected anew to train`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1, "old": 0])
    world.answer("old", slots: 0)
    #expect(world.send(.add(NodeName("old"), slots: nil)) == [.reconnect(NodeName("old"))])
    #expect(world.ready("old", slots: 2).count == 4)
  }

  @Test func `a pause takes back what has not begun and hands nothing out`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    #expect(world.send(.pause) == [.retract(NodeName("a"), onA)])
    #expect(world.send(.returned(NodeName("a"), [onA[1]])).isEmpty)
    #expect(world.finish(onA[0], on: "a").isEmpty)
    #expect(world.ready("b").isEmpty)
    #expect(world.send(.unpause).assigned(to: "b").count == 2)
  }

  @Test func `what runs during a pause may end the sweep`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    let onA = world.ready("a")
    world.send(.pause)
    #expect(world.finish(onA[0], on: "a").last == .end(.complete))
  }

  @Test func `cancelled trials that wait leave at once`() {
    var world = SchedulerWorld(trials: 4, nodes: ["a": 1])
    #expect(world.send(.cancel([TrialID(1), TrialID(2)], breaksOff: false)).isEmpty)
    #expect(world.ready("a").map(\.trial.rawValue) == [3, 4])
  }

  @Test func `a cancelled trial that a slot trains may end and counts`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let onA = world.ready("a")
    #expect(world.send(.cancel(nil, breaksOff: false)) == [.retract(NodeName("a"), onA)])
    #expect(world.send(.returned(NodeName("a"), [onA[1]])).isEmpty)
    #expect(world.finish(onA[0], on: "a") == [.end(.complete)])
  }

  @Test func `cancelled trials are broken off when that is asked for`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let onA = world.ready("a")
    #expect(world.send(.cancel(nil, breaksOff: true)) == [.breakOff(NodeName("a"), onA)])
    #expect(world.send(.returned(NodeName("a"), onA)) == [.end(.complete)])
  }

  @Test func `the failure of a cancelled trial is no outcome`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    let onA = world.ready("a")
    world.send(.cancel(nil, breaksOff: false))
    #expect(world.send(.failed(NodeName("a"), onA[0])) == [.end(.complete)])
  }

  @Test func `what a lost node holds of cancelled trials is not waited for`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    world.ready("a").forEach { _ in }
    world.send(.nodeLost(NodeName("a")))
    let actions = world.send(.cancel(nil, breaksOff: false))
    #expect(actions.givenUp(on: "a").first?.reason == .cancelled)
    #expect(actions.last == .end(.complete))
  }

  @Test func `a trial that was set aside is tried again with a fresh count`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let onA = world.ready("a")
    world.send(.running(NodeName("a"), [onA[1]]))
    var next = onA[0]
    for _ in 0..<2 { next = world.send(.failed(NodeName("a"), next)).assigned(to: "a")[0] }
    #expect(world.send(.failed(NodeName("a"), next)).contains(.setAside(next.trial)))
    let again = PendingTrial(trial: next.trial, attempts: next.attempt.rawValue, failures: 0)
    let actions = world.send(.retry([again])).assigned(to: "a")
    #expect(actions == [Assignment(trial: next.trial, attempt: AttemptNumber(4))])
    #expect(!world.send(.failed(NodeName("a"), actions[0])).contains(.setAside(next.trial)))
  }

  @Test func `a cancelled trial that is wanted again is trained once`() {
    var world = SchedulerWorld(trials: 3, nodes: ["a": 1])
    world.send(.cancel([TrialID(1)], breaksOff: false))
    world.send(.retry([PendingTrial(trial: TrialID(1), attempts: 0, failures: 0)]))
    var trained: [TrialID] = []
    var held = world.ready("a")
    while !held.isEmpty {
      trained.append(held[0].trial)
      held += world.finish(held.removeFirst(), on: "a").assigned(to: "a")
    }
    #expect(trained.sorted() == [TrialID(1), TrialID(2), TrialID(3)])
  }

  @Test func `trials that come and go for ever take no memory`() {
    var world = SchedulerWorld(trials: 20, nodes: ["a": 1])
    let trial = PendingTrial(trial: TrialID(1), attempts: 0, failures: 0)
    for _ in 0..<1000 {
      world.send(.cancel([trial.trial], breaksOff: false))
      world.send(.retry([trial]))
    }
    #expect(world.scheduler.state.brokenInvariant == nil)
    #expect(world.scheduler.state.waitingCount == 20)
  }
}
