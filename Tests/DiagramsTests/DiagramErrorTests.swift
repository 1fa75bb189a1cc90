import CatalogStore
import Planning
import Protocol
import Testing

@testable import Diagrams

@Suite struct DiagramErrorTests {
  private static let axes = [
    TableFixture.axis("a", [0, 1]), TableFixture.axis("b", [0, 1]),
    TableFixture.axis("width", [0, 1]), TableFixture.axis("rate", ["slow", "fast"]),
  ]

  /// A request that a test makes wrong in one place.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: DiagramError.Code
    let change: @Sendable (inout DiagramRequest) -> Void

    init(
      _ name: String, _ code: DiagramError.Code,
      _ change: @escaping @Sendable (inout DiagramRequest) -> Void
    ) {
      testDescription = name
      self.code = code
      self.change = change
    }
  }

  static let mistakes = [
    Mistake("unknown x", .unknownAxis) { $0.x = "aa" },
    Mistake("unknown y", .unknownAxis) { $0.y = "colour" },
    Mistake("unknown reduced axis", .unknownAxis) { $0.reduce[0].axis = "depth" },
    Mistake("unknown fixed axis", .unknownAxis) { $0.fixed = ["depth": .real(1)] },
    Mistake("unknown measure", .unknownMeasure) { $0.color = ["scores"] },
    Mistake("a curve as colour", .unknownMeasure) { $0.color = ["history"] },
    Mistake("unknown contour measure", .unknownMeasure) {
      $0.contour = .init(measure: "beauty", level: 1)
    },
    Mistake("no colour", .request) { $0.color = [] },
    Mistake("x is y", .request) { $0.y = "a" },
    Mistake("infinite level", .request) { $0.contour = .init(level: .infinity) },
    Mistake("fixed at no value of the axis", .unknownValue) { $0.fixed = ["width": .real(7)] },
    Mistake("reduced at no value of the axis", .unknownValue) { $0.reduce[0].by = .at(.real(7)) },
    Mistake("an open axis", .unreducedAxis) { $0.reduce.removeLast() },
    Mistake("reduced twice", .reduction) { $0.reduce.append($0.reduce[0]) },
    Mistake("a drawn axis reduced", .reduction) { $0.reduce[0].axis = "a" },
    Mistake("a slope over words", .reduction) { $0.reduce[1].by = .slope },
    Mistake("the logarithm of zero", .reduction) { $0.reduce[0].by = .logLogSlope },
    Mistake("a quantile beyond one", .reduction) { $0.reduce[0].by = .quantile(1.5) },
    Mistake("replicates by slope", .reduction) { $0.replicates = .slope },
    Mistake("broken condition", .expression) { $0.reduce[0].condition = "score >" },
    Mistake("a condition that is a number", .expression) { $0.reduce[0].condition = "score + 1" },
    Mistake("a condition on an unknown name", .expression) { $0.reduce[0].condition = "depth > 1" },
    Mistake("a mask on an axis that is gone", .expression) { $0.mask = "width > 0" },
    Mistake("nothing left", .noCells) { $0.reduce[0].condition = "width > 5" },
  ]

  @Test(arguments: mistakes)
  func `a wrong request is refused`(mistake: Mistake) throws {
    let table = TableFixture.table(DiagramErrorTests.axes) { _, _ in .numbers(1, 1) }
    var request = TableFixture.request(
      reduce: [.init(axis: "width", by: .mean), .init(axis: "rate", by: .maximum)])
    mistake.change(&request)
    let error = try #require(throws: DiagramError.self) {
      try TableFixture.data(table, request)
    }
    #expect(error.kind == mistake.code)
    #expect(error.remedy.hasSuffix(".") || error.remedy.hasSuffix("?"))
  }

  @Test func `the right request is drawn`() throws {
    let table = TableFixture.table(DiagramErrorTests.axes) { _, _ in .numbers(1, 1) }
    let request = TableFixture.request(
      reduce: [.init(axis: "width", by: .mean), .init(axis: "rate", by: .maximum)])
    #expect(try TableFixture.data(table, request).cell(0, 0)?.value == 1)
  }

  @Test func `a misspelt measure is told the nearest`() throws {
    let table = TableFixture.table(DiagramErrorTests.axes) { _, _ in .numbers(1, 1) }
    var request = TableFixture.request()
    request.color = ["scroe"]
    let error = try #require(throws: DiagramError.self) {
      try TableFixture.data(table, request)
    }
    #expect(error.remedy == "Did you mean `score`?")
  }

  @Test func `colours that span nothing are refused`() throws {
    let table = TableFixture.grid([TableFixture.axis("a", [0]), TableFixture.axis("b", [0])]) {
      _, _ in .score(1)
    }
    let error = try #require(throws: DiagramError.self) {
      try TableFixture.data(table, limits: 2...2)
    }
    #expect(error.kind == .request)
  }

  @Test func `a cell beyond its axis is refused`() throws {
    var table = TableFixture.table(DiagramErrorTests.axes) { _, _ in .score(1) }
    table.rows[3].values[0] = .real(99)
    let error = try #require(throws: DiagramError.self) { try TableFixture.data(table) }
    #expect(error.kind == .unknownValue)
  }
}
