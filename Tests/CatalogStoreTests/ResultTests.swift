import CatalogStore
import Planning
import Protocol
import TestSupport
import Testing

@Suite struct ResultTests {
  @Test func `every cell and replicate has a row, with or without an outcome`() async throws {
    try await CatalogWorld.with { world async throws in
      _ = try await world.record(Fixtures.result(world.key(2), loss: 0.5, accuracy: .nan), 1)
      _ = try await world.record(Fixtures.result(world.key(3), outcome: .diverged), 2)
      try await world.catalog.setAside(
        [world.ids[0]], failure: .time, message: "too long", atMicroseconds: 5)
      let table = try await world.catalog.results(of: world.sweep)
      #expect(table.axes == world.sweep.definition.axes)
      #expect(table.measures == ["loss", "accuracy"])
      #expect(table.rows.map(\.cell) == [0, 0, 1, 1])
      #expect(table.rows.map(\.replicate) == [0, 1, 0, 1])
      #expect(table.rows.map(\.key) == world.trials.map(\.key))
      #expect(table.rows.map(\.values) == world.trials.map(\.cell.values))
      #expect(
        table.rows.map(\.outcome) == [
          .failed(.time, "too long"), nil, .completed(.rule), .diverged,
        ])
      #expect(table.rows[2].numbers[0] == 0.5)
      #expect(table.rows[2].numbers[1].isNaN)
      #expect(table.rows[1].numbers.allSatisfy { $0.isNaN })
    }
  }

  @Test func `csv has a row a trial, shortest digits, and nothing where there is nothing`()
    async throws
  {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0), loss: 0.1, accuracy: .nan), 1)
      _ = try await world.record(
        Fixtures.result(world.key(1), outcome: .diverged, loss: .infinity, accuracy: 1e-300), 2)
      try await world.catalog.setAside(
        [world.ids[2]], failure: .time, message: "too long", atMicroseconds: 5)
      #expect(
        try await world.text() == """
          width,mode,replicate,outcome,stop,loss,accuracy
          10,none,0,completed,rule,0.1,
          10,none,1,diverged,,inf,1e-300
          20,none,0,failed,,,
          20,none,1,,,,

          """)
    }
  }

  @Test func `json has an object a row, and null where there is nothing`() async throws {
    try await CatalogWorld.with(Fixtures.definition(widths: [10])) { world in
      _ = try await world.record(Fixtures.result(world.key(0), loss: 0.1, accuracy: .nan), 1)
      #expect(
        try await world.text(.json) == """
          [
            {"width":10,"mode":"none","replicate":0,"outcome":"completed","stop":"rule","loss":0.1,\
          "accuracy":null},
            {"width":10,"mode":"none","replicate":1,"outcome":null,"stop":null,"loss":null,\
          "accuracy":null}
          ]

          """)
    }
  }

  @Test func `a table is aligned, numbers to the right`() async throws {
    try await CatalogWorld.with(Fixtures.definition(widths: [10, 1_000])) { world in
      _ = try await world.record(Fixtures.result(world.key(0), loss: 0.125), 1)
      #expect(
        try await world.text(.table) == """
          width  mode  replicate  outcome    stop   loss  accuracy
             10  none          0  completed  rule  0.125       1.0
             10  none          1
           1000  none          0
           1000  none          1

          """)
    }
  }

  @Test(arguments: ResultFormat.allCases)
  func `the same results are the same bytes, however they came`(format: ResultFormat) async throws {
    let straight = try await text(format, order: [0, 1, 2, 3], name: "small", repeats: false)
    let crooked = try await text(format, order: [3, 1, 0, 2], name: "another", repeats: true)
    #expect(straight == crooked)
    #expect(straight.contains("0.375"))
  }

  /// The results of one set of numbers, recorded in this order.
  private func text(
    _ format: ResultFormat, order: [Int], name: String, repeats: Bool
  ) async throws -> String {
    let text = Captured()
    try await CatalogWorld.with(Fixtures.definition(name, replicates: repeats ? [1, 0] : [0, 1])) {
      world in
      let rows = try await world.catalog.results(of: world.sweep).rows
      for (place, index) in order.enumerated() {
        let node = repeats ? NodeName("node\(place)") : Fixtures.node
        let result = Fixtures.result(
          rows[index].key, attempt: UInt32(place + 1), loss: Double(index) / 8)
        _ = try await world.record(result, UInt64(place + 1), node: node)
        if repeats { _ = try await world.record(result, 99, node: Fixtures.otherNode) }
      }
      text.value = try await world.text(format)
    }
    return text.value
  }

  @Test(arguments: [
    ("width > 10", 2), ("loss < 0.3 or replicate == 1", 3), ("outcome == 'completed'", 2),
    ("stop == 'rule' and keep <= 0.5", 2), ("mode in ['none']", 4), ("not verbose", 4),
    ("accuracy > 2", 0),
  ])
  func `a condition selects rows by axes, parameters, outcome and measures`(
    condition: String, count: Int
  ) async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0), loss: 0.25), 1)
      _ = try await world.record(Fixtures.result(world.key(3), loss: 0.5), 2)
      let table = try await world.catalog.results(
        of: world.sweep, where: Expression(parsing: condition))
      #expect(table.rows.count == count)
      let lines = try await world.text(where: condition).split(separator: "\n")
      #expect(lines.count == count + 1)
    }
  }

  @Test(arguments: [
    ("widht > 10", ExpressionError.Code.name), ("mode > 3", .type), ("keep == 'x'", .type),
    ("width + 1", .type),
  ])
  func `a condition that makes no sense is told where`(
    condition: String, code: ExpressionError.Code
  ) async throws {
    try await CatalogWorld.with { world in
      let expression = try Expression(parsing: condition)
      let error = await #expect(throws: ExpressionError.self) {
        _ = try await world.catalog.results(of: world.sweep, where: expression)
      }
      #expect(error?.kind == code)
      if code == .name { #expect(error?.remedy == "Did you mean 'width'?") }
    }
  }

  @Test func `provenance says where each result comes from`() async throws {
    try await CatalogWorld.with(Fixtures.definition(widths: [10])) { world in
      try await world.catalog.upsert(NodeRecord(name: Fixtures.node, release: "1.2.3"))
      _ = try await world.record(Fixtures.result(world.key(0), attempt: 4), 1)
      let lines = try await world.text(provenance: true).split(separator: "\n").map(String.init)
      #expect(
        lines[0]
          == "width,mode,replicate,outcome,stop,loss,accuracy,trial,failure,node,attempt,slot,"
          + "started,recorded,cpuSeconds,wallSeconds,peakMemoryBytes,core,release")
      #expect(
        lines[1]
          == "10,none,0,completed,rule,0.25,1.0,\(world.key(0)),,lab01,4,3,"
          + "2023-11-14T22:13:21.000000Z,2023-11-14T22:13:25.000000Z,1.5,2.0,1048576,Haswell,1.2.3")
      #expect(lines[2] == "10,none,1,,,,,\(world.key(1))" + String(repeating: ",", count: 11))
    }
  }

  @Test func `what the reader of the bytes throws ends the writing`() async throws {
    struct ClosedPipe: Error {}
    try await CatalogWorld.with { world async throws in
      await #expect(throws: ClosedPipe.self) {
        try await world.catalog.writeResults(of: world.sweep, format: .csv) { _ in
          throw ClosedPipe()
        }
      }
      #expect(try await world.counts().waiting == 4)
    }
  }

  @Test func `a sweep without cells has a heading and no rows`() async throws {
    try await CatalogWorld.with(Fixtures.definition(widths: [])) { world async throws in
      #expect(try await world.text() == "width,mode,replicate,outcome,stop,loss,accuracy\n")
      #expect(try await world.text(.json) == "[]\n")
      #expect(
        try await world.text(.table) == "width  mode  replicate  outcome  stop  loss  accuracy\n")
      #expect(try await world.catalog.isComplete(world.sweep.id))
    }
  }

  @Test func `a study sees each trial with an outcome once, with all parameters`() async throws {
    try await CatalogWorld.with { world in
      _ = try await world.record(Fixtures.result(world.key(0), loss: 0.5, accuracy: .nan), 1)
      _ = try await world.record(Fixtures.result(world.key(3), outcome: .diverged), 2)
      let rows = try await world.catalog.studyRows(of: world.sweep)
      #expect(
        rows[0]
          == StudyRow(
            parameters: world.trials[0].specification.parameters, replicate: 0,
            outcome: .completed(.rule), measures: ["loss": 0.5]))
      #expect(rows.map(\.outcome) == [.completed(.rule), .diverged])
    }
  }
}

/// A text that a closure hands out.
private final class Captured {
  var value = ""
}
