import Protocol
import Scheduling
import Testing

/// Trials that fail wherever they are trained, and trials that workers die of.
@Suite struct BadTrialTests {
  /// Nodes with two slots each, of which the first is ready and trains.
  private static func world(trials: Int, nodes: [String], slots: Int = 2) -> SchedulerWorld {
    var world = SchedulerWorld(
      trials: trials,
      nodes: Dictionary(uniqueKeysWithValues: nodes.map { ($0, .some(slots)) }))
    for name in nodes { world.answer(name) }
    return world
  }

  /// Lets the worker of whoever holds a trial die while it trains it and nothing else.
  /// - Returns: Who has it then, and what followed.
  private static func die(
    of trial: TrialID, on name: String, _ world: inout SchedulerWorld
  ) -> (holder: String?, actions: [SchedulerAction]) {
    let held = world.scheduler.state.assignments(on: NodeName(name))
    world.send(.running(NodeName(name), held.filter { $0.trial == trial }))
    world.send(.nodeLost(NodeName(name)))
    let actions = world.answer(name) + world.send(.tick, after: 1)
    return (world.holder(of: trial), actions)
  }

  @Test func `three attempts of a trial that fails go to three nodes`() {
    var world = BadTrialTests.world(trials: 1, nodes: ["a", "b", "c"])
    var holders: [String] = []
    while let holder = world.holder(of: TrialID(1)) {
      holders.append(holder)
      let held = world.scheduler.state.assignments(on: NodeName(holder))
      world.send(.failed(NodeName(holder), held[0]))
    }
    #expect(holders.sorted() == ["a", "b", "c"])
  }

  @Test func `a trial that failed on both of two nodes is tried again on one of them`() {
    var world = BadTrialTests.world(trials: 1, nodes: ["a", "b"])
    var holders: [String] = []
    while let holder = world.holder(of: TrialID(1)) {
      holders.append(holder)
      let held = world.scheduler.state.assignments(on: NodeName(holder))
      world.send(.failed(NodeName(holder), held[0]))
    }
    #expect(holders.count == 3)
    #expect(Set(holders).count == 2)
  }

  @Test func `a trial that a worker died of goes to another node`() {
    var world = BadTrialTests.world(trials: 1, nodes: ["a", "b"])
    let first = world.holder(of: TrialID(1)) ?? ""
    let second = BadTrialTests.die(of: TrialID(1), on: first, &world).holder
    #expect(second != nil && second != first)
  }

  @Test func `a trial that workers die of again and again is set aside`() {
    var world = BadTrialTests.world(trials: 1, nodes: ["a", "b"])
    var deaths = 0
    var actions: [SchedulerAction] = []
    while let holder = world.holder(of: TrialID(1)), deaths < 20 {
      deaths += 1
      actions = BadTrialTests.die(of: TrialID(1), on: holder, &world).actions
    }
    let policy = SchedulerPolicy()
    #expect(deaths == Int(policy.deathsMax + policy.failuresMax))
    #expect(actions.contains(.setAsideUnanswered(TrialID(1), deaths: deaths)))
    #expect(actions.contains(.end(.complete)))
  }

  @Test func `trials beside one that kills its worker keep their outcome`() {
    var world = BadTrialTests.world(trials: 12, nodes: ["a"], slots: 4)
    var setAside: [TrialID] = []
    var done: Set<TrialID> = []
    for _ in 0..<60 where done.count < 11 {
      let held = world.scheduler.state.assignments(on: NodeName("a"))
      let running = Array(held.prefix(4))
      world.send(.running(NodeName("a"), running))
      let actions: [SchedulerAction]
      if running.contains(where: { $0.trial == TrialID(1) }) {
        world.send(.nodeLost(NodeName("a")))
        actions = world.answer("a") + world.send(.tick, after: 1)
      } else if let first = running.first {
        done.insert(first.trial)
        actions = world.finish(first, on: "a")
      } else {
        actions = world.send(.tick, after: 1)
      }
      for case .setAsideUnanswered(let trial, _) in actions { setAside.append(trial) }
    }
    #expect(done.count == 11)
    #expect(setAside.allSatisfy { $0 == TrialID(1) })
  }

  @Test func `a trial that kills before it is seen is found out as well`() {
    var world = SchedulerWorld(trials: 1, nodes: ["a": 1])
    world.answer("a")
    var actions: [SchedulerAction] = []
    for _ in 0..<60 where !actions.contains(.end(.complete)) {
      world.send(.nodeLost(NodeName("a")))
      actions = world.answer("a") + world.send(.tick, after: 1)
    }
    #expect(actions.contains(.end(.complete)))
  }

  @Test func `a trial that does not arrive at a worker that lives is sent again`() {
    var world = SchedulerWorld(trials: 2, nodes: ["a": 1])
    let onA = world.ready("a")
    for _ in 0..<20 {
      world.send(.nodeLost(NodeName("a")))
      let actions = world.answer("a", held: [onA[0]])
      #expect(actions == [.assignAgain(NodeName("a"), [onA[1]])])
    }
  }
}
