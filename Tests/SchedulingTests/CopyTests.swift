import Protocol
import Scheduling
import Testing

/// Second attempts at trials that take long, and what becomes of the two.
@Suite struct CopyTests {
  /// Two nodes with one slot each; the last trial has run on `slow` for a while, `quick` is idle.
  private struct Race {
    var world: SchedulerWorld
    let first: Assignment
    /// What followed from the time that passed.
    let actions: [SchedulerAction]

    init(afterSeconds seconds: Double, trialSeconds: Double = 1) {
      world = SchedulerWorld(trials: 9, nodes: ["quick": 1, "slow": 1])
      var onSlow = world.ready("slow")
      var onQuick = world.ready("quick")
      // Everything but one trial is trained, so that the usual time is known.
      while onQuick.count + onSlow.count > 1 {
        if onQuick.isEmpty {
          let last = onSlow.removeFirst()
          onSlow += world.finish(last, on: "slow", seconds: trialSeconds).assigned(to: "slow")
        } else {
          let next = onQuick.removeFirst()
          let actions = world.finish(next, on: "quick", seconds: trialSeconds)
          onQuick += actions.assigned(to: "quick")
          let back = actions.retracted(from: "slow")
          if !back.isEmpty {
            onQuick += world.send(.returned(NodeName("slow"), [])).assigned(to: "quick")
          }
        }
      }
      first = onSlow[0]
      world.send(.running(NodeName("slow"), [first]))
      actions = world.send(.tick, after: seconds)
    }

    var copies: [Assignment] { actions.copied(to: "quick") }
  }

  @Test func `a trial that takes far longer than usual is copied to an idle slot`() {
    let race = Race(afterSeconds: 10)
    #expect(race.copies.map(\.trial) == [race.first.trial])
    #expect(race.copies.allSatisfy { $0.attempt > race.first.attempt })
    #expect(race.world.scheduler.state.copyCount == 1)
    #expect(race.world.scheduler.state.heldCount == 1)
  }

  @Test func `a trial that takes no longer than usual is not copied`() {
    #expect(Race(afterSeconds: 15, trialSeconds: 10).copies.isEmpty)
  }

  @Test func `a short trial is not copied for being a second late`() {
    #expect(Race(afterSeconds: 1.2, trialSeconds: 0.05).copies.isEmpty)
  }

  @Test func `a trial is copied once`() {
    var race = Race(afterSeconds: 10)
    #expect(race.world.send(.tick, after: 60).copied(to: "quick").isEmpty)
  }

  @Test func `the first result ends the sweep and calls the other attempt off`() {
    var race = Race(afterSeconds: 10)
    let actions = race.world.finish(race.copies[0], on: "quick")
    #expect(actions.givenUp(on: "slow").first?.assignments == [race.first])
    #expect(actions.givenUp(on: "slow").first?.reason == .overtaken)
    #expect(actions.retracted(from: "slow") == [race.first])
    #expect(actions.last == .end(.complete))
  }

  @Test func `the first attempt may win as well`() {
    var race = Race(afterSeconds: 10)
    let actions = race.world.finish(race.first, on: "slow")
    #expect(actions.givenUp(on: "quick").first?.assignments == race.copies)
    #expect(actions.last == .end(.complete))
  }

  @Test func `a copy that fails leaves the first attempt alone`() {
    var race = Race(afterSeconds: 10)
    let actions = race.world.send(.failed(NodeName("quick"), race.copies[0]))
    #expect(actions.isEmpty)
    #expect(race.world.scheduler.state.heldCount == 1)
    #expect(race.world.scheduler.state.waitingCount == 0)
    #expect(race.world.scheduler.state.copyCount == 0)
  }

  @Test func `failures of a copy count and set a trial aside when nobody trains it any more`() {
    var race = Race(afterSeconds: 10)
    race.world.send(.failed(NodeName("quick"), race.copies[0]))
    let second = race.world.send(.failed(NodeName("slow"), race.first))
    let again = second.assigned(to: "slow") + second.assigned(to: "quick")
    #expect(again.count == 1)
    let node = second.assigned(to: "slow").isEmpty ? "quick" : "slow"
    let actions = race.world.send(.failed(NodeName(node), again[0]))
    #expect(actions.contains(.setAside(race.first.trial)))
  }

  @Test func `a copy whose node is lost leaves the first attempt alone`() {
    var race = Race(afterSeconds: 10)
    race.world.send(.nodeLost(NodeName("quick")))
    let actions = race.world.send(.tick, after: 130)
    #expect(actions.givenUp(on: "quick").first?.reason == .leaseEnded)
    #expect(race.world.scheduler.state.waitingCount == 0)
    #expect(race.world.finish(race.first, on: "slow").last == .end(.complete))
  }

  @Test func `a copy goes on when the node of the first attempt is lost`() {
    var race = Race(afterSeconds: 10)
    race.world.send(.nodeLost(NodeName("slow")))
    race.world.send(.tick, after: 130)
    #expect(race.world.scheduler.state.waitingCount == 0)
    #expect(race.world.finish(race.copies[0], on: "quick").last == .end(.complete))
  }

  @Test func `a slot that goes on with an overtaken trial gets no other`() {
    var race = Race(afterSeconds: 10)
    race.world.finish(race.copies[0], on: "quick", andMore: 100..<110)
    #expect(race.world.scheduler.state.waitingCount > 0)
    let late = race.world.send(.tick, after: 30)
    #expect(late.assigned(to: "slow").isEmpty)
    // Once it is free, it is a slot like others.
    #expect(!race.world.finish(race.first, on: "slow").assigned(to: "slow").isEmpty)
  }

  @Test func `a silent node with a long lease does not hold up idle slots`() {
    var policy = SchedulerPolicy()
    policy.holdSeconds = 8 * 3600
    var world = SchedulerWorld(policy: policy, trials: 12, nodes: ["a": 1, "b": 1])
    let onA = world.ready("a")
    #expect(onA.count == 12)
    let asked = world.answer("b").retracted(from: "a")
    var onB = world.send(.returned(NodeName("a"), asked)).assigned(to: "b")
    #expect(onB.count >= 5)
    world.send(.nodeLost(NodeName("a")))
    while !onB.isEmpty { world.finish(onB.removeFirst(), on: "b") }
    #expect(world.send(.tick, after: 60).copied(to: "b").isEmpty)
    #expect(!world.send(.tick, after: 65).copied(to: "b").isEmpty)
  }

  @Test func `a trial on a node that is far slower is copied before it is late`() {
    var world = SchedulerWorld(trials: 8, nodes: ["quick": 1, "slow": 1])
    let onSlow = world.ready("slow")
    world.finish(onSlow[0], on: "slow", seconds: 300)
    world.send(.running(NodeName("slow"), [onSlow[1]]))
    var onQuick = world.ready("quick")
    var copies: [Assignment] = []
    for _ in 0..<12 where copies.isEmpty {
      let event =
        onQuick.isEmpty
        ? SchedulerEvent.tick : .finished(NodeName("quick"), onQuick.removeFirst(), seconds: 1)
      let actions = world.send(event, after: 1)
      onQuick += actions.assigned(to: "quick")
      copies += actions.copied(to: "quick")
      let asked = actions.retracted(from: "slow").filter { $0 != onSlow[1] }
      if !asked.isEmpty {
        onQuick += world.send(.returned(NodeName("slow"), asked)).assigned(to: "quick")
      }
    }
    #expect(copies.map(\.trial) == [onSlow[1].trial])
  }
}
