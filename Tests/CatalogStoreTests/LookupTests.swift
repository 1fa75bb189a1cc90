import CatalogStore
import Planning
import Protocol
import Testing

@Suite struct LookupTests {
  @Test func `a few digits of a key find its trial`() async throws {
    try await CatalogWorld.with { world in
      for (index, trial) in world.trials.enumerated() {
        let digits = trial.key.description
        for count in [7, 12, 64] {
          let found = try await world.catalog.trial(keyPrefix: String(digits.prefix(count)))
          #expect(found == world.ids[index])
        }
        #expect(
          try await world.catalog.trial(keyPrefix: digits.uppercased()) == world.ids[index])
      }
    }
  }

  @Test(arguments: ["", "zz", "0x12", "-1", String(repeating: "0", count: 65), "é"])
  func `what is no beginning of a key finds nothing`(prefix: String) async throws {
    try await CatalogWorld.with { world in
      await expect(code: .unknownTrial) {
        _ = try await world.catalog.trial(keyPrefix: prefix)
      }
    }
  }

  @Test func `digits that several keys begin with are refused`() async throws {
    let definition = Fixtures.definition(widths: Array(1...40))
    try await CatalogWorld.with(definition) { world in
      // Eighty keys share sixteen first digits.
      let firsts = Dictionary(grouping: world.trials) { $0.key.description.prefix(1) }
      let shared = try #require(firsts.first { $0.value.count > 1 }?.key)
      await expect(code: .ambiguousTrial) {
        _ = try await world.catalog.trial(keyPrefix: String(shared))
      }
    }
  }

  @Test func `cells are found by their values on some axes`() async throws {
    let definition = Fixtures.definition(modes: ["none", "drop"])
    try await CatalogWorld.with(definition) { world in
      let all = try await world.catalog.trials(
        of: world.sweep, where: ["width": .integer(20), "mode": .text("drop")])
      #expect(all == [world.ids[6], world.ids[7]])
      let one = try await world.catalog.trials(
        of: world.sweep, where: ["mode": .text("none")], replicate: 1)
      #expect(one == [world.ids[1], world.ids[5]])
      let none = try await world.catalog.trials(of: world.sweep, where: ["keep": .real(0.5)])
      #expect(none == [])
    }
  }

  @Test func `a trial is told with its cells in every sweep`() async throws {
    try await CatalogWorld.with { world in
      let other = Fixtures.definition("other", widths: [5, 20])
      _ = try await world.catalog.register(
        other, trials: Fixtures.trials(other), atMicroseconds: 1)
      let places = try await world.catalog.record(of: world.ids[3]).places
      #expect(places.map(\.sweep) == ["small", "other"])
      #expect(places.map(\.position) == [1, 1])
      #expect(places.map(\.replicate) == [1, 1])
      #expect(places.allSatisfy { $0.values == [.integer(20), .text("none")] })
    }
  }

  @Test func `keys that the catalog does not know are left out`() async throws {
    try await CatalogWorld.with { world in
      let stranger = Fixtures.specification(
        width: .integer(77), mode: .text("none"), keep: 1, replicate: 0)
      let found = try await world.catalog.trialIDs(of: [stranger.key, world.key(2)])
      #expect(found == [world.key(2): world.ids[2]])
    }
  }

  @Test func `a node is remembered, and its spool's progress only recording moves`() async throws {
    try await CatalogWorld.with { world in
      var node = NodeRecord(
        name: Fixtures.node, machine: "m1", release: "1.0", processors: 8, state: "attached",
        spool: Fixtures.spool, lastSeenMicroseconds: 3)
      try await world.catalog.upsert(node)
      _ = try await world.record(Fixtures.result(world.key(0)), 4)
      node.committedSequence = 99
      node.state = "lost"
      node.lastSeenMicroseconds = nil
      try await world.catalog.upsert(node)
      var stored = try #require(try await world.catalog.nodes().first)
      #expect(stored.committedSequence == 4)
      #expect(stored.state == "lost")
      #expect(stored.machine == "m1")
      #expect(stored.lastSeenMicroseconds == Fixtures.now + 5_000_000)
      node.spool = Fixtures.spool(2)
      try await world.catalog.upsert(node)
      stored = try #require(try await world.catalog.nodes().first)
      #expect(stored.spool == Fixtures.spool(2))
      #expect(stored.committedSequence == 0)
    }
  }

  @Test func `activity says what nodes hold and have done since`() async throws {
    try await CatalogWorld.with { world in
      try await world.assign([(0, 1), (1, 1), (2, 1)])
      try await world.catalog.noteRunning([world.attempt(1, 1)])
      _ = try await world.record(Fixtures.result(world.key(2)), 1)
      _ = try await world.record(Fixtures.failure(world.key(3)), 1, node: Fixtures.otherNode)
      let lately = try await world.catalog.activity(sinceMicroseconds: Fixtures.now)
      #expect(lately.map(\.node) == [Fixtures.node, Fixtures.otherNode])
      #expect(lately.map(\.assigned) == [1, 0])
      #expect(lately.map(\.running) == [1, 0])
      #expect(lately.map(\.answered) == [1, 0])
      #expect(lately.map(\.failed) == [0, 1])
      let later = try await world.catalog.activity(sinceMicroseconds: Fixtures.now * 2)
      #expect(later.map(\.node) == [Fixtures.node])
      #expect(later.map(\.answered) == [0])
    }
  }

  @Test func `events are listed, the last ones, oldest first`() async throws {
    try await CatalogWorld.with { world in
      for number in 1...5 {
        try await world.catalog.appendEvent(
          number == 3 ? .nodeLost : .nodeAttached, "event \(number)", sweep: world.sweep.id,
          node: Fixtures.node, trial: world.ids[0], atMicroseconds: Int64(number))
      }
      #expect(
        try await world.catalog.events(last: 2).map(\.text) == ["event 4", "event 5"])
      let lost = try #require(try await world.catalog.events(of: .nodeLost).first)
      #expect(lost.text == "event 3")
      #expect(lost.timeMicroseconds == 3)
      #expect(lost.sweep == world.sweep.id)
      #expect(try await world.catalog.record(of: world.ids[0]).events.count == 5)
    }
  }
}
