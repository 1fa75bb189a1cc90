import CatalogStore
import GRDB
import Planning
import Protocol
import Testing

@Suite struct ClusterRecordTests {
  private static let place = ClusterNode(
    name: Fixtures.node, launcher: .ssh(SSHReach(host: "lab01", port: 22)), slots: 2, nice: 10)

  @Test func `a sweep has no cluster until it is given one, and keeps the last`() async throws {
    try await CatalogWorld.with { world in
      #expect(world.sweep.cluster == nil)
      try await world.catalog.setCluster(.local(slots: 3), of: world.sweep.id)
      try await world.catalog.setCluster(Fixtures.cluster, of: world.sweep.id)
      await world.catalog.close()
      let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
      #expect(try await reader.sweep(named: "small").cluster == Fixtures.cluster)
      #expect(try await reader.sweeps().map(\.cluster) == [Fixtures.cluster])
    }
  }

  @Test func `registering a sweep again keeps its cluster`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.setCluster(Fixtures.cluster, of: world.sweep.id)
      let wider = Fixtures.definition(widths: [10, 20, 30])
      _ = try await world.catalog.register(
        wider, trials: Fixtures.trials(wider), atMicroseconds: Fixtures.now)
      #expect(try await world.catalog.sweep(named: "small").cluster == Fixtures.cluster)
    }
  }

  @Test func `a cluster belongs to its sweep alone`() async throws {
    try await CatalogWorld.with { world in
      let other = Fixtures.definition("other")
      _ = try await world.catalog.register(
        other, trials: Fixtures.trials(other), atMicroseconds: Fixtures.now)
      try await world.catalog.setCluster(Fixtures.cluster, of: world.sweep.id)
      #expect(try await world.catalog.sweep(named: "other").cluster == nil)
    }
  }

  @Test(arguments: ["", "{", "[]", "{}", #"{"leaseSeconds":90,"nodes":[{"name":"a"}]}"#])
  func `a cluster that no Phasegrid writes is damage`(text: String) async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      try await DatabaseQueue(path: world.catalog.path).write { database in
        try database.execute(sql: "UPDATE sweep SET cluster = ?", arguments: [text])
      }
      await expect(code: .damaged) {
        let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
        _ = try await reader.sweep(named: "small")
      }
    }
  }

  @Test func `a definition of a node that no Phasegrid writes is damage`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.upsert(NodeRecord(name: Fixtures.node))
      await world.catalog.close()
      try await DatabaseQueue(path: world.catalog.path).write { database in
        try database.execute(sql: "UPDATE node SET definition = '{\"name\":\"lab01\"}'")
      }
      await expect(code: .damaged) {
        let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
        _ = try await reader.nodes()
      }
    }
  }

  @Test func `what is not said of a node's definition and slots stays`() async throws {
    try await CatalogWorld.with { world in
      try await world.catalog.upsert(
        NodeRecord(name: Fixtures.node, slots: 4, definition: Self.place))
      try await world.catalog.upsert(NodeRecord(name: Fixtures.node, state: "silent"))
      let kept = try #require(try await world.catalog.nodes().first)
      #expect(kept.definition == Self.place)
      #expect(kept.slots == 4)
      #expect(kept.state == "silent")
      var moved = Self.place
      moved.launcher = .local
      try await world.catalog.upsert(
        NodeRecord(name: Fixtures.node, slots: 2, definition: moved))
      let changed = try #require(try await world.catalog.nodes().first)
      #expect(changed.definition == moved)
      #expect(changed.slots == 2)
    }
  }

  @Test func `the nodes that hold trials of a sweep are those with open attempts of it`()
    async throws
  {
    try await CatalogWorld.with { world in
      let other = Fixtures.definition("other", widths: [77])
      let trials = Fixtures.trials(other)
      let (otherID, _) = try await world.catalog.register(
        other, trials: trials, atMicroseconds: Fixtures.now)
      let rows = try await world.catalog.trialIDs(of: trials.map(\.key))
      let third = NodeName("lab03")
      try await world.catalog.upsert(
        NodeRecord(name: Fixtures.otherNode, definition: Self.place))
      try await world.assign([(0, 1), (1, 1)])
      try await world.assign([(2, 1), (3, 1)], to: Fixtures.otherNode)
      try await world.catalog.assign(
        rows.values.map { AttemptID(trial: $0, number: AttemptNumber(1)) }, to: third,
        atMicroseconds: Fixtures.now)
      #expect(
        try await world.catalog.nodesHoldingTrials(of: world.sweep.id).map(\.name)
          == [Fixtures.node, Fixtures.otherNode])
      #expect(try await world.catalog.nodesHoldingTrials(of: otherID).map(\.name) == [third])
      try await world.catalog.noteRunning([world.attempt(2, 1)])
      _ = try await world.record(Fixtures.result(world.key(0)), 1)
      try await world.catalog.closeAttempts(
        [world.attempt(1, 1)], as: .lost, reason: "gone", atMicroseconds: Fixtures.now)
      let left = try await world.catalog.nodesHoldingTrials(of: world.sweep.id)
      #expect(left.map(\.name) == [Fixtures.otherNode])
      #expect(left.map(\.definition) == [Self.place])
    }
  }
}
